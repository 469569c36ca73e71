import { GraphQLError } from 'graphql';

/**
 * Brackets within brackets that a document may have. Parser, rules and printer call themselves for each, and some 2,000
 * are too many for their stack; 200 are more than any field or value of the schema can use.
 */
const MOST = 200;

/**
 * Texts and comments, whose brackets do not count, and brackets. A text without an end goes as far as it can: were it no
 * token, each quote in it would begin a search to the end of the document, minutes in a body of 1 MiB.
 */
const TOKEN = /"""(?:\\"""|[^])*?(?:"""|$)|"(?:\\.|[^"\\\n])*"?|#[^\n\r]*|[{[(]|[)\]}]/g;

/** Refuses a document that is nested too deeply to be parsed. */
export function checkNesting(text: string): void {
  let depth = 0;
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[' || token === '(') depth += 1;
    else if (token === '}' || token === ']' || token === ')') depth -= 1;
    if (depth > MOST) {
      throw new GraphQLError(`Syntax Error: Document is nested more than ${MOST} levels deep.`, {
        extensions: { code: 'GRAPHQL_PARSE_FAILED', http: { spec: true, status: 400 } },
      });
    }
  }
}

import {
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  type DocumentNode,
  type GraphQLSchema,
  type ValidationRule,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** Documents are not told of the schema, neither asked nor in complaints: "Did you mean" would tell it guess by guess. */
export const closedSchema: Plugin = {
  onValidate({ addValidationRule, validateFn, setValidationFn }) {
    addValidationRule(NoSchemaIntrospectionCustomRule);
    setValidationFn((schema: GraphQLSchema, document: DocumentNode, rules?: readonly ValidationRule[]) =>
      validateFn(schema, document, rules, { hideSuggestions: true }),
    );
  },
};

/** What graphql-js ends a message with where a name is nearly right: `Did you mean "skills" or "skillGaps"?`. */
const SUGGESTION = ' Did you mean ';

/**
 * Takes the names out of an error in place, for variables: yoga's executor does not know `hideSuggestions` of them. The
 * message may quote a client's megabyte, so it is looked at once, from its end.
 */
export function withoutSuggestions(error: unknown): unknown {
  if (error instanceof GraphQLError && error.message.endsWith('?')) {
    const at = error.message.lastIndexOf(SUGGESTION);
    if (at >= 0) error.message = error.message.slice(0, at);
  }
  return error;
}

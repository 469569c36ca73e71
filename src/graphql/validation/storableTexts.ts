import { GraphQLError, type ASTVisitor, type ValidationContext } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { isStorable } from '../../domain/storable.ts';

const MESSAGE = 'A text has a NUL or half of a surrogate pair, which cannot be stored.';

/** Refuses texts in documents that cannot be stored, before a store chokes on one; `unstorable` does those in variables. */
export const storableTexts: Plugin = {
  onValidate({ addValidationRule }) {
    addValidationRule(storableLiterals);
  },
};

/** The refusal of variables with a text that cannot be stored, wherever it stands in them; null where there is none. */
export function unstorable(variables: unknown): GraphQLError | null {
  if (areStorable(variables)) return null;
  return new GraphQLError(MESSAGE, { extensions: { code: 'BAD_USER_INPUT', http: { spec: true, status: 400 } } });
}

function storableLiterals(context: ValidationContext): ASTVisitor {
  return {
    StringValue(node) {
      if (!isStorable(node.value)) context.reportError(new GraphQLError(MESSAGE, { nodes: node }));
    },
  };
}

/** Walks without calling itself: variables may be nested as deeply as their text is long. */
function areStorable(variables: unknown): boolean {
  const left: unknown[] = [variables];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value === 'string') {
      if (!isStorable(value)) return false;
    } else if (typeof value === 'object' && value !== null) {
      for (const inner of Object.values(value)) left.push(inner);
    }
  }
  return true;
}

import { GraphQLError, type ASTVisitor, type ValidationContext } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { isStorable } from '../domain/storable.ts';

const MESSAGE = 'A text has a NUL or half of a surrogate pair, which cannot be stored.';

/** Refuses texts that cannot be stored, wherever they stand in a document or its variables, before a store chokes on one. */
export const storableTexts: Plugin = {
  onValidate({ addValidationRule }) {
    addValidationRule(storableLiterals);
  },
  onExecute({ args, setResultAndStopExecution }) {
    if (!areStorable(args.variableValues)) setResultAndStopExecution({ errors: [refusal()] });
  },
  onSubscribe({ args, setResultAndStopExecution }) {
    if (!areStorable(args.variableValues)) setResultAndStopExecution({ errors: [refusal()] });
  },
};

function storableLiterals(context: ValidationContext): ASTVisitor {
  return {
    StringValue(node) {
      if (!isStorable(node.value)) context.reportError(new GraphQLError(MESSAGE, { nodes: node }));
    },
  };
}

function refusal(): GraphQLError {
  return new GraphQLError(MESSAGE, { extensions: { code: 'BAD_USER_INPUT', http: { spec: true, status: 400 } } });
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

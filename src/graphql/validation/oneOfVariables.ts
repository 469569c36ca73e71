import {
  getNamedType,
  GraphQLError,
  isInputObjectType,
  isNonNullType,
  Kind,
  typeFromAST,
  type ValidationRule,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';

/**
 * Adds what graphql-js 16 (and 17.1) leave out of the specification's rule on variables (5.8.5, IsNonNullPosition): a field of
 * a `@oneOf` input is a non-null position, so a nullable variable needs a default. Their own rule sees it only where the input
 * itself may be null, and says it there: it does not look through `!` and lists.
 */
export const oneOfVariables: Plugin = {
  onValidate({ addValidationRule }) {
    addValidationRule(noNullInOneOf);
  },
};

const noNullInOneOf: ValidationRule = (context) => ({
  OperationDefinition: {
    leave(operation) {
      const definitions = new Map(operation.variableDefinitions?.map((each) => [each.variable.name.value, each]));
      for (const { node, parentType } of context.getRecursiveVariableUsages(operation)) {
        const definition = definitions.get(node.name.value);
        if (!definition || !parentType || isInputObjectType(parentType)) continue;
        const input = getNamedType(parentType);
        if (!isInputObjectType(input) || !input.isOneOf) continue;
        const type = typeFromAST(context.getSchema(), definition.type);
        const { defaultValue } = definition;
        if (!type || isNonNullType(type) || (defaultValue && defaultValue.kind !== Kind.NULL)) continue;
        const message = `Variable "$${node.name.value}" is of type "${String(type)}" but must be non-nullable to be used for OneOf Input Object "${input.name}".`;
        context.reportError(new GraphQLError(message, { nodes: [definition, node] }));
      }
    },
  },
});

import { GraphQLError, type DocumentNode, type OperationDefinitionNode } from 'graphql';
import type { Variables } from './argumentValues.ts';
import type { OperationLimits } from './limits.ts';
import type { OperationMeter } from './operationMeter.ts';

/** 400, and 200 for `application/json`, which has it for all that is wrong with a document (GraphQL over HTTP). */
const HTTP = { spec: true, status: 400 };

const WORDS = {
  depth: 'fields within fields',
  aliases: 'aliases',
  rootFields: 'fields at its root',
  listEntries: 'entries in one list',
} as const;

/** Says before an operation runs why it does not: which limit, what was found, and the most there may be. Null lets it run. */
export function createLimitCheck(meter: OperationMeter, limits: OperationLimits) {
  return (
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Variables | undefined,
  ): GraphQLError | null => {
    const shape = meter.shape(document, operation);
    for (const name of ['depth', 'aliases', 'rootFields'] as const) {
      if (limits[name] > 0 && shape[name] > limits[name]) return tooComplex(name, shape[name], limits[name]);
    }
    if (limits.listEntries > 0) {
      const found = meter.listEntries(document, operation, variables);
      if (found > limits.listEntries) return tooComplex('listEntries', found, limits.listEntries);
    }
    if (limits.cost === 0) return null;
    const requested = meter.cost(document, operation, variables);
    return requested > limits.cost ? costExceeded(requested, limits.cost) : null;
  };
}

function tooComplex(limit: keyof typeof WORDS, found: number, most: number): GraphQLError {
  return new GraphQLError(`The operation has ${found} ${WORDS[limit]}; at most ${most} are taken.`, {
    extensions: { code: 'QUERY_TOO_COMPLEX', limit, found, most, http: HTTP },
  });
}

/** An operation that costs more than any may. */
export function costExceeded(requested: number, limit: number): GraphQLError {
  return new GraphQLError(
    `The operation costs ${requested}; at most ${limit} is taken. Ask for smaller pages, or for less of each object.`,
    { extensions: { code: 'COST_EXCEEDED', requested, limit, http: HTTP } },
  );
}

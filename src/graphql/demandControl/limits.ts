import type { Budget } from '../../domain/access.ts';

/** What one operation may be at most; 0 switches a limit off. Read anew for every operation. */
export interface OperationLimits {
  /** Fields within fields; introspection is not counted, graphql-js bounds it. */
  depth: number;
  /** Fields under another name; those that merge are one. */
  aliases: number;
  /** Fields of the operation itself. */
  rootFields: number;
  /** Of one list in an argument, the items of writes aside. */
  listEntries: number;
  /** Objects in the largest answer, and what it takes to ask providers, as `schema/cost.ts` has it beside the fields. */
  cost: number;
}

/**
 * Of the documents in `examples/` and `bench/`, as a test measures them, the deepest has 9 fields within fields and the
 * dearest costs 110,601, which the limit of cost has room for five times.
 */
export const STANDARD_LIMITS: OperationLimits = {
  depth: 15,
  aliases: 50,
  rootFields: 20,
  listEntries: 200,
  cost: 600_000,
};

/** Nothing is limited. */
export const NO_LIMITS: OperationLimits = { depth: 0, aliases: 0, rootFields: 0, listEntries: 0, cost: 0 };

/** Reads a budget written as cost per seconds, `100000/60`; null where it is none. */
export function budgetOf(text: string): Budget | null {
  const [, limit, windowSeconds] = /^([1-9]\d{0,14})\/([1-9]\d{0,4})$/.exec(text) ?? [];
  return limit === undefined ? null : { limit: Number(limit), windowSeconds: Number(windowSeconds) };
}

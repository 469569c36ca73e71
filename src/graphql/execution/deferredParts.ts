import { GraphQLError, type ExecutionResult } from 'graphql';
import { takeHoles, type FoundHole } from './hole.ts';
import type { Part, Patch } from './incrementalResult.ts';

/**
 * The parts of an answer: first what there is, then what fills its holes, as soon as it is there, and what fills the holes
 * therein. A hole that went with a null of its part is not filled.
 */
export function deferredParts(first: ExecutionResult, holes: readonly FoundHole[]): AsyncIterableIterator<Part> {
  const seen = new Map<string, Set<unknown>>();
  let initial: Part | null = { ...first, hasNext: true };
  let patches: Patch[] = [];
  let open = 0;
  let ended = false;
  let wake = (): void => {};
  const isWaiting = () => !ended && patches.length === 0 && open > 0;

  const follow = (found: readonly FoundHole[]): void => {
    for (const { hole, path } of found) {
      // Two parts may both have the object with the hole: it is filled once.
      const at = JSON.stringify(path);
      const known = seen.get(at) ?? new Set();
      if (known.has(hole.deferred)) continue;
      seen.set(at, known.add(hole.deferred));
      open += 1;
      const filled = ({ data, errors = [] }: ExecutionResult): void => {
        open -= 1;
        const { label } = hole.deferred;
        patches.push({
          data: data ?? null,
          path,
          ...(label === undefined ? {} : { label }),
          ...(errors.length > 0 ? { errors: errors.map((error) => below(path, error)) } : {}),
        });
        follow(takeHoles(data, path));
        wake();
      };
      hole.result.then(filled, (error: unknown) =>
        filled({ errors: [new GraphQLError('', { originalError: error as Error })] }),
      );
    }
  };
  follow(holes);

  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (initial) {
        const value = initial;
        initial = null;
        return { done: false, value };
      }
      while (isWaiting()) await new Promise<void>((resolve) => (wake = resolve));
      if (ended || patches.length === 0) return { done: true, value: undefined };
      const incremental = patches;
      patches = [];
      return { done: false, value: { incremental, hasNext: open > 0 } };
    },
    return() {
      ended = true;
      wake();
      return Promise.resolve({ done: true, value: undefined });
    },
  };
}

/** The error with its path from the root of the whole answer. */
function below(path: FoundHole['path'], error: GraphQLError): GraphQLError {
  const { message, nodes, source, positions, originalError, extensions } = error;
  return new GraphQLError(message, {
    nodes,
    source,
    positions,
    path: [...path, ...(error.path ?? [])],
    originalError,
    extensions,
  });
}

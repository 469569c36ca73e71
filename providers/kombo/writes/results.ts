/** What all writes share: an answer as a result, a failure as a result. */
import type { Call, WriteResult } from '../../../src/domain/ports.ts';
import { ProviderError } from '../../../src/domain/problem.ts';
import { carrying } from '../../../src/outbound/carrying.ts';
import { type Json, ShapeError, unreadable } from '../../../src/outbound/payload/payload.ts';
import type { Upstream } from '../../../src/outbound/upstream.ts';

/** A row out of the `data` of an answer to a write. Throws UNREADABLE with `mayHaveApplied`. */
export function readStored<Row>(upstream: Upstream, operation: string, data: Json, map: (raw: Json) => Row): Row {
  try {
    return map(data);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    const atData = new ShapeError(`data.${error.path}`, error.expected, undefined);
    throw unreadable(Object.assign(atData, { found: error.found }), operation, (note) => upstream.drift(note));
  }
}

/** Each item by a call of its own: one result per item, in order; a failure becomes the item's result. Throws only before anything was sent. */
export async function runEach<Item extends object, Row>(
  items: readonly Item[],
  call: Call,
  write: (item: Item, call: Call) => Promise<WriteResult<Row>>,
): Promise<WriteResult<Row>[]> {
  call.signal?.throwIfAborted();
  return Promise.all(
    items.map(async (item) => {
      try {
        return await write(item, carrying(call, [item]));
      } catch (error) {
        return resultOf<Row>(error, call);
      }
    }),
  );
}

/** What a failed sending says of its items: unknown where it may have been done. Throws what is no failure of the provider. */
export function resultOf<Row>(error: unknown, call: Call): WriteResult<Row> {
  if (error instanceof ProviderError) return { state: error.mayHaveApplied ? 'unknown' : 'failed', error };
  if (call.signal?.aborted !== true) throw error;
  // Given up on between sending and the answer.
  const message = 'The request was given up before the provider answered.';
  return {
    state: 'unknown',
    error: new ProviderError('OUTCOME_UNKNOWN', message, { mayHaveApplied: true, cause: error }),
  };
}

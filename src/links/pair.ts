import type { Link, RecordName } from '../domain/links.ts';

/** A record as a key of maps. */
export function recordKey({ integration, remoteId }: RecordName): string {
  return JSON.stringify([integration, remoteId]);
}

/** Two records in the one order in which their pair is known. */
export function inOrder<Named extends RecordName>(a: Named, b: Named): [Named, Named] {
  return recordKey(a) <= recordKey(b) ? [a, b] : [b, a];
}

/** What a decision is about, as a key of maps: the same for (a, b) and (b, a). */
export function pairKey({ kind, a, b }: Pick<Link, 'kind' | 'a' | 'b'>): string {
  return JSON.stringify([kind, ...inOrder(a, b).map(recordKey)]);
}

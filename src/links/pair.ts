import type { Link, RecordName } from '../domain/links.ts';

/** The map key of a record. */
export function recordKey({ integration, remoteId }: RecordName): string {
  return JSON.stringify([integration, remoteId]);
}

/** Two records in the canonical order of their pair. */
export function inOrder<Named extends RecordName>(a: Named, b: Named): [Named, Named] {
  return recordKey(a) <= recordKey(b) ? [a, b] : [b, a];
}

/** The map key of the pair that a decision is about: the same for (a, b) and (b, a). */
export function pairKey({ kind, a, b }: Pick<Link, 'kind' | 'a' | 'b'>): string {
  return JSON.stringify([kind, ...inOrder(a, b).map(recordKey)]);
}

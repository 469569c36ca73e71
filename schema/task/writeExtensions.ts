import type { Scope } from '../../src/domain/access.ts';
import { needs } from '../access.ts';
import { CALL, costs } from '../cost.ts';

/** On the mutation of a kind of write: it needs the scope of the kind, and costs a call for each item. */
export function writeExtensions({ scope }: { scope: Scope }) {
  return { ...needs(scope), ...costs({ asks: CALL, by: ['input', 'items'] }) };
}

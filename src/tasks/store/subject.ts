import { ProviderError } from '../../domain/problem.ts';
import { writeOperation, type WritePortName } from '../../domain/operations.ts';
import type { ItemWrite } from '../task.ts';

/** The problem of an item that a later one overtook. */
export const SUPERSEDED = new ProviderError(
  'SUPERSEDED',
  'A later write of the same thing overtook this one.',
).toProblem();

/** What an item writes to, where order matters; null where none is kept. Its integration and tenant are part of it. */
export function subjectOf<Port extends WritePortName>(
  tenant: string,
  integration: string,
  { operation, write }: ItemWrite<Port>,
): string | null {
  const subject = writeOperation(operation).subject(write);
  return subject && JSON.stringify([tenant, integration, ...subject]);
}

/** Whether an item makes earlier unsent ones on the same subject pointless. */
export function overtakes<Port extends WritePortName>({ operation, write }: ItemWrite<Port>): boolean {
  return writeOperation(operation).supersedes(write);
}

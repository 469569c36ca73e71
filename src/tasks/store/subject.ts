import { ProviderError } from '../../domain/problem.ts';
import type { ItemWrite } from '../task.ts';

/** The problem of an item that a later one overtook. */
export const SUPERSEDED = new ProviderError(
  'SUPERSEDED',
  'A later write of the same thing overtook this one.',
).toProblem();

/**
 * What an item writes to, where order matters: one employee's skill, one known record, or the skill of one external id, there.
 * Null where none is kept: nothing names an employee that is to be created, and certificates only add up.
 */
export function subjectOf(tenant: string, integration: string, work: ItemWrite): string | null {
  const name = nameOf(work);
  return name && JSON.stringify([tenant, integration, ...name]);
}

function nameOf(work: ItemWrite): unknown[] | null {
  switch (work.operation) {
    case 'rate':
    case 'assign':
    case 'remove':
      return [work.write.employeeId, work.write.skillId];
    // Nested, so that no employee's or skill's id makes them the same as a pair above.
    case 'upsertEmployees':
      return work.write.existing && [['employee', work.write.existing.remoteId]];
    case 'setStatus':
      return [['employee', work.write.existing.remoteId]];
    case 'upsertSkills':
      return [['skill', work.write.externalId]];
    case 'addCertificates':
      return null;
  }
}

/**
 * Whether an item makes earlier unsent ones on the same subject pointless: a rating and a removal say all there is to say of
 * the pair. A bare tag sets no rating, and a record's upsert merges fields, so they do not.
 */
export function overtakes(work: ItemWrite): boolean {
  if (work.operation === 'remove') return true;
  return (work.operation === 'rate' || work.operation === 'assign') && work.write.value !== null;
}

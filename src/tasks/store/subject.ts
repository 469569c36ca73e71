import type { ItemWrite } from '../task.ts';

/** What an item writes to, where order matters: one employee's skill there. Null where none is kept (an employee's record). */
export function subjectOf(tenant: string, integration: string, work: ItemWrite): string | null {
  if (work.operation === 'upsertEmployees') return null;
  return JSON.stringify([tenant, integration, work.write.employeeId, work.write.skillId]);
}

/** Whether an item makes earlier unsent ones on the same subject pointless. A bare tag sets no rating, so it does not. */
export function overtakes(work: ItemWrite): boolean {
  return work.operation !== 'upsertEmployees' && work.write.value !== null;
}

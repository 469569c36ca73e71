import type { Scope } from '../../src/domain/access.ts';
import type { TaskKind } from '../../src/tasks/task.ts';

/** What one needs to start, repeat and stop a task of a kind. */
export const KIND_SCOPE: Record<TaskKind, Scope> = {
  ASSIGN_SKILLS: 'ratings:write',
  RATE_SKILLS: 'ratings:write',
  REMOVE_SKILLS: 'ratings:write',
  ADD_CERTIFICATES: 'ratings:write',
  UPSERT_EMPLOYEES: 'employees:write',
  SET_EMPLOYEE_STATUS: 'employees:write',
  UPSERT_SKILLS: 'skills:write',
};

import type { WalkPort } from '../../../src/domain/ports.ts';
import type { EmployeeRow, SkillRow } from '../../../src/domain/records.ts';
import { pagesReader, tellsUnread } from '../../../src/outbound/payload/payload.ts';
import { EVERYBODY, SKILL_INCLUDES, USER_INCLUDES, type KantataClient } from '../client.ts';
import { toEmployee, toSkill, type EmployeeOptions } from '../mappers/mappers.ts';
import { ROUTES } from '../raw.ts';
import { changedUsers } from './userChanges.ts';

/** Walks everybody on the account, inactive people included. */
export function employeesWalk(client: KantataClient, options: EmployeeOptions): WalkPort<EmployeeRow> {
  const operation = 'employees';
  const request = { operation, route: ROUTES.users, query: { ...EVERYBODY, include: USER_INCLUDES } };
  const context = { operation, path: 'users', drift: client.drift };
  return {
    async *walk(call) {
      const read = pagesReader({ ...context, leftOut: tellsUnread(call, 'employees', (raw) => raw.id) });
      for await (const page of client.walk(request, call)) {
        yield { rows: read(page.records, (raw) => toEmployee(raw, page, options)), total: page.count };
      }
    },
    changedSince: (since, call) => changedUsers(client, options, since, call),
  };
}

/** Walks the account's skills; NOT_OFFERED where there is no such list. */
export function skillsWalk(client: KantataClient): WalkPort<SkillRow> {
  const operation = 'skills';
  const query = { include: SKILL_INCLUDES };
  const context = { operation, path: 'skills', drift: client.drift };
  return {
    async *walk(call) {
      const read = pagesReader({ ...context, leftOut: tellsUnread(call, 'skills', (raw) => raw.id) });
      for await (const page of client.walk({ operation, route: ROUTES.skills, query }, call)) {
        yield { rows: read(page.records, (raw) => toSkill(raw, page)), total: page.count };
      }
    },
    async *changedSince(since, call) {
      const changed = { operation, route: ROUTES.skills, query: { ...query, updated_after: since } };
      const leftOut = tellsUnread(call, 'skills', (raw) => raw.id);
      const read = pagesReader({ ...context, leftOut }, { isAmongKnown: true });
      for await (const page of client.walk(changed, call)) {
        yield { rows: read(page.records, (raw) => toSkill(raw, page)) };
      }
    },
  };
}

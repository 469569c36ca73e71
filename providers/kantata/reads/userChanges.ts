import type { Call, ChangesPage } from '../../../src/domain/ports.ts';
import type { EmployeeRow } from '../../../src/domain/records.ts';
import { isObject, optionalId, pagesReader, tellsUnread } from '../../../src/outbound/payload/payload.ts';
import { EVERYBODY, USER_INCLUDES, type KantataClient } from '../client.ts';
import { toEmployee, type EmployeeOptions } from '../mappers/mappers.ts';
import { IDS_PER_CALL, ROUTES } from '../raw.ts';

/** Events come usually minutes after what they tell of, sometimes later (kantata.md#events). */
const DELAY_MS = 30 * 60_000;

const DELETED = 'user:deleted';
const EVENT_TYPES = ['user:created', 'user:updated', DELETED].join(',');

/**
 * Users that changed, by the feed of events: the list of users has no times of its own (kantata.md#users). The feed
 * names them, the list shows them; who was deleted and is not shown is gone. NOT_OFFERED without an administrator's
 * token.
 */
export async function* changedUsers(
  client: KantataClient,
  options: EmployeeOptions,
  since: string,
  call: Call,
): AsyncGenerator<ChangesPage<EmployeeRow>> {
  const operation = 'employees';
  const after = new Date(Date.parse(since) - DELAY_MS).toISOString();
  const query = { event_types: EVENT_TYPES, created_after: after, order: 'created_at:asc' };
  const deletedById = new Map<string, boolean>();
  for await (const page of client.walk({ operation, route: ROUTES.subscribedEvents, query }, call)) {
    for (const event of page.records) {
      const id = isObject(event) ? optionalId(event.subject_id) : null;
      // The order is not guaranteed: one deletion among a user's events is enough to look.
      if (isObject(event) && id !== null) {
        deletedById.set(id, deletedById.get(id) === true || event.event_type === DELETED);
      }
    }
  }
  const ids = [...deletedById.keys()];
  for (let at = 0; at < ids.length; at += IDS_PER_CALL) {
    const asked = ids.slice(at, at + IDS_PER_CALL);
    const users = { ...EVERYBODY, include: USER_INCLUDES, only: asked.join(',') };
    const rows: EmployeeRow[] = [];
    let isWhole = true;
    const tell = tellsUnread(call, operation, (raw) => raw.id);
    const leftOut = (item: unknown) => {
      isWhole = false;
      tell?.(item);
    };
    const read = pagesReader({ operation, path: 'users', drift: client.drift, leftOut }, { isAmongKnown: true });
    for await (const page of client.walk({ operation, route: ROUTES.users, query: users }, call)) {
      rows.push(...read(page.records, (raw) => toEmployee(raw, page, options)));
    }
    const shown = new Set(rows.map((row) => row.remoteId));
    // Who is not shown may be among those that could not be read.
    yield { rows, removed: isWhole ? asked.filter((id) => deletedById.get(id) === true && !shown.has(id)) : [] };
  }
}

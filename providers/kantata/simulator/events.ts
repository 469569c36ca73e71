import type { SimResponse } from '../../../src/simulator/simulator.ts';
import { envelope, instantOf } from './envelope.ts';
import { applying, kept } from './filters.ts';
import type { Query } from './query.ts';
import { notFound, system } from './refusals.ts';
import type { SimEvent } from './store.ts';
import type { World } from './views.ts';

/** GET /subscribed_events (kantata.md#events): what happened to users, nothing of before the start. */
export function listEvents({ store, switches }: World, query: Query): SimResponse {
  if (switches.eventFeed === 'missing') throw notFound();
  if (switches.eventFeed === 'forbidden') throw system(403);
  const types = query.texts('event_types');
  const [after, before] = [query.instant('created_after'), query.instant('created_before')];
  const items = kept(
    store.events,
    applying<SimEvent>(
      types ? ({ type }) => types.includes(type) : null,
      after === null ? null : ({ createdAt }) => createdAt >= after,
      before === null ? null : ({ createdAt }) => createdAt <= before,
    ),
  );
  const sorted = query.order()?.descending === false ? items : items.toReversed();
  const show = ({ id, type, userId, createdAt }: SimEvent) => ({
    id: String(id),
    event_type: type,
    user_id: store.me.id,
    subject_id: userId,
    subject_type: 'User',
    subject_changed_at: instantOf(createdAt),
    created_at: instantOf(createdAt),
  });
  return envelope({ key: 'subscribed_events', query, items: sorted, show }, switches);
}

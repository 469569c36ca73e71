import { describe, expect, it } from 'vitest';
import type { Call, DriftNote } from '../../src/domain/ports.ts';
import type { Upstream, UpstreamRequest } from '../../src/outbound/upstream.ts';
import { createClient, type KantataClient, type ListRequest } from './client.ts';
import { ratingsByEmployees } from './reads/ratings.ts';
import { REQUEST } from './testRig.ts';

const LIST: ListRequest = { operation: 'ratings', route: '/skill_memberships', query: { order: 'created_at:asc' } };

/** A page of memberships of user 5 with these ids. */
function page(ids: readonly number[], head: Record<string, unknown>) {
  return {
    results: ids.map((id) => ({ key: 'skill_memberships', id: String(id) })),
    skill_memberships: Object.fromEntries(
      ids.map((id) => [id, { id: String(id), skill_id: '7', user_id: '5', level: 1, max_level: 5 }]),
    ),
    ...head,
  };
}

/** A client over answers by page number, and what it asked. */
function over(answers: (page: number) => unknown): {
  client: KantataClient;
  asked: UpstreamRequest[];
  drift: DriftNote[];
} {
  const asked: UpstreamRequest[] = [];
  const drift: DriftNote[] = [];
  const upstream: Upstream = {
    send(request, call) {
      call.signal?.throwIfAborted();
      asked.push(request);
      const body = answers(Number(request.query?.page));
      return Promise.resolve({ status: 200, headers: {}, text: JSON.stringify(body) });
    },
    drift: (note) => drift.push(note),
    close: () => Promise.resolve(),
  };
  return { client: createClient(upstream), asked, drift };
}

async function walked(client: KantataClient, call: Call = REQUEST): Promise<(string | null)[]> {
  const ids: (string | null)[] = [];
  for await (const envelope of client.walk(LIST, call)) ids.push(...envelope.ids);
  return ids;
}

async function readAll(client: KantataClient): Promise<(string | null)[]> {
  return (await client.readAll(LIST, REQUEST, () => {})).flatMap((envelope) => envelope.ids);
}

const pagesAsked = (asked: readonly UpstreamRequest[]) => asked.map((request) => request.query?.page);

/** Five rows in pages of two, however much is asked for. */
const five = (head: (number: number) => Record<string, unknown>) => (number: number) =>
  page([1, 2, 3, 4, 5].slice((number - 1) * 2, number * 2), head(number));

describe.each([
  ['a walk', walked],
  ['a whole list', readAll],
])('%s', (_, run) => {
  it.each([
    ['meta', { count: 5, meta: { count: 5, page_count: 3, page_size: 2 } }, 3],
    ['meta in text', { count: '5', meta: { page_count: '3' } }, 3],
    ['count alone', { count: 5 }, 3],
    ['count alone, wrongly clamped', { count: 5, meta: { page_size: 200 } }, 3],
    ['nothing', {}, 4],
  ])('ends by %s', async (_name, head, calls) => {
    const { client, asked } = over(five(() => head));
    expect(await run(client)).toEqual(['1', '2', '3', '4', '5']);
    expect(pagesAsked(asked)).toEqual([1, 2, 3, 4].slice(0, calls));
    expect(asked[0]?.query).toEqual({ order: 'created_at:asc', page: 1, per_page: 200 });
  });

  it('is empty after one call', async () => {
    const { client, asked } = over(() => page([], { count: 0, meta: { count: 0, page_count: 0, page_number: 0 } }));
    expect(await run(client)).toEqual([]);
    expect(asked).toHaveLength(1);
  });

  it('lives with one page too many', async () => {
    const { client, asked } = over(five(() => ({ count: 5, meta: { page_count: 4 } })));
    expect(await run(client)).toEqual(['1', '2', '3', '4', '5']);
    expect(asked).toHaveLength(4);
  });

  it.each([
    ['repeats its first page', () => page([1, 2], { count: 6 }), 3],
    ['repeats its first page and says nothing', () => page([1, 2], {}), 2],
    ['brings rows beyond its count', (n: number) => page([n * 2, n * 2 + 1], { count: 4, meta: { page_count: 3 } }), 3],
    ['counts pages without end', (n: number) => page([n * 2, n * 2 + 1], { count: 4, meta: { page_count: 1e9 } }), 3],
    ['ends before its count', (n: number) => page(n === 1 ? [1, 2] : [], { count: 6 }), 3],
    ['has a count and no rows', () => page([], { count: 6 }), 1],
  ])('that %s ends as unreadable', async (_name, answers, most) => {
    const { client, asked } = over(answers);
    await expect(run(client)).rejects.toMatchObject({ name: 'ProviderError', code: 'UNREADABLE' });
    expect(asked.length).toBeLessThanOrEqual(most);
  });

  it.each([null, 'text', {}, { results: 'none' }])('out of %o ends as unreadable and is noted', async (body) => {
    const { client, drift } = over(() => body);
    await expect(run(client)).rejects.toMatchObject({ code: 'UNREADABLE' });
    expect(drift).toHaveLength(1);
  });
});

describe('a list from which a row leaves between two pages', () => {
  /** Five rows in pages of two; the first of them is gone once the first page was read. */
  const shrinking = () => {
    let left = 5;
    return over((number) => {
      const rows = [1, 2, 3, 4, 5].slice(5 - left);
      if (left === 5) left = 4;
      return page(rows.slice((number - 1) * 2, number * 2), { count: rows.length });
    });
  };

  it('is read in turn with the page again to which a row slid', async () => {
    const { client, asked } = shrinking();
    expect(new Set(await walked(client))).toEqual(new Set(['1', '2', '3', '4', '5']));
    expect(pagesAsked(asked)).toEqual([1, 2, 1]);
  });

  it('is read whole with all pages again but the last', async () => {
    const { client, asked } = shrinking();
    const rows = await ratingsByEmployees(client).read(['5'], REQUEST);
    expect(new Set(rows.map(({ remoteId }) => remoteId))).toEqual(new Set(['1', '2', '3', '4', '5']));
    expect(rows).toHaveLength(5);
    expect(pagesAsked(asked)).toEqual([1, 2, 3, 1, 2]);
  });
});

it('a walk asks for no further page once it is given up', async () => {
  const controller = new AbortController();
  const { client, asked } = over((number) => {
    if (number === 2) controller.abort(new Error('enough'));
    return five(() => ({ count: 5 }))(number);
  });
  await expect(walked(client, { ...REQUEST, signal: controller.signal })).rejects.toThrow('enough');
  expect(pagesAsked(asked)).toEqual([1, 2]);
});

describe('ratings by employees', () => {
  it('asks once for each of 100 different ids, and never for what is no id', async () => {
    const { client, asked } = over(() => page([], { count: 0 }));
    const ids = Array.from({ length: 201 }, (_, index) => String(index + 1));
    await ratingsByEmployees(client).read([...ids, ...ids, 'p-1', '', ' 7', '1,2'], REQUEST);
    const batches = asked.map((request) => String(request.query?.user_ids).split(','));
    expect(batches.map((batch) => batch.length)).toEqual([100, 100, 1]);
    expect(batches.flat()).toEqual(ids);
    expect(asked[0]?.query).toMatchObject({ include: 'skill,user', per_page: 200 });
  });

  it('makes no call for no ids', async () => {
    const { client, asked } = over(() => page([1], { count: 1 }));
    expect(await ratingsByEmployees(client).read(['p-1'], REQUEST)).toEqual([]);
    expect(await ratingsByEmployees(client).read([], REQUEST)).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('gives each row once though pages shift', async () => {
    const { client } = over((number) => page(number === 1 ? [1, 2] : [2, 3], { count: 4 }));
    const rows = await ratingsByEmployees(client).read(['5'], REQUEST);
    expect(rows.map((row) => row.remoteId)).toEqual(['1', '2', '3']);
  });

  it.each([1, 2])('notices rows of others on page %i', async (foreign) => {
    const { client, drift } = over((number) => {
      const answer = page([number * 2, number * 2 + 1], { count: 4 });
      for (const row of Object.values(answer.skill_memberships)) if (number === foreign) row.user_id = '6';
      return answer;
    });
    await expect(ratingsByEmployees(client).read(['5'], REQUEST)).rejects.toMatchObject({
      code: 'UNREADABLE',
      providerCode: 'FILTER_IGNORED',
      retryable: false,
    });
    expect(drift).toEqual([
      {
        operation: 'ratingsByEmployees',
        path: 'skill_memberships.*.user_id',
        expected: 'asked user',
        found: 'other user',
      },
    ]);
  });

  it('leaves one unreadable row out and notes it', async () => {
    const { client, drift } = over(() => {
      const answer = page([1, 2, 3], { count: 3 });
      return { ...answer, skill_memberships: { ...answer.skill_memberships, 2: { id: '2', user_id: '5' } } };
    });
    const rows = await ratingsByEmployees(client).read(['5'], REQUEST);
    expect(rows.map((row) => row.remoteId)).toEqual(['1', '3']);
    expect(drift).toEqual([
      { operation: 'ratingsByEmployees', path: 'skill_memberships.*.skill_id', expected: 'id', found: 'undefined' },
    ]);
  });
});

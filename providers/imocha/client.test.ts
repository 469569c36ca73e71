import { describe, expect, it } from 'vitest';
import type { DriftNote } from '../../src/domain/ports.ts';
import type { HttpRequest, HttpResponse } from '../../src/outbound/transport/undiciTransport.ts';
import { createUpstream } from '../../src/outbound/upstream.ts';
import { createClient } from './client.ts';
import { failureOf } from './errors.ts';
import { imocha } from './imocha.ts';

/** A client over answers written out, and the requests that they cost. */
function clientOver(answer: (request: HttpRequest) => unknown) {
  const requests: string[] = [];
  const drift: DriftNote[] = [];
  const upstream = createUpstream({
    integration: 'imocha-test',
    limits: { ...imocha.limits, requestsPerSecond: null, attempts: 1 },
    headers: {},
    failureOf,
    onDrift: (note) => drift.push(note),
    transport: {
      send(request): Promise<HttpResponse> {
        request.signal?.throwIfAborted();
        requests.push(request.path);
        return Promise.resolve({ status: 200, headers: {}, text: JSON.stringify(answer(request)) });
      },
      close: () => Promise.resolve(),
    },
  });
  return { client: createClient(upstream), requests, drift };
}

const pageNumberOf = ({ path }: HttpRequest) =>
  Number(
    new URL(path, 'http://x').searchParams.get('pageNumber') ??
      new URL(path, 'http://x').searchParams.get('PageNumber'),
  );

const people = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ employeeId: from + index }));

async function idsOf(pages: AsyncIterable<{ items: readonly unknown[] }>): Promise<unknown[]> {
  const ids: unknown[] = [];
  for await (const { items } of pages) for (const item of items) ids.push((item as { employeeId: number }).employeeId);
  return ids;
}

describe('a walk', () => {
  it('follows the marker and not the length of a page, each row once', async () => {
    const { client, requests } = clientOver((request) => {
      const page = pageNumberOf(request);
      // Rows shift by one between the pages, as they do when somebody is added.
      return {
        items: people(page * 3 - 2, page * 3 + 1),
        pageNumber: page,
        totalPages: 3,
        totalCount: 10,
        hasNextPage: page < 3,
      };
    });
    expect(await idsOf(client.employees({ purpose: 'walk' }))).toEqual(
      people(1, 10).map(({ employeeId }) => employeeId),
    );
    expect(requests).toEqual([1, 2, 3].map((page) => `/employees?pageNumber=${page}&pageSize=50`));
  });

  it('reads the pages again to which rows slid when others left the list', async () => {
    let listed = people(1, 9);
    const { client, requests } = clientOver((request) => {
      const page = pageNumberOf(request);
      const rows = listed.slice((page - 1) * 3, page * 3);
      const answer = { items: rows, pageNumber: page, totalPages: 3, totalCount: listed.length, hasNextPage: page < 3 };
      if (page === 1) listed = people(2, 9);
      return answer;
    });
    const ids = await idsOf(client.employees({ purpose: 'walk' }));
    expect(ids).toHaveLength(9);
    expect(new Set(ids)).toEqual(new Set(people(1, 9).map(({ employeeId }) => employeeId)));
    expect(requests.map((path) => /pageNumber=(\d)/.exec(path)?.[1])).toEqual(['1', '2', '3', '1']);
  });

  it('takes an empty result on page 0 for nobody', async () => {
    const empty = {
      items: [],
      pageNumber: 0,
      totalPages: 0,
      totalCount: 0,
      hasPreviousPage: false,
      hasNextPage: false,
    };
    const { client, requests, drift } = clientOver(() => empty);
    expect(await idsOf(client.employees({ purpose: 'walk' }))).toEqual([]);
    expect([requests.length, drift]).toEqual([1, []]);
  });

  it.each([
    ['a bare array', people(1, 3), [1, 2, 3], 1],
    ['a single object', { employeeId: 7, skills: [] }, [7], 1],
    // Nothing tells whether more follows a full array: the second answer brings nothing new.
    ['a bare array of everybody', people(1, 120), people(1, 120).map(({ employeeId }) => employeeId), 2],
  ])('takes %s for a page', async (_, body, ids, cost) => {
    const { client, requests } = clientOver(() => body);
    expect(await idsOf(client.profiles({ purpose: 'walk' }))).toEqual(ids);
    expect(requests).toHaveLength(cost);
  });

  it('ends as UNREADABLE where the page number is ignored', async () => {
    const { client, requests } = clientOver(() => ({
      items: people(1, 2),
      totalPages: 1000,
      totalCount: 2000,
      hasNextPage: true,
    }));
    await expect(idsOf(client.employees({ purpose: 'walk' }))).rejects.toMatchObject({ providerCode: 'ENDLESS_PAGES' });
    expect(requests.length).toBeLessThan(10);
  });

  it('ends as UNREADABLE where there are more pages than the total allows', async () => {
    const { client, requests } = clientOver((request) => {
      const page = pageNumberOf(request);
      return { items: people(page * 2 - 1, page * 2), totalCount: 4, hasNextPage: true };
    });
    await expect(idsOf(client.employees({ purpose: 'walk' }))).rejects.toMatchObject({
      code: 'UNREADABLE',
      providerCode: 'ENDLESS_PAGES',
    });
    expect(requests).toHaveLength(7);
  });

  it('asks for four pages at once and aborts what is in flight when left', async () => {
    const asked: { page: number; signal: AbortSignal | undefined }[] = [];
    const upstream = createUpstream({
      integration: 'imocha-test',
      limits: { ...imocha.limits, requestsPerSecond: null },
      headers: {},
      failureOf,
      transport: {
        send: (request) => {
          const page = pageNumberOf(request);
          asked.push({ page, signal: request.signal });
          const body = { items: people(page, page), totalPages: 9, totalCount: 9, hasNextPage: page < 9 };
          const answer = { status: 200, headers: {}, text: JSON.stringify(body) };
          return page < 3
            ? Promise.resolve(answer)
            : new Promise((_, reject) => {
                request.signal?.addEventListener('abort', () => reject(request.signal?.reason as Error));
              });
        },
        close: () => Promise.resolve(),
      },
    });
    const walk = createClient(upstream).taxonomy({ purpose: 'walk' })[Symbol.asyncIterator]();
    await walk.next();
    await walk.next();
    expect(asked.map(({ page }) => page)).toEqual([1, 2, 3, 4, 5]);
    await walk.return?.(undefined);
    // The first two had their answers; of what is over nobody is told any more.
    expect(asked.map(({ signal }) => signal?.aborted)).toEqual([false, false, true, true, true]);
  });
});

describe('one profile', () => {
  it.each([
    ['nothing', null, []],
    ['an empty list', [], []],
    ['a page of none', { items: null }, []],
    ['a profile without its id', { skills: [] }, [{ skills: [] }]],
    ['bare skills', [{ skill: { skillId: 1 } }], [{ skills: [{ skill: { skillId: 1 } }] }]],
  ])('may be %s', async (_, body, profiles) => {
    const { client, requests } = clientOver(() => body);
    expect(await client.profilesOf('a/b', { purpose: 'request' })).toEqual(profiles);
    expect(requests).toEqual(['/employees/a%2Fb/skills-profile']);
  });

  it('is UNREADABLE where it is neither', async () => {
    const { client, drift } = clientOver(() => ({ hello: 'world' }));
    await expect(client.profilesOf('1', { purpose: 'request' })).rejects.toMatchObject({ code: 'UNREADABLE' });
    expect(drift).toEqual([{ operation: 'ratingsByEmployees', path: '', expected: 'profile', found: 'object' }]);
  });

  it('is UNREADABLE where its skills are no list', async () => {
    const { client, drift } = clientOver(() => ({ employeeId: 1, skills: 7 }));
    await expect(client.profilesOf('1', { purpose: 'request' })).rejects.toMatchObject({ code: 'UNREADABLE' });
    expect(drift).toMatchObject([
      { operation: 'ratingsByEmployees', path: 'skills', expected: 'array', found: 'number' },
    ]);
  });
});

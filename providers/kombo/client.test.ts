import { describe, expect, it } from 'vitest';
import type { DriftNote } from '../../src/domain/ports.ts';
import { ProviderError } from '../../src/domain/problem.ts';
import type { HttpRequest, HttpResponse } from '../../src/outbound/transport/undiciTransport.ts';
import { createUpstream, type Upstream } from '../../src/outbound/upstream.ts';
import { listPages, readOne, submit } from './client.ts';
import { failureOf } from './errors.ts';
import { kombo } from './kombo.ts';

const CALL = { purpose: 'request' } as const;
const LIST = { operation: 'ratings', path: '/hris/things', optional: true, filters: { employee_ids: 'a,b' } };

/** An upstream whose vendor is a function; `sent` holds the requests in order. */
function scripted(vendor: (request: HttpRequest, index: number) => Partial<HttpResponse>) {
  const sent: HttpRequest[] = [];
  const drift: DriftNote[] = [];
  const upstream = createUpstream({
    integration: 'kombo-main',
    limits: { ...kombo.limits, requestsPerSecond: null, attempts: 1 },
    headers: {},
    failureOf,
    transport: {
      send: (request) => {
        sent.push(request);
        return Promise.resolve({ status: 200, headers: {}, text: '', ...vendor(request, sent.length) });
      },
      close: () => Promise.resolve(),
    },
    onDrift: (note) => drift.push(note),
  });
  return { upstream, sent, drift };
}

function page(ids: readonly unknown[], next: unknown): Partial<HttpResponse> {
  return { text: JSON.stringify({ status: 'success', data: { next, results: ids.map((id) => ({ id })) } }) };
}

async function readAll(upstream: Upstream, list = LIST, signal?: AbortSignal) {
  const pages: unknown[][] = [];
  for await (const records of listPages(upstream, list, { ...CALL, signal })) {
    pages.push(records.map((record) => (record as { id: unknown }).id));
  }
  return pages;
}

async function failureOfReading(upstream: Upstream, list = LIST): Promise<unknown> {
  const error: unknown = await readAll(upstream, list).catch((thrown: unknown) => thrown);
  return error instanceof ProviderError ? [error.code, error.providerCode, error.status] : error;
}

describe('listPages', () => {
  it.each([[null], [undefined], [''], [' ']])(
    'ends at the marker %j, repeating the filters on every page',
    async (end) => {
      const { upstream, sent } = scripted((_request, index) =>
        index === 1 ? page(['1', '2'], 'x=/+') : page(['3'], end),
      );
      expect(await readAll(upstream)).toEqual([['1', '2'], ['3']]);
      expect(sent.map((request) => request.path)).toEqual([
        '/hris/things?employee_ids=a%2Cb&page_size=250',
        '/hris/things?employee_ids=a%2Cb&page_size=250&cursor=x%3D%2F%2B',
      ]);
    },
  );

  it('gives each id once and keeps what has no id', async () => {
    const { upstream } = scripted((_request, index) =>
      index === 1 ? page(['1', null, 2], 'n') : page(['2', null, '1', '3'], null),
    );
    expect(await readAll(upstream)).toEqual([
      ['1', null, 2],
      [null, '3'],
    ]);
  });

  it('a cursor that comes again is unreadable', async () => {
    const { upstream, sent, drift } = scripted((_request, index) => page([`${index}`], index % 2 ? 'a' : 'b'));
    expect(await failureOfReading(upstream)).toEqual(['UNREADABLE', null, null]);
    expect([sent.length, drift.length]).toEqual([3, 1]);
  });

  it('ever new cursors without anything new are unreadable', async () => {
    const { upstream, sent } = scripted((_request, index) => page(['1'], `cursor ${index}`));
    expect(await failureOfReading(upstream)).toEqual(['UNREADABLE', null, null]);
    expect(sent.length).toBe(22);
  });

  it('a cursor that is longer than any is unreadable, since all are remembered', async () => {
    const { upstream, drift } = scripted(() => page(['1'], 'c'.repeat(5_000)));
    expect(await failureOfReading(upstream)).toEqual(['UNREADABLE', null, null]);
    expect(drift).toMatchObject([{ path: 'data.next', expected: 'cursor of at most 4096 characters' }]);
  });

  it('some empty pages are no end', async () => {
    const { upstream } = scripted((_request, index) => (index < 6 ? page([], `cursor ${index}`) : page(['1'], null)));
    expect((await readAll(upstream)).flat()).toEqual(['1']);
  });

  it('asks for no further page once aborted', async () => {
    const controller = new AbortController();
    const { upstream, sent } = scripted((_request, index) => {
      if (index === 2) controller.abort(new Error('enough'));
      return page([`${index}`], `cursor ${index}`);
    });
    await expect(readAll(upstream, LIST, controller.signal)).rejects.toThrow('enough');
    expect(sent.length).toBe(2);
  });

  it.each([
    ['no JSON', { text: '<html>' }, 0],
    ['half a JSON', { text: '{"status":"success","data":{"next":nu' }, 0],
    ['nothing', { text: '' }, 1],
    ['a list', { text: '[]' }, 1],
    ['no results', { text: '{"data":{"next":null}}' }, 1],
    ['a cursor of another kind', { text: '{"data":{"next":{},"results":[]}}' }, 1],
  ])('%s is unreadable', async (_name, response, drifts) => {
    const { upstream, drift } = scripted(() => response);
    expect(await failureOfReading(upstream)).toEqual(['UNREADABLE', null, null]);
    expect(drift.length).toBe(drifts);
  });

  it('reads JSON under any content type and after a byte order mark', async () => {
    const text = `\uFEFF${JSON.stringify({ data: { next: null, results: [{ id: 1 }] } })}`;
    const { upstream } = scripted(() => ({ text, headers: { 'content-type': 'text/html' } }));
    expect(await readAll(upstream)).toEqual([[1]]);
  });

  it.each([
    [404, true, 'NOT_OFFERED'],
    [501, true, 'NOT_OFFERED'],
    [403, true, 'NOT_OFFERED'],
    [404, false, 'NOT_OFFERED'],
    [403, false, 'FORBIDDEN'],
    [409, true, 'FIRST_SYNC_PENDING'],
    [401, true, 'UNAUTHENTICATED'],
  ])('%i of a list that is optional: %s means %s', async (status, optional, code) => {
    const { upstream } = scripted(() => ({ status, text: 'no' }));
    expect(await failureOfReading(upstream, { ...LIST, optional })).toEqual([code, null, status]);
  });

  it('an unknown integration is not a missing list', async () => {
    const error = { code: 'PLATFORM.INTEGRATION_NOT_FOUND', title: null, message: 'x', log_url: null };
    const { upstream } = scripted(() => ({ status: 404, text: JSON.stringify({ status: 'error', error }) }));
    expect(await failureOfReading(upstream)).toEqual(['SETUP_INCOMPLETE', 'PLATFORM.INTEGRATION_NOT_FOUND', 404]);
  });
});

describe('one object', () => {
  it('is read with its warnings, which are optional', async () => {
    const text = JSON.stringify({ status: 'success', data: { id: 1 }, warnings: [{ message: ' slow ' }, {}, 'odd'] });
    const { upstream, sent } = scripted((_request, index) => ({ text: index === 1 ? text : '{"data":{"id":2}}' }));
    const submission = { operation: 'rate', path: '/hris/things', body: { a: 1 }, repeatable: true };
    expect(await submit(upstream, submission, CALL)).toEqual({ data: { id: 1 }, warnings: ['slow', 'odd'] });
    expect(await readOne(upstream, 'task', '/hris/things/1', CALL)).toEqual({ data: { id: 2 }, warnings: [] });
    expect(sent.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['POST', '/hris/things', '{"a":1}'],
      ['GET', '/hris/things/1', undefined],
    ]);
  });

  it.each(['', '{}', '{"data":[]}', '{"data'])('a write answered with %j may have taken effect', async (text) => {
    const { upstream } = scripted(() => ({ text }));
    const submission = { operation: 'rate', path: '/hris/things', body: {}, repeatable: true };
    await expect(submit(upstream, submission, CALL)).rejects.toMatchObject({
      code: 'UNREADABLE',
      mayHaveApplied: true,
    });
  });
});

import { describe, expect, it } from 'vitest';
import { FakeProvider } from '../../test/support/fakes/fakeProvider.ts';
import { ProviderError } from '../domain/problem.ts';
import type { Integration } from './integration.ts';
import { IntegrationChanges } from './integrationChanges.ts';

const OPEN = { state: 'OPEN', probeAt: 1_000 } as const;
const CLOSED = { state: 'CLOSED', probeAt: null } as const;

function house() {
  const [hr, talent] = [new FakeProvider().integration, new FakeProvider().integration];
  const abort = new AbortController();
  const changes = new IntegrationChanges([hr, talent]);
  return { hr, talent, abort, changes, stream: changes.watch(abort.signal) };
}

async function take(stream: AsyncIterator<Integration>, count: number): Promise<Integration[]> {
  const taken: Integration[] = [];
  for (let read = 0; read < count; read += 1) taken.push(((await stream.next()) as { value: Integration }).value);
  return taken;
}

describe('watching integrations', () => {
  it('brings one each time its state, breaker or sync state has become another, and else nothing', async () => {
    const { hr, talent, abort, stream } = house();
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { state, breaker, sync } of stream) seen.push(`${state} ${breaker.state} ${sync.state}`);
    })();
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    const steps: (() => void)[] = [
      () => (hr.sync = { ...hr.sync, state: 'IDLE' }),
      () => (hr.sync = { ...hr.sync, progress: 0.5 }),
      () => void hr.failed('READ_SKILLS', new ProviderError('TIMEOUT', 'x')),
      () => void hr.failed('READ_SKILLS', new ProviderError('TIMEOUT', 'x')),
      () => hr.onBreaker(OPEN),
      () => hr.onBreaker({ state: 'HALF_OPEN', probeAt: null }),
      () => hr.onBreaker(CLOSED),
      () => hr.worked('READ_SKILLS'),
      () => hr.onQuota({ limit: 1, remaining: 0, resetAt: 1 }),
      () => talent.onDrift({ operation: 'employees', path: 'x', expected: 'id', found: 'null' }),
    ];
    for (const step of steps) {
      step();
      await settle();
    }
    abort.abort();
    await reading;
    expect(seen).toEqual([
      'HEALTHY CLOSED IDLE',
      'DEGRADED CLOSED IDLE',
      'DOWN OPEN IDLE',
      'DOWN HALF_OPEN IDLE',
      'DEGRADED CLOSED IDLE',
      'HEALTHY CLOSED IDLE',
      'DEGRADED CLOSED FIRST_WALK',
    ]);
  });

  it('brings a slow reader one of each, as it is then', async () => {
    const { hr, talent, stream } = house();
    for (let round = 0; round < 1_000; round += 1)
      for (const one of [hr, talent]) one.onBreaker(round % 2 ? CLOSED : OPEN);
    hr.onBreaker(OPEN);
    const [first, second] = await take(stream, 2);
    expect([first, second]).toEqual([hr, talent]);
    expect(first?.breaker.state).toBe('OPEN');
    talent.onBreaker(OPEN);
    expect(await take(stream, 1)).toEqual([talent]);
  });

  it.each(['abort', 'return', 'close'] as const)('ends on %s, and is then no longer told', async (how) => {
    const { hr, abort, changes, stream } = house();
    const waiting = stream.next();
    if (how === 'abort') abort.abort();
    else if (how === 'close') changes.close();
    else await stream.return?.();
    expect((await waiting).done).toBe(true);
    hr.onBreaker(OPEN);
    expect((await stream.next()).done).toBe(true);
    expect([hr.watchers, changes.size]).toEqual([0, 0]);
  });

  it('ends at once where all watches have been ended before', async () => {
    const { hr, changes, stream } = house();
    changes.close();
    const late = changes.watch(new AbortController().signal);
    expect([(await stream.next()).done, (await late.next()).done, hr.watchers]).toEqual([true, true, 0]);
  });

  it('ends at once where the reader has gone before', async () => {
    const hr = new FakeProvider().integration;
    const stream = new IntegrationChanges([hr]).watch(AbortSignal.abort());
    expect([(await stream.next()).done, hr.watchers]).toEqual([true, 0]);
  });
});

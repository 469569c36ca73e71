import { describe, expect, it } from 'vitest';
import type { SkillWrite } from '../../../src/domain/ports.ts';
import type { SkillRow } from '../../../src/domain/records.ts';
import { connect } from '../../../src/integrations/connect.ts';
import { simulatorTransport } from '../../../src/outbound/transport/undiciTransport.ts';
import { VirtualClock } from '../../../src/lib/clock.ts';
import { createWorkforce } from '../../../src/simulator/workforce.ts';
import { kombo } from '../kombo.ts';
import { komboSimulator } from '../simulator/simulator.ts';

const workforce = createWorkforce('test', { people: 10, skills: 10 });
const CALL = { purpose: 'task' } as const;
const SYNC_MS = 3 * 3_600_000;

function start(skillWrites: 'managed' | 'bulk' | 'off', switches: Record<string, unknown> = {}) {
  const clock = new VirtualClock();
  const simulator = komboSimulator.create({ workforce, clock, limits: 'none', switches });
  const { baseUrl, settings } = komboSimulator.settings('http://simulator');
  const { ports } = connect(
    kombo,
    { baseUrl, settings: { ...settings, skillWrites } },
    {
      name: 'kombo-main',
      transport: simulatorTransport(simulator, '/v1'),
      limits: { requestsPerSecond: null, attempts: 1 },
    },
  );
  const listed = async (): Promise<SkillRow[]> => {
    const rows: SkillRow[] = [];
    for await (const page of ports.skills?.walk(CALL) ?? []) rows.push(...page.rows);
    return rows;
  };
  const calls = () => simulator.journal.map(({ method, path }) => `${method} ${path}`);
  const effects = () =>
    simulator.journal.flatMap((entry) => entry.effects.map(({ key, change }) => `${key} ${change}`));
  return { clock, simulator, ports, listed, calls, effects };
}

function bulk(switches: Record<string, unknown> = {}) {
  const started = start('bulk', switches);
  const port = started.ports.upsertSkills;
  if (!port?.followMany) throw new Error('no port');
  const followMany = port.followMany.bind(port);
  const submit = async (items: readonly SkillWrite[]) => {
    const results = await port.run(items, CALL);
    const ids = new Set(results.map((result) => (result.state === 'accepted' ? result.providerTaskId : result.state)));
    expect(ids.size).toBe(1);
    return [...ids][0] ?? '';
  };
  return { ...started, port, followMany, submit };
}

const skill = (externalId: string, name: string, more: Partial<SkillWrite> = {}): SkillWrite => ({
  externalId,
  name,
  existing: null,
  ...more,
});

describe('managed skills', () => {
  it('are stored at once under the external id, and renamed by it', async () => {
    const { ports, listed, effects } = start('managed');
    const [result] = (await ports.upsertSkills?.run([skill('weather', 'Weather')], CALL)) ?? [];
    const row = (await listed()).find(({ name }) => name === 'Weather');
    expect(row).toMatchObject({ sourceId: 'weather', scale: null });
    expect(result).toMatchObject({ state: 'done', row: null, remoteId: row?.remoteId });
    expect(result).toMatchObject({
      warnings: ['The provider has stored it; the HR system gets it with a later sync.'],
    });
    await ports.upsertSkills?.run([skill('weather', 'Weather watching', { existing: row ?? null })], CALL);
    expect((await listed()).filter(({ sourceId }) => sourceId === 'weather')).toMatchObject([
      { remoteId: row?.remoteId, name: 'Weather watching' },
    ]);
    expect(effects()).toEqual(['weather created', 'weather updated']);
  });

  it('that are made inactive are gone after a later sync, and come back when made active', async () => {
    const { ports, listed, clock } = start('managed');
    const has = async () => (await listed()).some(({ sourceId }) => sourceId === 'weather');
    await ports.upsertSkills?.run([skill('weather', 'Weather', { active: false })], CALL);
    expect(await has()).toBe(true);
    clock.advance(SYNC_MS);
    expect(await has()).toBe(false);
    await ports.upsertSkills?.run([skill('weather', 'Weather', { active: true })], CALL);
    expect(await has()).toBe(true);
    // Nothing said of it leaves it, like a new one, active (kombo.md#managed-skills).
    await ports.upsertSkills?.run([skill('weather', 'Weather')], CALL);
    clock.advance(SYNC_MS);
    expect(await has()).toBe(true);
  });

  it('warn where the catalogue has the skill under another id', async () => {
    const { ports, listed } = start('managed');
    const [existing] = await listed();
    const [result] = (await ports.upsertSkills?.run([skill('own-1', existing?.name ?? '', { existing })], CALL)) ?? [];
    expect(result).toMatchObject({ warnings: [expect.anything(), expect.stringContaining('under another id')] });
  });

  it.each([
    ['a system that has no such write', { managedSkills: 'off' }, null],
    ['a missing route', {}, 404],
  ])('are not offered on %s', async (_, switches, status) => {
    const { ports, simulator } = start('managed', switches);
    const body = '{"status":"error","error":{"message":"no such route"}}';
    if (status !== null) simulator.addFault({ shape: { kind: 'status', status, body } });
    expect(await ports.upsertSkills?.run([skill('a', 'A')], CALL)).toMatchObject([
      { state: 'failed', error: { code: 'NOT_OFFERED', retryable: false } },
    ]);
  });

  it('are no port where they are switched off', () => {
    expect(start('off').ports.upsertSkills).toBeUndefined();
  });
});

describe('skills in bulk', () => {
  it('are one task, pending, then done in one effect each', async () => {
    const { submit, followMany, clock, listed, calls, effects } = bulk();
    const items = [skill('a', 'Archery'), skill('b', 'Baking'), skill('a', 'Archery II')];
    const task = await submit(items);
    expect(await followMany(task, items, CALL)).toMatchObject([
      { state: 'accepted', providerTaskId: task },
      { state: 'accepted', providerTaskId: task },
      { state: 'accepted', providerTaskId: task },
    ]);
    clock.advance(1_500);
    const results = await followMany(task, items, CALL);
    const idOf = new Map((await listed()).map((row) => [row.name, row.remoteId]));
    const done = (name: string) => ({ state: 'done', row: null, remoteId: idOf.get(name), warnings: [] });
    expect(results).toEqual([done('Archery II'), done('Baking'), done('Archery II')]);
    expect(effects()).toEqual(['a created', 'b created']);
    expect(calls().filter((call) => call.startsWith('POST'))).toEqual(['POST /v1/hris/skills/bulk']);
  });

  it('fail one by one: refused by the system, or without a name, which is not sent', async () => {
    const { port, followMany, clock } = bulk();
    const items = [skill('a', 'Archery'), skill('long', 'x'.repeat(201)), skill('nameless', '')];
    const [first, , nameless] = await port.run(items, CALL);
    expect(nameless).toMatchObject({ state: 'failed', error: { code: 'REJECTED' } });
    clock.advance(1_500);
    expect(
      await followMany(first?.state === 'accepted' ? first.providerTaskId : '', items.slice(0, 2), CALL),
    ).toMatchObject([{ state: 'done' }, { state: 'failed', error: { providerCode: 'REMOTE.INPUT_INVALID' } }]);
  });

  it('are unknown where their task does not name them', async () => {
    const { submit, followMany, clock } = bulk({ silentItems: 1 });
    const items = [skill('a', 'Archery'), skill('b', 'Baking')];
    const task = await submit(items);
    clock.advance(1_500);
    expect(await followMany(task, items, CALL)).toMatchObject([
      { state: 'unknown', error: { code: 'OUTCOME_UNKNOWN' } },
      { state: 'done' },
    ]);
  });

  it.each([
    ['INTEGRATION.AUTHENTICATION_INVALID', 'failed', 'UNAUTHENTICATED'],
    ['PLATFORM.TASK_TIMED_OUT', 'unknown', 'TIMEOUT'],
  ])('share the end of a task that FAILED with %s: %s', async (taskFailureCode, state, code) => {
    const { submit, followMany, port, clock, effects } = bulk({ failingTasks: 1, taskFailureCode });
    const items = [skill('a', 'Archery'), skill('b', 'Baking')];
    const task = await submit(items);
    clock.advance(1_500);
    expect(await followMany(task, items, CALL)).toMatchObject([
      { state, error: { code } },
      { state, error: { code } },
    ]);
    expect(await port.follow?.(task, skill('a', 'Archery'), CALL)).toMatchObject({ state, error: { code } });
    expect(effects()).toEqual([]);
  });

  it('of a task of another kind, or a forgotten one, are not found', async () => {
    const { submit, followMany, ports, clock } = bulk();
    const items = [skill('a', 'Archery')];
    const task = await submit(items);
    const rating = { employeeId: 'x', skillId: 'y', value: null, scale: null };
    await expect(ports.assign?.follow?.(task, rating, CALL)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    clock.advance(24 * 3_600_000 + 2_000);
    await expect(followMany(task, items, CALL)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('refuse a malformed item with the whole call', async () => {
    const { simulator } = start('bulk');
    const call = async (body: unknown) => {
      const { apiKey, integrationId } = komboSimulator.settings('http://simulator').settings;
      const headers = { authorization: `Bearer ${apiKey}`, 'x-integration-id': integrationId };
      const path = '/v1/hris/skills/bulk';
      const request = { method: 'POST', path, query: new URLSearchParams(), headers, body: JSON.stringify(body) };
      return (await simulator.handle(request)).status;
    };
    const good = { origin_id: 'a', name: 'Archery' };
    expect(await call({ items: [good] })).toBe(200);
    expect(await call({ items: [{ origin_id: 'a', skill: { name: 'Archery' } }] })).toBe(200);
    for (const items of [
      [],
      [good, { origin_id: 'b' }],
      [{ ...good, status: 'GONE' }],
      Array.from({ length: 101 }, () => good),
      'x',
    ]) {
      expect(await call({ items })).toBe(400);
    }
  });
});

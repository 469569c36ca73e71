import { describe, expect, it } from 'vitest';
import { freePairs, ratedPair, REQUEST, rig, rowsOf } from '../testRig.ts';

const LIST = 'GET /skill_memberships';

async function heldPairs(bench: ReturnType<typeof rig>, count: number) {
  const rows = (await rowsOf(bench.ports.ratings)).slice(0, count);
  bench.calls();
  return rows.map(({ remoteId, employeeId, skillId }) => ({ id: remoteId ?? '', employeeId, skillId }));
}

describe('removing a skill', () => {
  it('deletes what is held, once, and skips what is not', async () => {
    const bench = rig();
    const [a, b] = await heldPairs(bench, 2);
    const [free] = await freePairs(bench, 1);
    if (!a || !b || !free) throw new Error('too few pairs');
    const results = await bench.ports.remove.run([a, free, b, a], REQUEST);
    expect(results.map(({ state }) => state)).toEqual(['done', 'skipped', 'done', 'done']);
    expect(bench.effects().toSorted()).toEqual(
      [`deleted ${a.employeeId}|${a.skillId}`, `deleted ${b.employeeId}|${b.skillId}`].toSorted(),
    );
    expect(bench.calls().toSorted()).toEqual(
      [LIST, `DELETE /skill_memberships/${a.id}`, `DELETE /skill_memberships/${b.id}`].toSorted(),
    );
    const again = await bench.ports.remove.run([a, b], REQUEST);
    expect(again.map(({ state }) => state)).toEqual(['skipped', 'skipped']);
    expect(bench.calls()).toEqual([LIST]);
  });

  it('takes a lost answer for done when the skill is no longer held', async () => {
    const bench = rig();
    const held = await ratedPair(bench);
    bench.simulator.addFault({ shape: { kind: 'answerLost' }, method: 'DELETE' });
    expect(await bench.ports.remove.run([held], REQUEST)).toMatchObject([{ state: 'done', row: null }]);
    expect(bench.calls()).toEqual([LIST, `DELETE /skill_memberships/${held.id}`, LIST]);
  });

  it('takes 404 for done when somebody else was faster, and for failed when the skill is still held', async () => {
    const bench = rig();
    const held = await ratedPair(bench);
    bench.simulator.addFault({ shape: { kind: 'status', status: 404 }, method: 'DELETE', times: 1 });
    expect(await bench.ports.remove.run([held], REQUEST)).toMatchObject([
      { state: 'failed', error: { code: 'NOT_FOUND', retryable: false } },
    ]);
    const { simulator } = bench;
    const handle = simulator.handle.bind(simulator);
    simulator.handle = async (request) => {
      if (request.method === 'DELETE') await handle(request);
      return handle(request);
    };
    expect(await bench.ports.remove.run([held], REQUEST)).toMatchObject([{ state: 'done' }]);
  });

  it.each([
    [403, 'failed', 'FORBIDDEN'],
    [503, 'unknown', 'UNAVAILABLE'],
  ])('ends on %i as %s for that item alone', async (status, state, code) => {
    const bench = rig();
    const [a, b] = await heldPairs(bench, 2);
    if (!a || !b) throw new Error('too few pairs');
    bench.simulator.addFault({ shape: { kind: 'status', status }, method: 'DELETE', path: `/${a.id}$` });
    expect(await bench.ports.remove.run([a, b], REQUEST)).toMatchObject([
      { state, error: { code } },
      { state: 'done' },
    ]);
    expect(bench.effects()).toEqual([`deleted ${b.employeeId}|${b.skillId}`]);
  });

  it('fails a foreign id without a call, and throws when reading first fails', async () => {
    const bench = rig();
    const held = await ratedPair(bench);
    expect(await bench.ports.remove.run([{ ...held, skillId: 'x-1' }], REQUEST)).toMatchObject([
      { state: 'failed', error: { code: 'NOT_FOUND' } },
    ]);
    expect(bench.calls()).toEqual([]);
    bench.simulator.addFault({ shape: { kind: 'status', status: 503 }, method: 'GET' });
    await expect(bench.ports.remove.run([held], REQUEST)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(bench.effects()).toEqual([]);
  });
});

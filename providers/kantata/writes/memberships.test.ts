import { describe, expect, it } from 'vitest';
import { createWorkforce } from '../../../src/simulator/workforce.ts';
import { freePairs, ratedPair, REQUEST, rig, rowsOf, writing, type Rig } from '../testRig.ts';

const LIST = 'GET /skill_memberships';
const CREATE = 'POST /skill_memberships';

const onCreate = { method: 'POST', path: '/skill_memberships$' };

/** What became of each item, shortly. */
const states = (results: Awaited<ReturnType<Rig['ports']['rate']['run']>>) =>
  results.map((result) => ('error' in result ? `${result.state} ${result.error.code}` : result.state));

describe('writing ratings', () => {
  it('skips what is so already, changes what is held and creates the rest, in three calls', async () => {
    const bench = rig();
    const held = await ratedPair(bench);
    const [a, b, c] = await freePairs(bench, 3);
    if (!a || !b || !c) throw new Error('too few free pairs');
    const same = await bench.ports.rate.run([writing(held.employeeId, held.skillId, held.level)], REQUEST);
    expect(same).toMatchObject([{ state: 'skipped', remoteId: held.id, row: { value: { value: held.level } } }]);
    expect(bench.calls()).toEqual([LIST]);

    const results = await bench.ports.rate.run(
      [
        writing(a.employeeId, a.skillId, 2),
        writing(held.employeeId, held.skillId, 5),
        writing(b.employeeId, b.skillId, 4),
      ],
      REQUEST,
    );
    expect(results).toMatchObject([
      { state: 'done', row: { employeeId: a.employeeId, skillId: a.skillId, value: { value: 2 } }, warnings: [] },
      { state: 'done', remoteId: held.id, row: { parts: [held.id], value: { kind: 'number', value: 5 } } },
      { state: 'done', row: { employeeId: b.employeeId, skillId: b.skillId, value: { value: 4 } } },
    ]);
    expect(bench.effects().toSorted()).toEqual(
      [
        `created ${a.employeeId}|${a.skillId}`,
        `created ${b.employeeId}|${b.skillId}`,
        `updated ${held.employeeId}|${held.skillId}`,
      ].toSorted(),
    );
    expect(bench.calls().toSorted()).toEqual([LIST, CREATE, `PUT /skill_memberships/${held.id}`].toSorted());
  });

  it('creates 200 in one bulk and shows every row', async () => {
    const bench = rig();
    const pairs = await freePairs(bench, 200);
    const results = await bench.ports.rate.run(
      pairs.map(({ employeeId, skillId }) => writing(employeeId, skillId, 3)),
      REQUEST,
    );
    expect(results.map((result) => ('row' in result ? result.row?.skillId : null))).toEqual(
      pairs.map(({ skillId }) => skillId),
    );
    expect(states(results)).toEqual(pairs.map(() => 'done'));
    expect(bench.effects()).toHaveLength(200);
    expect(bench.calls().filter((call) => call === CREATE)).toHaveLength(1);
  });

  it('writes two items of one pair in their order', async () => {
    const bench = rig();
    const [pair, other] = await freePairs(bench, 2);
    if (!pair || !other) throw new Error('too few free pairs');
    const results = await bench.ports.rate.run(
      [
        writing(pair.employeeId, pair.skillId, 3),
        writing(other.employeeId, other.skillId, 1),
        writing(pair.employeeId, pair.skillId, 5),
        writing(pair.employeeId, pair.skillId, 5),
      ],
      REQUEST,
    );
    expect(states(results)).toEqual(['done', 'done', 'done', 'skipped']);
    expect(bench.effects().filter((effect) => effect.endsWith(`${pair.employeeId}|${pair.skillId}`))).toEqual([
      `created ${pair.employeeId}|${pair.skillId}`,
      `updated ${pair.employeeId}|${pair.skillId}`,
    ]);
    const rows = await bench.ports.ratingsByEmployees.read([pair.employeeId], REQUEST);
    expect(rows.find((row) => row.skillId === pair.skillId)?.value).toMatchObject({ value: 5 });
  });

  it('takes any stored level of an unlevelled skill for held', async () => {
    const bench = rig();
    const unlevelled = (await rowsOf(bench.ports.ratings)).find((row) => row.skillScale === null);
    if (!unlevelled) throw new Error('nobody holds an unlevelled skill');
    bench.calls();
    const { employeeId, skillId } = unlevelled;
    expect(states(await bench.ports.rate.run([writing(employeeId, skillId, 1)], REQUEST))).toEqual(['skipped']);
    expect(bench.calls()).toEqual([LIST]);
  });

  it('refuses foreign ids and options without a call for them', async () => {
    const bench = rig();
    const option = { ...writing('100001', '70001', null), value: { kind: 'option', optionId: 'x' } as const };
    const results = await bench.ports.rate.run(
      [writing('p-1', '70001', 3), writing('100001', ' 7', 3), option],
      REQUEST,
    );
    expect(states(results)).toEqual(['failed NOT_FOUND', 'failed NOT_FOUND', 'failed REJECTED']);
    expect(bench.calls()).toEqual([]);
  });
});

describe('assigning', () => {
  it('leaves a held rating alone and creates a bare tag without a level', async () => {
    const bench = rig();
    const held = await ratedPair(bench);
    const [pair] = await freePairs(bench, 1);
    if (!pair) throw new Error('no free pair');
    const results = await bench.ports.assign.run(
      [writing(held.employeeId, held.skillId, null), writing(pair.employeeId, pair.skillId, null)],
      REQUEST,
    );
    expect(results).toMatchObject([
      { state: 'skipped', row: { value: { value: held.level } } },
      { state: 'done', row: { skillId: pair.skillId, value: null, skillScale: { max: 5 } } },
    ]);
    expect(bench.effects()).toEqual([`created ${pair.employeeId}|${pair.skillId}`]);
    expect(bench.calls()).toEqual([LIST, CREATE]);
  });
});

describe('a bulk with a fault', () => {
  const faulty = async (bench: Rig) => {
    const pairs = await freePairs(bench, 4);
    const writes = pairs.map(({ employeeId, skillId }) => writing(employeeId, skillId, 3));
    writes.splice(2, 0, writing(pairs[0]?.employeeId ?? '', '999999', 3));
    return writes;
  };
  const expected = ['done', 'done', 'failed REJECTED', 'done', 'done'];

  it('fails the blamed item with its own error and sends the others again', async () => {
    const bench = rig();
    const results = await bench.ports.rate.run(await faulty(bench), REQUEST);
    expect(states(results)).toEqual(expected);
    expect(results[2]).toMatchObject({ error: { providerCode: 'validation:skill_id', retryable: false, status: 422 } });
    expect(bench.effects()).toHaveLength(4);
    expect(bench.calls()).toEqual([LIST, CREATE, LIST, CREATE, CREATE, LIST]);
  });

  it('fails nobody for a position that is wrong', async () => {
    const bench = rig({ errorIndex: 'first' });
    expect(states(await bench.ports.rate.run(await faulty(bench), REQUEST))).toEqual(expected);
    expect(bench.effects()).toHaveLength(4);
  });

  it('finds the faulty item by halves when the answer does not name it', async () => {
    const bench = rig({ errorIndex: false });
    expect(states(await bench.ports.rate.run(await faulty(bench), REQUEST))).toEqual(expected);
    expect(bench.effects()).toHaveLength(4);
    // 5 fail; of 3 + 2: 3 fail, 2 stand; of 2 + 1: 2 stand, 1 fails.
    expect(bench.calls().filter((call) => call === CREATE)).toHaveLength(5);
  });

  it.each(['strings', 'message'] as const)('finds it in errors as %s too', async (errorBody) => {
    const bench = rig({ errorBody });
    expect(states(await bench.ports.rate.run(await faulty(bench), REQUEST))).toEqual(expected);
    expect(bench.effects()).toHaveLength(4);
  });

  it('sees what a partial bulk has written and writes nothing twice', async () => {
    const bench = rig({ bulkMode: 'partial' });
    const results = await bench.ports.rate.run(await faulty(bench), REQUEST);
    expect(states(results)).toEqual(expected);
    expect(results[0]).toMatchObject({ row: { value: { value: 3 } } });
    expect(bench.effects()).toHaveLength(4);
    expect(bench.calls()).toEqual([LIST, CREATE, LIST, CREATE, LIST]);
  });

  it('fails whole when the user may not write, without asking again', async () => {
    const bench = rig();
    const writes = await faulty(bench);
    bench.simulator.addFault({ shape: { kind: 'status', status: 403 }, ...onCreate });
    expect(states(await bench.ports.rate.run(writes, REQUEST))).toEqual(writes.map(() => 'failed FORBIDDEN'));
    expect(bench.calls()).toEqual([LIST, CREATE, LIST]);
  });

  it.each([
    [401, 'UNAUTHENTICATED', false],
    [429, 'RATE_LIMITED', true],
    [501, 'NOT_OFFERED', false],
  ])('fails whole on %i, before reading back', async (status, code, retryable) => {
    const bench = rig();
    const writes = await faulty(bench);
    bench.simulator.addFault({ shape: { kind: 'status', status }, ...onCreate });
    const results = await bench.ports.rate.run(writes, REQUEST);
    expect(results).toMatchObject(writes.map(() => ({ state: 'failed', error: { code, retryable } })));
    expect(bench.calls()).toEqual([LIST, CREATE]);
  });
});

describe('a lost answer', () => {
  const three = async (bench: Rig) =>
    (await freePairs(bench, 3)).map(({ employeeId, skillId }) => writing(employeeId, skillId, 4));

  it.each([
    { kind: 'answerLost' },
    { kind: 'truncate' },
    { kind: 'emptyBody' },
    { kind: 'drift', path: 'results', value: null },
  ] as const)('to a create that took effect ($kind) ends as done after reading back', async (shape) => {
    const bench = rig();
    const writes = await three(bench);
    bench.simulator.addFault({ shape, ...onCreate });
    const results = await bench.ports.rate.run(writes, REQUEST);
    expect(results).toMatchObject(
      writes.map(({ skillId }) => ({ state: 'done', row: { skillId, value: { value: 4 } } })),
    );
    expect(bench.effects()).toHaveLength(3);
    expect(bench.calls()).toEqual([LIST, CREATE, LIST]);
  });

  it.each([{ kind: 'reset' }, { kind: 'status', status: 500 }, { kind: 'vendor', name: 'gatewayTimeout' }] as const)(
    'to a create that did not take effect ($kind) ends as failed, to be tried again',
    async (shape) => {
      const bench = rig();
      const writes = await three(bench);
      bench.simulator.addFault({ shape, ...onCreate, times: 1 });
      const results = await bench.ports.rate.run(writes, REQUEST);
      expect(results).toMatchObject(
        writes.map(() => ({ state: 'failed', error: { retryable: true, mayHaveApplied: false } })),
      );
      expect(bench.effects()).toEqual([]);
      expect(bench.calls()).toEqual([LIST, CREATE, LIST]);
      expect(states(await bench.ports.rate.run(writes, REQUEST))).toEqual(['done', 'done', 'done']);
      expect(bench.effects()).toHaveLength(3);
    },
  );

  it('stays unknown when reading back fails too', async () => {
    const bench = rig();
    const writes = await three(bench);
    bench.simulator.addFault({ shape: { kind: 'answerLost' }, ...onCreate });
    const { simulator } = bench;
    const handle = simulator.handle.bind(simulator);
    simulator.handle = (request) => {
      if (request.method === 'POST') simulator.addFault({ shape: { kind: 'status', status: 503 }, method: 'GET' });
      return handle(request);
    };
    const results = await bench.ports.rate.run(writes, REQUEST);
    expect(results).toMatchObject(writes.map(() => ({ state: 'unknown', error: { mayHaveApplied: true } })));
    simulator.handle = handle;
    simulator.clearFaults();
    expect(states(await bench.ports.rate.run(writes, REQUEST))).toEqual(['skipped', 'skipped', 'skipped']);
    expect(bench.effects()).toHaveLength(3);
  });

  it('to a create that shows errors in a success ends by what is there', async () => {
    const bench = rig();
    const writes = await three(bench);
    bench.simulator.addFault({ shape: { kind: 'vendor', name: 'errorsInSuccess' }, ...onCreate });
    const results = await bench.ports.rate.run(writes, REQUEST);
    expect(results).toMatchObject(writes.map(() => ({ state: 'failed', error: { retryable: true } })));
    expect(bench.calls()).toEqual([LIST, CREATE, LIST]);
  });

  it('to a change that took effect ends as done', async () => {
    const bench = rig();
    const held = await ratedPair(bench);
    bench.simulator.addFault({ shape: { kind: 'answerLost' }, method: 'PUT' });
    const results = await bench.ports.rate.run([writing(held.employeeId, held.skillId, 5)], REQUEST);
    expect(results).toMatchObject([{ state: 'done', remoteId: held.id, row: { value: { value: 5 } } }]);
    expect(bench.calls()).toEqual([LIST, `PUT /skill_memberships/${held.id}`, LIST]);
  });

  it('to a change that did not take effect ends as failed, to be tried again', async () => {
    const bench = rig();
    const held = await ratedPair(bench);
    bench.simulator.addFault({ shape: { kind: 'status', status: 503 }, method: 'PUT' });
    const results = await bench.ports.rate.run([writing(held.employeeId, held.skillId, 5)], REQUEST);
    expect(results).toMatchObject([{ state: 'failed', error: { code: 'UNAVAILABLE', retryable: true } }]);
    expect(bench.effects()).toEqual([]);
  });

  it('because the caller gave up ends as unknown', async () => {
    const bench = rig();
    const writes = await three(bench);
    bench.simulator.addFault({ shape: { kind: 'hang' }, ...onCreate });
    const controller = new AbortController();
    const running = bench.ports.rate.run(writes, { ...REQUEST, signal: controller.signal });
    while (!bench.simulator.journal.some((entry) => entry.method === 'POST')) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    controller.abort(new Error('enough'));
    expect(states(await running)).toEqual(writes.map(() => 'unknown OUTCOME_UNKNOWN'));
    expect(bench.calls()).toEqual([LIST, CREATE]);
  });
});

describe('reading first', () => {
  it('throws when it fails, and nothing is sent', async () => {
    const bench = rig();
    const held = await ratedPair(bench);
    bench.simulator.addFault({ shape: { kind: 'status', status: 503 }, method: 'GET' });
    await expect(bench.ports.rate.run([writing(held.employeeId, held.skillId, 5)], REQUEST)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    expect(bench.calls()).toEqual([LIST]);
  });

  it('works on a superset where the filter by user is ignored', async () => {
    const bench = rig({ userIdsFilter: 'ignored' });
    const held = await ratedPair(bench);
    const results = await bench.ports.rate.run([writing(held.employeeId, held.skillId, 5)], REQUEST);
    expect(results).toMatchObject([{ state: 'done', remoteId: held.id }]);
    expect(bench.effects()).toEqual([`updated ${held.employeeId}|${held.skillId}`]);
  });

  it('gives up where that superset is most of the account', async () => {
    const bench = rig({ userIdsFilter: 'ignored' }, createWorkforce('many', { people: 8000, skills: 1 }));
    const { employeeId, skillId } = await ratedPair(bench);
    await expect(bench.ports.rate.run([writing(employeeId, skillId, 5)], REQUEST)).rejects.toMatchObject({
      code: 'UNREADABLE',
      providerCode: 'FILTER_IGNORED',
    });
    expect(bench.calls()).toEqual([LIST]);
  });

  it('reads 150 people in two calls of at most 100 ids', async () => {
    const bench = rig({}, createWorkforce('wide', { people: 220, skills: 12 }));
    const pairs = await freePairs(bench, 5000);
    const people = [...new Map(pairs.map((pair) => [pair.employeeId, pair])).values()].slice(0, 150);
    const results = await bench.ports.rate.run(
      people.map(({ employeeId, skillId }) => writing(employeeId, skillId, 1)),
      REQUEST,
    );
    expect(results).toHaveLength(150);
    expect(states(results)).toEqual(people.map(() => 'done'));
    const lists = bench.simulator.journal.filter(
      (entry) => entry.method === 'GET' && /(^|&)page=1(&|$)/.test(entry.query),
    );
    expect(lists.map((entry) => new URLSearchParams(entry.query).get('user_ids')?.split(',').length)).toEqual([
      100, 50,
    ]);
  });
});

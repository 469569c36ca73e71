import { describe, expect, it } from 'vitest';
import type { SkillWrite } from '../../../src/domain/ports.ts';
import { REQUEST, rig, rowsOf, type Rig } from '../testRig.ts';

const LIST = 'GET /skills';
const CATEGORIES = 'GET /skill_categories';
const CREATE = 'POST /skills';

const wanted = (externalId: string, name: string, more: Partial<SkillWrite> = {}): SkillWrite => ({
  externalId,
  name,
  category: 'Skill',
  existing: null,
  ...more,
});

const run = (bench: Rig, ...items: SkillWrite[]) => bench.ports.upsertSkills.run(items, REQUEST);
const states = (results: Awaited<ReturnType<typeof run>>) =>
  results.map((result) => ('error' in result ? `${result.state} ${result.error.code}` : result.state));

async function someSkill(bench: Rig) {
  const row = (await rowsOf(bench.ports.skills)).find(({ scale }) => scale !== null);
  bench.calls();
  if (!row?.name) throw new Error('no rated skill');
  return { ...row, name: row.name };
}

describe('upserting skills', () => {
  it('creates in one bulk what is nowhere, and shows the caller their own id', async () => {
    const bench = rig();
    const results = await run(
      bench,
      wanted('s-1', 'Zeppelin piloting', { description: 'Lighter than air.' }),
      wanted('s-2', 'Aramaic', { category: 'language', rated: false }),
    );
    expect(results).toMatchObject([
      {
        state: 'done',
        row: {
          sourceId: 's-1',
          name: 'Zeppelin piloting',
          description: 'Lighter than air.',
          scale: { min: 1, max: 5 },
          classification: { category: 'Skill' },
        },
        warnings: [],
      },
      {
        state: 'done',
        row: { sourceId: 's-2', name: 'Aramaic', scale: null, classification: { category: 'Language' } },
      },
    ]);
    expect(bench.effects()).toHaveLength(2);
    // By reference, then each name.
    expect(bench.calls()).toEqual([CATEGORIES, LIST, LIST, LIST, CREATE]);
    const rows = await rowsOf(bench.ports.skills);
    expect(rows.filter(({ sourceId }) => sourceId?.startsWith('s-'))).toHaveLength(2);
  });

  it('skips what is so already and finds a renamed one by the caller’s id', async () => {
    const bench = rig();
    await run(bench, wanted('s-1', 'Zeppelin piloting'));
    bench.calls();
    expect(states(await run(bench, wanted('s-1', 'Zeppelin piloting', { rated: true })))).toEqual(['skipped']);
    expect(bench.calls()).toEqual([LIST]);
    const [result] = await run(bench, wanted('s-1', 'Airship piloting', { category: 'Other' }));
    expect(result).toMatchObject({ state: 'done', row: { name: 'Airship piloting', sourceId: 's-1' }, warnings: [] });
    expect(bench.calls()).toEqual([LIST, expect.stringMatching(/^PUT \/skills\/\d+$/)]);
    const names = (await rowsOf(bench.ports.skills)).map(({ name }) => name);
    expect(names.filter((name) => name?.endsWith('piloting'))).toEqual(['Airship piloting']);
  });

  it.each([true, false])('adopts a skill of the same name without an id of the caller (known: %s)', async (known) => {
    const bench = rig();
    const row = await someSkill(bench);
    const write = wanted('s-9', row.name.toUpperCase(), { existing: known ? row : null, category: undefined });
    const [result] = await run(bench, write);
    expect(result).toMatchObject({ state: 'done', remoteId: row.remoteId, row: { sourceId: 's-9' } });
    expect(bench.effects()).toEqual([`updated ${row.remoteId}`]);
    expect(states(await run(bench, write))).toEqual(['skipped']);
  });

  it('leaves a skill alone that carries another id of the caller', async () => {
    const bench = rig();
    await run(bench, wanted('s-1', 'Zeppelin piloting'));
    expect(states(await run(bench, wanted('s-2', 'zeppelin piloting')))).toEqual(['failed CONFLICT']);
    expect(bench.effects()).toHaveLength(1);
  });

  it('warns when it changes whether a skill can be rated', async () => {
    const bench = rig();
    const row = await someSkill(bench);
    const [result] = await run(bench, wanted('s-1', row.name, { existing: row, rated: false }));
    expect(result).toMatchObject({ state: 'done', row: { scale: null }, warnings: [expect.stringMatching(/ratings/)] });
  });

  it('refuses an unknown category, no category to create with and an empty name, each alone', async () => {
    const bench = rig();
    const results = await run(
      bench,
      wanted('s-1', 'Aramaic', { category: 'Dead languages' }),
      wanted('s-2', 'Zeppelin piloting'),
      wanted('s-3', 'Hittite', { category: undefined }),
      wanted('s-4', ' '),
    );
    expect(states(results)).toEqual(['failed REJECTED', 'done', 'failed REJECTED', 'failed REJECTED']);
    expect(bench.effects()).toHaveLength(1);
  });

  it('writes two items of one id in their order', async () => {
    const bench = rig();
    const results = await run(bench, wanted('s-1', 'Airship'), wanted('s-2', 'Kite'), wanted('s-1', 'Zeppelin'));
    expect(states(results)).toEqual(['done', 'done', 'done']);
    expect(results[2]).toMatchObject({ row: { name: 'Zeppelin' } });
    expect(bench.effects().map((effect) => effect.split(' ')[0])).toEqual(['created', 'created', 'updated']);
  });

  it('finds an id with a comma again', async () => {
    const bench = rig();
    await run(bench, wanted('a,b', 'Zeppelin piloting'));
    expect(states(await run(bench, wanted('a,b', 'Airship piloting')))).toEqual(['done']);
    expect(bench.effects().map((effect) => effect.split(' ')[0])).toEqual(['created', 'updated']);
  });

  it('reads all skills once where many names are new', async () => {
    const bench = rig();
    const items = Array.from({ length: 60 }, (_, index) => wanted(`s-${index}`, `New skill ${index}`));
    expect(new Set(states(await run(bench, ...items)))).toEqual(new Set(['done']));
    // Two lists of references, one of everything.
    expect(bench.calls()).toEqual([CATEGORIES, LIST, LIST, LIST, CREATE]);
  });

  it('ends a lost answer to a create by what is there, and repeats nothing', async () => {
    const bench = rig();
    bench.simulator.addFault({ shape: { kind: 'answerLost' }, method: 'POST' });
    expect(states(await run(bench, wanted('s-1', 'Airship'), wanted('s-2', 'Kite')))).toEqual(['done', 'done']);
    expect(bench.calls().filter((call) => call === CREATE)).toHaveLength(1);
  });

  it('gives a name to the first of two in one run', async () => {
    const bench = rig();
    const results = await run(bench, wanted('s-1', 'Kite'), wanted('s-2', 'Airship'), wanted('s-3', 'airship '));
    expect(states(results)).toEqual(['done', 'done', 'failed CONFLICT']);
    expect(bench.effects()).toHaveLength(2);
  });

  it.each(['atomic', 'partial'] as const)(
    'adopts what somebody else created meanwhile, though the %s bulk was refused',
    async (bulkMode) => {
      const bench = rig({ bulkMode, errorIndex: 'first' });
      const { simulator } = bench;
      const handle = simulator.handle.bind(simulator);
      simulator.handle = async (request) => {
        simulator.handle = request.method === 'POST' ? handle : simulator.handle;
        if (request.method === 'POST') {
          const skill = { name: 'Airship', max_level: '5', skill_category_id: 1 };
          await handle({ ...request, body: JSON.stringify({ skill }) });
        }
        return handle(request);
      };
      const items = [wanted('s-1', 'Kite'), wanted('s-2', 'Airship'), wanted('s-3', 'Balloon')];
      expect(states(await run(bench, ...items))).toEqual(['done', 'done', 'done']);
      expect(bench.effects().map((effect) => effect.split(' ')[0])).toHaveLength(4);
      expect(states(await run(bench, ...items))).toEqual(['skipped', 'skipped', 'skipped']);
    },
  );

  it('fails whole where the user may not edit the library', async () => {
    const bench = rig({ skillsLocked: true });
    const row = await someSkill(bench);
    const results = await run(bench, wanted('s-1', 'Kite'), wanted('s-2', row.name));
    expect(states(results)).toEqual(['failed FORBIDDEN', 'failed FORBIDDEN']);
  });
});

/**
 * Search over 20,000 skills (docs/performance.md): `npx tsc -p bench/tsconfig.json && node --expose-gc dist/bench/search.js`.
 * BENCH_SKILLS is their number, BENCH_ROUNDS how often every text is searched (20). Times are milliseconds of CPU, which
 * what else runs on the machine does not lengthen.
 */
import { SkillSearch, type SearchableSkills } from '../src/directory/search/skillSearch.ts';
import { skillOf } from '../src/domain/entities.ts';
import { matchSkills } from '../src/domain/matching/skillMatch.ts';
import { createWorkforce, type WorkforceSkill } from '../src/simulator/workforce.ts';

const SKILLS = Number(process.env['BENCH_SKILLS'] ?? 20_000);
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 20);
const INTEGRATION = 'hr';

const skills = createWorkforce('bench', { people: 1, skills: SKILLS }).skills;
const view = viewOf(skills);
const search = new SkillSearch();

const collect = globalThis.gc ?? (() => {});
/** Milliseconds of CPU since the start, all threads together. */
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

collect();
const heapBefore = process.memoryUsage().heapUsed;
let longestMs = 0;
let turn = cpuMs();
const turns = setInterval(() => {
  longestMs = Math.max(longestMs, cpuMs() - turn);
  turn = cpuMs();
});
const began = cpuMs();
await search.follow(view);
const builtMs = cpuMs() - began;
clearInterval(turns);
collect();
const heapMb = (process.memoryUsage().heapUsed - heapBefore) / 2 ** 20;

// A tenth of a percent of the catalogue, as a busy hour's delta would bring. The other skills stay the objects they were.
const renamed = view.all.map((skill, index) =>
  index % 1000 === 0 ? { ...skill, name: `${skill.name} renewed`, records: [] } : skill,
);
const changedView = { ...view, all: renamed };
const updateBegan = cpuMs();
await search.follow(changedView);
const updatedMs = cpuMs() - updateBegan;

/** What people type: whole names, beginnings, typing errors, two words, one letter, what is in thousands, what is nowhere. */
const KINDS: Record<string, (name: string) => string> = {
  'whole name': (name) => name,
  'first word': (name) => name.split(' ')[0] ?? name,
  'first three letters': (name) => name.slice(0, 3),
  'first letter': (name) => name.slice(0, 1),
  'typing error': (name) => `${name.slice(0, 3)}${name.slice(4)}`,
  'letters swapped': (name) => `${name.slice(0, 2)}${name[3] ?? ''}${name[2] ?? ''}${name.slice(4)}`,
  'two beginnings': (name) =>
    name
      .split(' ')
      .map((word) => word.slice(0, 4))
      .join(' '),
  nowhere: (name) => `${name} qqqq`,
};
const names = skills.filter((_, index) => index % Math.ceil(SKILLS / 50) === 0).map(({ name }) => name);

process.stdout.write(
  `${view.all.length} skills indexed in ${builtMs.toFixed(0)} ms, in turns of at most ${longestMs.toFixed(0)} ms; ` +
    `${heapMb.toFixed(1)} MB of heap; ${Math.ceil(SKILLS / 1000)} of them renamed in ${updatedMs.toFixed(1)} ms\n\n` +
    '| search | skills found | median ms | p99 ms |\n| --- | --: | --: | --: |\n',
);
const all: number[] = [];
for (const [kind, textOf] of Object.entries(KINDS)) {
  const times: number[] = [];
  let hits = 0;
  for (let round = -2; round < ROUNDS; round += 1) {
    for (const name of names) {
      const start = cpuMs();
      const found = await search.find(changedView, textOf(name));
      if (round < 0) continue;
      times.push(cpuMs() - start);
      hits += found.length;
    }
  }
  all.push(...times);
  report(kind, times, hits / times.length);
}
report('all of these', all, null);

function report(kind: string, times: readonly number[], hits: number | null): void {
  const sorted = times.toSorted((a, b) => a - b);
  const quantile = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(2);
  process.stdout.write(
    `| ${kind} | ${hits === null ? '' : hits.toFixed(0)} | ${quantile(0.5)} | ${quantile(0.99)} |\n`,
  );
}

/** The skills as one integration's catalogue has them. */
function viewOf(catalogue: readonly WorkforceSkill[]): SearchableSkills {
  const placed = catalogue.map(({ index, name, description, synonyms }) => ({
    integration: INTEGRATION,
    row: {
      remoteId: String(index),
      sourceId: null,
      name,
      description,
      synonyms,
      scale: null,
      classification: null,
      url: null,
      changedAt: null,
      aliases: [],
    },
  }));
  const found = matchSkills(placed, [INTEGRATION]).map(skillOf);
  const byName = new Map(found.map((skill) => [skill.name, skill]));
  return {
    all: found.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    byName: (name) => [byName.get(name)].filter((skill) => skill !== undefined),
  };
}

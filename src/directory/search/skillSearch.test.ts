import { describe, expect, it } from 'vitest';
import { skillRow } from '../../../test/support/fakes/fakeProvider.ts';
import { skillOf, type Skill } from '../../domain/entities.ts';
import { matchSkills, skillNameKey } from '../../domain/matching/skillMatch.ts';
import { SkillSearch, type SearchableSkills } from './skillSearch.ts';

type Described = { name: string; synonyms?: string[]; description?: string };

/** Skills of one integration, their ids their names. */
function skillsOf(...described: (string | Described)[]): SearchableSkills {
  const placed = described.map((each) => {
    const { name, ...rest } = typeof each === 'string' ? { name: each } : each;
    return { integration: 'hr', row: skillRow(name, rest) };
  });
  const all = matchSkills(placed, ['hr'])
    .map(skillOf)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    all,
    byName: (name) =>
      all.filter((skill) => [skill.name, ...skill.synonyms].map(skillNameKey).includes(skillNameKey(name))),
  };
}

async function found(skills: SearchableSkills, text: string, search = new SkillSearch()): Promise<string[]> {
  return (await search.find(skills, text)).map(({ skill }) => skill.name);
}

const CATALOGUE = skillsOf(
  'C',
  'C++',
  'C#',
  '.NET',
  'Networking',
  'Go',
  'R',
  'Rust',
  'Java',
  {
    name: 'JavaScript',
    synonyms: ['JS', 'ECMAScript'],
    description: 'Scripts that run in a browser, also on Node.js.',
  },
  { name: 'TypeScript', synonyms: ['TS'], description: 'JavaScript with types.' },
  'Node.js',
  { name: 'Kubernetes', synonyms: ['K8s'], description: 'Runs containers.' },
  'Python',
  'Machine Learning',
  { name: 'Crème Brûlée' },
  'ISO 9001',
  'ISO 9002',
  'React',
  'React Native',
);

describe('a search', () => {
  it.each<[string, string[]]>([
    // What is typed in full comes first; C, C++ and C# begin alike and stay apart.
    ['c', ['C', 'C#', 'C++', 'Crème Brûlée']],
    ['c++', ['C++']],
    ['C#', ['C#']],
    ['.net', ['.NET']],
    ['net', ['.NET', 'Networking']],
    ['r', ['R', 'Rust', 'React', 'React Native']],
    ['node js', ['Node.js', 'JavaScript']],
    ['nodejs', ['Node.js', 'JavaScript']],
    ['Node.js', ['Node.js', 'JavaScript']],
    ['NODE', ['Node.js', 'JavaScript']],
    ['type script', ['TypeScript']],
    ['java', ['Java', 'JavaScript', 'TypeScript']],
    ['react', ['React', 'React Native']],
    ['k8s', ['Kubernetes']],
    ['creme brulee', ['Crème Brûlée']],
    ['learn mach', ['Machine Learning']],
    ['machinelearning', ['Machine Learning']],
    ['iso 9001', ['ISO 9001']],
    ['qqqq', []],
    ['java qqqq', []],
    ['???', []],
  ])('for %s', async (text, names) => {
    expect(await found(CATALOGUE, text)).toEqual(names);
  });

  it.each([
    ['pyhton', 'Python'],
    ['pythn', 'Python'],
    ['ypthon', 'Python'],
    ['Kuberntes', 'Kubernetes'],
    ['kubenretes', 'Kubernetes'],
    ['typscript', 'TypeScript'],
    ['machne lerning', 'Machine Learning'],
    ['contaners', 'Kubernetes'],
  ])('forgives %s', async (text, name) => {
    expect((await found(CATALOGUE, text))[0]).toBe(name);
  });

  it('ranks names before synonyms before descriptions', async () => {
    const skills = skillsOf(
      { name: 'A', description: 'About graphs.' },
      { name: 'B', synonyms: ['Graphs'] },
      { name: 'Graphs' },
      { name: 'Graphs and Trees' },
      { name: 'Graphz' },
      { name: 'Graphsearch' },
    );
    expect(await found(skills, 'graphs')).toEqual(['Graphs', 'Graphs and Trees', 'B', 'Graphsearch', 'Graphz', 'A']);
  });

  it('finds a skill by the name of any of its records, and by a name of nothing but signs', async () => {
    const placed = [
      { integration: 'hr', row: skillRow('1', { name: 'Front-End' }) },
      { integration: 'talent', row: skillRow('2', { name: 'front end' }) },
    ];
    const all = [...matchSkills(placed, ['hr', 'talent']).map(skillOf), ...skillsOf('⚙️').all];
    const skills = { all, byName: (name: string) => all.filter((skill) => skill.name === name) };
    expect(all).toHaveLength(2);
    for (const text of ['front end', 'frontend', 'front-end']) expect(await found(skills, text)).toEqual(['Front-End']);
    expect(await found(skills, '⚙️')).toEqual(['⚙️']);
  });

  it('finds only among the skills it is given, in order of relevance and then of name', async () => {
    const among = CATALOGUE.all.filter(({ name }) => name !== 'C');
    const hits = await new SkillSearch().find(CATALOGUE, 'c', among);
    expect(hits.map(({ skill }) => skill.name)).toEqual(['C#', 'C++', 'Crème Brûlée']);
  });

  it('gives a skill the same score whatever other skills there are', async () => {
    const scoreOf = async (skills: SearchableSkills) =>
      (await new SkillSearch().find(skills, 'java scr')).find(({ skill }) => skill.name === 'JavaScript')?.score;
    const alone = await scoreOf(
      skillsOf(...CATALOGUE.all.filter(({ name }) => name === 'JavaScript').map(describedBy)),
    );
    expect(alone).toBeGreaterThan(0);
    expect(await scoreOf(CATALOGUE)).toBe(alone);
  });

  it('scores above 0 to 1, and 1 only the whole name', async () => {
    for (const text of ['c', 'java', 'js', 'pyhton', 'node js']) {
      const hits = await new SkillSearch().find(CATALOGUE, text);
      for (const { skill, score } of hits) {
        expect(score).toBeGreaterThan(0);
        expect(score === 1).toBe(skillNameKey(skill.name) === skillNameKey(text));
        expect(score).toBeLessThanOrEqual(1);
      }
    }
  });
});

function describedBy({ name, synonyms, description }: Skill): Described {
  return { name, synonyms: [...synonyms], ...(description === null ? {} : { description }) };
}

describe('following the directory', () => {
  const many = (count: number, suffix = '') => Array.from({ length: count }, (_, index) => `Skill${index}${suffix}`);

  it('finds what came, and not what went or was renamed', async () => {
    const search = new SkillSearch();
    const [kept, renamed] = skillsOf('Kept', 'Renamed').all as [Skill, Skill];
    const [gone] = skillsOf('Gone').all as [Skill];
    const at = (...all: Skill[]): SearchableSkills => ({ all, byName: () => [] });
    const all = (text: string, skills: SearchableSkills) => found(skills, text, search);
    const before = at(kept, renamed, gone);
    for (const text of ['kept', 'renamed', 'gone']) expect(await all(text, before)).toHaveLength(1);

    const [come] = skillsOf('Come').all as [Skill];
    const after = at(kept, { ...renamed, name: 'Fresh', records: [] }, come);
    expect(await all('gone', after)).toEqual([]);
    expect(await all('renamed', after)).toEqual([]);
    expect(await all('fresh', after)).toEqual(['Fresh']);
    expect(await all('come', after)).toEqual(['Come']);
    expect(await all('kept', after)).toEqual(['Kept']);
    // A place that became free is taken again, and by one skill only.
    const last = at(kept, come, gone);
    expect(await all('gone', last)).toEqual(['Gone']);
    expect(await all('fresh', last)).toEqual([]);
  });

  it('lets the first search wait for the whole index, and later ones only for few changes', async () => {
    const search = new SkillSearch();
    const first = skillsOf(...many(1000));
    expect(await found(first, 'skill999', search)).toEqual(['Skill999']);

    const more = skillsOf(...many(1000), ...many(4000, ' more'));
    const [early] = await Promise.all([search.find(more, 'skill999'), search.follow(more)]);
    expect(early.map(({ skill }) => skill.name)).toEqual(['Skill999']);
    expect(await found(more, 'skill999', search)).toEqual(['Skill999', 'Skill999 more']);

    const few = skillsOf(...many(1000), ...many(4000, ' more'), 'Latecomer');
    expect(await found(few, 'latecomer', search)).toEqual(['Latecomer']);
  });

  it('takes newer skills over while it is still at older ones', async () => {
    const search = new SkillSearch();
    const older = search.follow(skillsOf(...many(3000)));
    const newer = skillsOf(...many(3000, ' newer'));
    await Promise.all([older, search.follow(newer)]);
    expect(await found(newer, 'skill2999 newer', search)).toEqual(['Skill2999 newer']);
    expect(await found(newer, 'skill1', search)).not.toContain('Skill1');
  });

  it('lets others have their turn while it indexes', async () => {
    const skills = skillsOf(...many(5000, ' of some length'));
    let turns = 0;
    let running = true;
    const count = () => {
      turns += 1;
      if (running) setImmediate(count);
    };
    setImmediate(count);
    await new SkillSearch().follow(skills);
    running = false;
    expect(turns).toBeGreaterThan(3);
  });
});

/** The roles behind job codes, made of the workforce's organisation; job profiles and career paths show them. */
import { ORGANISATION } from '../../../src/simulator/names.ts';
import { Random } from '../../../src/simulator/random.ts';
import { skillChooser, type Workforce } from '../../../src/simulator/workforce.ts';
import type { Taxonomy } from './taxonomy.ts';

/** Far from the ids of employees and skills, so that a wrong join cannot pass by luck. */
const FIRST_JOB_PROFILE_ID = 3_001;

/** Job codes that lead to one profile, e.g. ENG-1 and ENG-2. */
const CODES_PER_PROFILE = 2;
/** Titles of a unit whose profiles have codes, at least; of more titles all but the last. */
const PROFILES_WITH_CODES = 2;

type Priority = string | number | null;

interface Expectation {
  skillIndex: number;
  /** 3 to 9 of 10 points. */
  required: number;
  priority: Priority;
}

export interface SimJobProfile {
  jobProfileId: number;
  name: string;
  unit: number;
  family: string;
  jobCodes: readonly string[];
  skills: readonly Expectation[];
}

export interface Roles {
  profiles: readonly SimJobProfile[];
  ofJobCode(jobCode: string | null): SimJobProfile | null;
  /** What the role behind a job code expects of one skill; null when nothing. */
  expectation(jobCode: string | null, skillIndex: number): Expectation | null;
}

/** A profile for each title of the organisation; the last ones have no job codes: nobody is in them yet. */
export function createRoles(workforce: Workforce, taxonomy: Taxonomy): Roles {
  const titles = ORGANISATION.flatMap((unit, position) =>
    unit.titles.map((title, rank) => ({ unit, position, title, rank })),
  );
  const chooseSkill = skillChooser(workforce.skills);
  const choose = (department: string) => (random: Random) => chooseSkill(random, department);
  const profiles = titles.map(({ unit, position, title, rank }, index): SimJobProfile => {
    const first = rank * CODES_PER_PROFILE + 1;
    return {
      jobProfileId: FIRST_JOB_PROFILE_ID + index,
      name: title,
      unit: position,
      family: unit.department,
      jobCodes:
        rank < Math.max(PROFILES_WITH_CODES, unit.titles.length - 1)
          ? [`${unit.code}-${first}`, `${unit.code}-${first + 1}`]
          : [],
      skills: expectationsOf(new Random(`${workforce.seed} role ${title}`), choose(unit.department), taxonomy),
    };
  });
  const byCode = new Map(
    profiles.flatMap((profile) => profile.jobCodes.map((code): [string, SimJobProfile] => [code, profile])),
  );
  const bySkill = new Map(profiles.map((p) => [p, new Map(p.skills.map((skill) => [skill.skillIndex, skill]))]));
  const ofJobCode = (jobCode: string | null) => (jobCode === null ? null : (byCode.get(jobCode) ?? null));
  return {
    profiles,
    ofJobCode,
    expectation: (jobCode, skillIndex) => {
      const profile = ofJobCode(jobCode);
      return (profile && bySkill.get(profile)?.get(skillIndex)) ?? null;
    },
  };
}

/** Priorities come as words, as numbers, and not at all (imocha.md#job-profiles). */
const PRIORITIES: readonly [Priority, ...Priority[]] = ['High', 'Medium', 2, null];

/** Chosen as people hold them; only those that the talent system knows. */
function expectationsOf(random: Random, choose: (random: Random) => number, taxonomy: Taxonomy): Expectation[] {
  const expected = new Map<number, Expectation>();
  const count = random.integer(6, 10);
  for (let tries = 0; expected.size < count && tries < 200; tries += 1) {
    const skillIndex = choose(random);
    if (taxonomy.nameOf(skillIndex) === undefined || expected.has(skillIndex)) continue;
    expected.set(skillIndex, { skillIndex, required: random.integer(3, 9), priority: random.pick(PRIORITIES) });
  }
  return [...expected.values()];
}

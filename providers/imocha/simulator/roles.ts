/**
 * Job profiles, career paths and weights (imocha.md#job-profiles, imocha.md#career-paths,
 * imocha.md#validation-weights), made of the workforce's job codes.
 */
import { ORGANISATION } from '../../../src/simulator/names.ts';
import { Random } from '../../../src/simulator/random.ts';
import type { SimRequest, SimResponse } from '../../../src/simulator/simulator.ts';
import { skillChooser, type Workforce } from '../../../src/simulator/workforce.ts';
import { answerOf, refusalOf } from './answers.ts';
import { isRefusal, pageOf, queryOf, windowOf } from './pages.ts';
import { gapOf, profileSkill, WEIGHTS } from './profile.ts';
import { decode, unknownEmployee, type SimulatorData } from './reads.ts';
import type { StoredEmployee } from './store.ts';
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

interface SimJobProfile {
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

/** All job profiles (imocha.md#job-profiles). */
export function listJobProfiles(request: SimRequest, { roles, switches }: SimulatorData): SimResponse {
  const query = queryOf(request);
  const window = windowOf(query, switches.largePageSize);
  if (isRefusal(window)) return window;
  const text = (query.get('searchtext') ?? '').toLowerCase();
  const rows = roles.profiles.filter((profile) => profile.name.toLowerCase().includes(text));
  const page = pageOf(rows, window, toListed);
  return answerOf(switches.jobProfilesShape === 'array' ? rows.map(toListed) : page, switches.contentType);
}

/** One job profile with its skills (imocha.md#job-profiles). */
export function oneJobProfile(parameter: string, { roles, taxonomy, switches }: SimulatorData): SimResponse {
  const id = decode(parameter);
  if (!/^\d+$/.test(id)) return refusalOf(400, 'The id is no number.');
  const profile = roles.profiles.find(({ jobProfileId }) => jobProfileId === Number(id));
  if (!profile) return refusalOf(404);
  const skills = profile.skills.map(({ skillIndex, required, priority }) => ({
    skill: {
      ...skillOf(taxonomy, skillIndex),
      taxonomySkillExternalId: taxonomy.externalIdOf(skillIndex),
      skillClassification: taxonomy.classificationOf(skillIndex),
    },
    skillPriority: priority,
    skillRequiredProficiency: required,
  }));
  return answerOf({ ...toListed(profile), skills }, switches.contentType);
}

function toListed({ jobProfileId, name, unit, family, jobCodes }: SimJobProfile) {
  return {
    jobProfileId,
    jobProfileName: name,
    externalId: null,
    jobRole: { id: jobProfileId - 2_000, name },
    jobFamily: { id: 100 + unit, name: family },
    sector: null,
    location: null,
    description: jobProfileId % 3 === 0 ? null : `${name} in ${family}.`,
    jobCodes,
    isActive: true,
    modifiedOn: '2026-01-15T09:30:00',
  };
}

function skillOf(taxonomy: Taxonomy, skillIndex: number) {
  return { skillId: taxonomy.profileSkillId(skillIndex), skillName: taxonomy.nameOf(skillIndex) ?? '' };
}

/**
 * One employee's career paths (imocha.md#career-paths): the other roles of the unit, and the two nearest of other
 * units.
 */
export function oneCareerPath(parameter: string, data: SimulatorData): SimResponse {
  const { roles, store, switches } = data;
  const id = decode(parameter);
  const employee = (/^[1-9]\d*$/.test(id) ? store.byId(Number(id)) : undefined) ?? store.byExternalId(id);
  if (!employee) return unknownEmployee(data);
  const current = roles.ofJobCode(employee.jobCode);
  if (!current && switches.noCareerPath === '404') return refusalOf(404);
  const levels = levelsOf(employee, data);
  const others = roles.profiles
    .filter((profile) => profile !== current)
    .map((profile) => toPath(profile, { current, levels, taxonomy: data.taxonomy }))
    .toSorted((a, b) => b.matchPercentage - a.matchPercentage);
  const vertical = others.filter(({ pathType }) => pathType === 'Vertical');
  const horizontal = others.filter(({ pathType }) => pathType === 'Horizontal').slice(0, 2);
  return answerOf(
    {
      employeeId: employee.employeeId,
      currentJobProfile: current ? { jobProfileId: current.jobProfileId, jobProfileName: current.name } : null,
      careerPaths: current ? [...vertical, ...horizontal] : [],
    },
    switches.contentType,
  );
}

/** The combined score of each skill held; what nobody has rated counts 0. */
function levelsOf(employee: StoredEmployee, data: SimulatorData): ReadonlyMap<number, number | null> {
  return new Map(
    employee.holdings.map((holding) => [
      holding.skillIndex,
      profileSkill(data, employee, holding)?.weightedProficiencyScore ?? null,
    ]),
  );
}

function toPath(
  profile: SimJobProfile,
  {
    current,
    levels,
    taxonomy,
  }: { current: SimJobProfile | null; levels: ReadonlyMap<number, number | null>; taxonomy: Taxonomy },
) {
  const skills = profile.skills.map(({ skillIndex, required }) => ({
    skill: skillOf(taxonomy, skillIndex),
    currentProficiency: levels.get(skillIndex) ?? null,
    skillRequiredProficiency: required,
    skillGapInPercentage: gapOf(required, levels.get(skillIndex) ?? 0),
  }));
  const missing = skills.reduce((sum, skill) => sum + skill.skillGapInPercentage, 0) / Math.max(1, skills.length);
  return {
    pathType: profile.unit === current?.unit ? 'Vertical' : 'Horizontal',
    jobProfile: { jobProfileId: profile.jobProfileId, jobProfileName: profile.name },
    matchPercentage: Math.round(100 - missing),
    skills,
  };
}

const CHANNEL_NAMES = {
  self: 'Self',
  manager: 'Manager',
  assessment: 'iMocha',
  multiRater: 'MultiRater',
  aiInference: 'AIInference',
} as const;

/** The account's weights (imocha.md#validation-weights). */
export function weightages({ switches }: SimulatorData): SimResponse {
  const shape = switches.weightagesShape;
  const channels = Object.entries(CHANNEL_NAMES).map(([channel, channelName]) => {
    const percent = WEIGHTS[channel as keyof typeof CHANNEL_NAMES];
    return { channelName, weightage: shape === 'fractions' ? percent / 100 : percent, isEnabled: true };
  });
  const flat = Object.fromEntries(channels.map(({ channelName, weightage }) => [channelName, weightage]));
  const shapes = {
    channels: { validationChannels: channels },
    fractions: { validationChannels: channels },
    array: channels,
    object: flat,
  };
  return answerOf(shapes[shape], switches.contentType);
}

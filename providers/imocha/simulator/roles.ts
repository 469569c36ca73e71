/**
 * Job profiles, career paths and weights (imocha.md#job-profiles, imocha.md#career-paths,
 * imocha.md#validation-weights), made of the workforce's job codes.
 */
import type { SimRequest, SimResponse } from '../../../src/simulator/simulator.ts';
import { answerOf, refusalOf } from './answers.ts';
import { isRefusal, pageOf, queryOf, windowOf } from './pages.ts';
import { gapOf, profileSkill, WEIGHTS } from './profile.ts';
import { decode, unknownEmployee, type SimulatorData } from './reads.ts';
import type { StoredEmployee } from './store.ts';
import type { SimJobProfile } from './jobRoles.ts';
import type { Taxonomy } from './taxonomy.ts';

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

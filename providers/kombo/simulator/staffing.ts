/**
 * The simulated staffing entities (kombo.md#staffing-entities): positions and requisitions of the workforce's units,
 * and a few jobs.
 */
import { valueOfLevel } from '../../../src/domain/rating.ts';
import { ORGANISATION } from '../../../src/simulator/names.ts';
import { Random } from '../../../src/simulator/random.ts';
import type { SimResponse } from '../../../src/simulator/simulator.ts';
import { skillChooser, type Workforce } from '../../../src/simulator/workforce.ts';
import { komboId } from './ids.ts';
import { instant } from './instant.ts';
import { all, list, type ListContext, oneOf, pick } from './lists.ts';
import { commaList, listQuery, pageOf } from './paging.ts';
import type { SimSkill, World } from './world.ts';

interface SimStaffingEntity {
  id: string;
  remoteId: string;
  name: string | null;
  modelType: 'JOB' | 'POSITION' | 'REQUISITION' | null;
  description: string | null;
  status: string | null;
  skills: readonly { skill: SimSkill; level: number | null }[];
  changedAt: number;
  deletedAt: number | null;
}

export interface Staffing {
  entities: readonly SimStaffingEntity[];
  byId: ReadonlyMap<string, SimStaffingEntity>;
}

const TYPES = ['POSITION', 'REQUISITION', 'POSITION', 'JOB', null] as const;
const STATUSES = ['FILLED', 'OPEN_LIMITED', 'OPEN_UNLIMITED', 'FROZEN', null] as const;
const CHANGED = Date.parse('2026-02-02T08:00:00.000Z');
/** Positions a title. */
const EACH = 2;

/** Two entities a title of the organisation; one of all was deleted in the source. */
export function createStaffing(workforce: Workforce, world: World): Staffing {
  const titles = ORGANISATION.flatMap(({ department, titles: names }) => names.map((title) => ({ department, title })));
  const chooseSkill = skillChooser(workforce.skills);
  const byName = new Map(world.skills.map((skill) => [skill.name, skill]));
  const chooserOf = (department: string) => (random: Random) =>
    byName.get(workforce.skills[chooseSkill(random, department)]?.names.hr ?? '');
  const entities = titles.flatMap(({ department, title }, index) =>
    Array.from({ length: EACH }, (_, copy): SimStaffingEntity => {
      const number = index * EACH + copy;
      const remoteId = `staffing-${number + 1}`;
      return {
        id: komboId(remoteId),
        remoteId,
        name: copy === 0 ? title : `${title}, ${department}`,
        modelType: TYPES[number % TYPES.length] ?? null,
        description: descriptionOf(number, title, department),
        status: STATUSES[number % STATUSES.length] ?? null,
        skills: skillsOf(new Random(`${workforce.seed} staffing ${number}`), chooserOf(department)),
        changedAt: CHANGED + number * 3_600_000,
        deletedAt: number === titles.length * EACH - 1 ? CHANGED : null,
      };
    }),
  );
  return { entities, byId: new Map(entities.map((entity) => [entity.id, entity])) };
}

/** HTML, plain, or nothing. */
function descriptionOf(number: number, title: string, department: string): string | null {
  if (number % 4 === 3) return null;
  if (number % 4 === 2) return `Works as ${title} in ${department}.`;
  return `<p>Works as <b>${title}</b> in ${department} &amp; with others.</p><ul><li>Plans</li><li>Builds</li></ul>`;
}

/** Chosen as people hold them; one in six is attached without an expectation. */
function skillsOf(random: Random, choose: (random: Random) => SimSkill | undefined): SimStaffingEntity['skills'] {
  const expected = new Map<SimSkill, number | null>();
  const count = random.integer(4, 8);
  for (let tries = 0; expected.size < count && tries < 200; tries += 1) {
    const skill = choose(random);
    if (skill && !expected.has(skill)) expected.set(skill, random.chance(1 / 6) ? null : 0.4 + random.next() * 0.6);
  }
  return [...expected].map(([skill, level]) => ({ skill, level }));
}

export function listStaffingEntities(
  staffing: Staffing,
  { switches, now }: ListContext,
  parameters: URLSearchParams,
): SimResponse {
  const query = listQuery(parameters, now);
  const ids = commaList(parameters, 'ids');
  const matches = all<SimStaffingEntity>([
    oneOf(parameters, 'remote_ids', (entity) => entity.remoteId),
    oneOf(parameters, 'model_types', (entity) => entity.modelType),
    oneOf(parameters, 'statuses', (entity) => entity.status),
  ]);
  const candidates = ids ? pick(staffing.byId, ids) : staffing.entities;
  const { results, next } = pageOf(candidates, matches, query, now);
  return list(
    results.map((entity) => entityRow(entity, switches.staffingSkills === 'on')),
    next,
  );
}

function entityRow(entity: SimStaffingEntity, withSkills: boolean): Record<string, unknown> {
  const { id, remoteId, name, modelType, description, status, skills, changedAt, deletedAt } = entity;
  return {
    id,
    remote_id: remoteId,
    name,
    model_type: modelType,
    description,
    status,
    employment_types: null,
    number_of_openings: status === 'OPEN_LIMITED' ? 1 : null,
    parent_id: null,
    remote_url: null,
    remote_created_at: null,
    remote_updated_at: null,
    changed_at: instant(changedAt),
    remote_deleted_at: instant(deletedAt),
    custom_fields: null,
    integration_fields: [],
    remote_data: null,
    locations: [],
    legal_entities: [],
    groups: [],
    ...(withSkills ? { skills: skills.map(expectationRow) } : {}),
  };
}

function expectationRow({ skill, level }: SimStaffingEntity['skills'][number]): Record<string, unknown> {
  const written = level === null ? null : valueOfLevel(level, skill.scale?.scale ?? null);
  const { id, remoteId, name, scale } = skill;
  return {
    skill_id: id,
    skill: { id, remote_id: remoteId, name, proficiency_scale: scale?.raw ?? null },
    expected_proficiency:
      written === null
        ? null
        : written.kind === 'number'
          ? { type: 'NUMERIC', value: written.value }
          : { type: 'SINGLE_SELECT', selected_option_id: written.optionId },
  };
}

/**
 * Staffing entities, which are positions, requisitions and jobs, as roles with expected skills
 * (kombo.md#staffing-entities).
 */
import type { JobProfilesPort } from '../../../src/domain/ports.ts';
import type { ExpectedSkillRow, JobProfileRow } from '../../../src/domain/roles.ts';
import {
  isObject,
  type Json,
  optionalId,
  optionalText,
  pagesReader,
  readRows,
  readRowsOrNull,
  requiredId,
  type RowsContext,
  ShapeError,
} from '../../../src/outbound/payload/payload.ts';
import type { Upstream } from '../../../src/outbound/upstream.ts';
import { type List, listPages } from '../client.ts';
import { isDeleted } from '../mappers/mappers.ts';
import { toPlainText } from '../mappers/plainText.ts';
import { toNamedLevel, toScale, toValue } from '../mappers/proficiency.ts';
import { PATHS } from '../raw.ts';

const STAFFING: List = { operation: 'jobProfiles', path: PATHS.staffingEntities, optional: true };

/** An entity without a `model_type`. */
const KIND = 'staffing entity';

type Context = Pick<RowsContext, 'operation' | 'drift'>;

/**
 * A staffing entity; its `model_type` is the word for its kind, also one that nobody has heard of. Among others it
 * stands without skills that cannot be read. Throws ShapeError.
 */
export function toJobProfile(
  raw: Json,
  context: Context,
  readSkills: typeof readRowsOrNull = readRowsOrNull,
): JobProfileRow {
  const description = optionalText(raw.description);
  return {
    remoteId: requiredId(raw, 'id'),
    name: optionalText(raw.name),
    kindLabel: optionalText(raw.model_type)?.toLowerCase().replaceAll('_', ' ') ?? KIND,
    description: description === null ? null : toPlainText(description),
    // Nothing links an employee to an entity.
    aliases: [],
    // Tenants from before 2026-07-21 send none.
    expectedSkills: Array.isArray(raw.skills)
      ? readSkills(raw.skills, toExpectedSkill, { ...context, path: 'data.results.*.skills' })
      : [],
  };
}

/** An expected skill, or one of the predecessor with its `required_level` by name. Throws ShapeError. */
export function toExpectedSkill(raw: Json): ExpectedSkillRow {
  const skill = isObject(raw.skill) ? raw.skill : {};
  const skillId = optionalId(raw.skill_id) ?? optionalId(skill.id) ?? optionalId(raw.id);
  if (skillId === null) throw new ShapeError('skill_id', 'id', raw.skill_id);
  return {
    skillId,
    skillKeys: null,
    skillName: optionalText(skill.name) ?? optionalText(raw.name),
    skillScale: toScale(skill.proficiency_scale),
    skillClassification: null,
    value:
      raw.expected_proficiency === undefined ? toNamedLevel(raw.required_level) : toValue(raw.expected_proficiency),
    priorityLabel: raw.required === true ? 'required' : null,
    reportedPercent: null,
  };
}

/** Walks the entities, 250 a call, their skills with them; one is read by its id, since no list but this one exists. */
export function jobProfilesPort(upstream: Upstream): JobProfilesPort {
  const context: Context = { operation: STAFFING.operation, drift: upstream.drift.bind(upstream) };
  const list = { ...context, path: 'data.results' };
  const live = (page: readonly unknown[]) => page.filter((record) => !isObject(record) || !isDeleted(record));
  return {
    async *walk(call) {
      const read = pagesReader(list);
      for await (const page of listPages(upstream, STAFFING, call)) {
        yield { rows: read(live(page), (raw) => toJobProfile(raw, context)), total: null };
      }
    },
    async read(remoteId, call) {
      // A comma would ask for several.
      if (remoteId === '' || remoteId.includes(',')) return null;
      // The first page decides: where the filter is ignored, the entity is not looked for among all of them.
      for await (const page of listPages(upstream, { ...STAFFING, filters: { ids: remoteId } }, call)) {
        const rows = readRows(live(page), (raw) => toJobProfile(raw, context, readRows), list);
        return rows.find((row) => row.remoteId === remoteId) ?? null;
      }
      return null;
    },
  };
}

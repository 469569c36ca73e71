/** Translates the vendor's records of every generation into the house's rows and back; pure. */
import type { EmployeeWrite, RatingWrite, SkillWrite } from '../../../src/domain/ports.ts';
import type { RatingSource } from '../../../src/domain/rating.ts';
import { EMPLOYEE_STATUSES, type EmployeeRow, type RatingRow, type SkillRow } from '../../../src/domain/records.ts';
import {
  isObject,
  type Json,
  optionalDate,
  optionalEmail,
  optionalId,
  optionalInstant,
  optionalKey,
  optionalText,
  requiredId,
} from '../../../src/outbound/payload/payload.ts';
import { scaleOfValue, toLevels, toNamedLevel, toScale, toValue } from './proficiency.ts';
import type { RawAssignmentWrite, RawEmployeeWrite, RawRatingWrite, RawSkillWrite } from '../raw.ts';

/** A record that the last full sync no longer found; its fields are emptied after 14 days (kombo.md#deletions). */
export function isDeleted(raw: Json): boolean {
  return optionalText(raw.remote_deleted_at) !== null;
}

/** An employee, from a list or from the answer to a creation, which comes without relations. Throws ShapeError. */
export function toEmployee(raw: Json): EmployeeRow {
  const givenName = optionalText(raw.first_name);
  const familyName = optionalText(raw.last_name);
  const bothNames = [givenName, familyName].filter((name) => name !== null).join(' ');
  const statusLabel = optionalText(raw.employment_status);
  const location = isObject(raw.work_location) ? optionalText(raw.work_location.name) : null;
  const manager = isObject(raw.manager) ? raw.manager : {};
  return {
    remoteId: requiredId(raw, 'id'),
    sourceId: optionalId(raw.remote_id),
    name: optionalText(raw.display_full_name) ?? optionalText(bothNames),
    givenName,
    familyName,
    workEmail: optionalEmail(raw.work_email),
    employeeNumber: optionalKey(raw.employee_number),
    jobTitle: optionalText(raw.job_title),
    status: EMPLOYEE_STATUSES.find((status) => status === statusLabel?.toUpperCase()) ?? null,
    statusLabel,
    startDate: optionalDate(raw.start_date),
    // `teams` is the older name of `groups` (kombo.md#employees).
    department: toDepartment(raw.groups) ?? toDepartment(raw.teams),
    location,
    managerRemoteId: optionalId(raw.manager_id) ?? optionalId(manager.id),
    managerEmail: optionalEmail(manager.work_email),
    url: null,
    changedAt: optionalInstant(raw.changed_at),
  };
}

function toDepartment(groups: unknown): string | null {
  if (!Array.isArray(groups)) return null;
  for (const group of groups as unknown[]) {
    const isDepartment = isObject(group) && optionalText(group.type)?.toUpperCase() === 'DEPARTMENT';
    const name = isDepartment ? optionalText(group.name) : null;
    if (name !== null) return name;
  }
  return null;
}

/** A skill with its scale of the newest generation, or with the level names of the first. Throws ShapeError. */
export function toSkill(raw: Json): SkillRow {
  return {
    remoteId: requiredId(raw, 'id'),
    sourceId: optionalId(raw.remote_id),
    name: optionalText(raw.name),
    description: optionalText(raw.description),
    synonyms: [],
    scale: toScale(raw.proficiency_scale) ?? toLevels(raw.ordered_levels),
    classification: null,
    url: null,
    changedAt: optionalInstant(raw.changed_at),
    aliases: [],
  };
}

/**
 * The words that are translated; the enum is open (kombo.md#rating-sources), every other word is OTHER under its own
 * label.
 */
const SOURCES: Readonly<Record<string, RatingSource>> = { SELF: 'SELF', MANAGER: 'MANAGER', EXTERNAL: 'EXTERNAL' };

/** Rows of the first generation name no source. */
const NO_SOURCE_LABEL = 'Kombo';

/** A rating row, or the older assignment row with its `current_level`. Throws ShapeError. */
export function toRating(raw: Json): RatingRow {
  const id = requiredId(raw, 'id');
  const value = raw.proficiency === undefined ? toNamedLevel(raw.current_level) : toValue(raw.proficiency);
  const label = optionalText(raw.rating_source);
  // Role-side rows embed their skill (kombo.md#staffing-entities); rating rows may come to do the same.
  const skill = isObject(raw.skill) ? raw.skill : {};
  return {
    parts: [id],
    employeeId: requiredId(raw, 'employee_id'),
    skillId: requiredId(raw, 'skill_id'),
    skillKeys: null,
    skillName: optionalText(skill.name),
    skillScale: scaleOfValue(value) ?? toScale(skill.proficiency_scale),
    skillClassification: null,
    value,
    source: (label === null ? undefined : SOURCES[label.toUpperCase()]) ?? 'OTHER',
    sourceLabel: label ?? NO_SOURCE_LABEL,
    remoteId: id,
    changedAt: optionalInstant(raw.changed_at),
  };
}

export type RatingBody = 'flat' | 'nested';

/** A rating as the ratings endpoint takes it: a bare number, or the option's own id (kombo.md#rating-writes). */
export function fromRating(item: RatingWrite, body: RatingBody): RawRatingWrite {
  const ids = { employee_id: item.employeeId, skill_id: item.skillId };
  const { value } = item;
  const proficiency = value === null ? {} : { proficiency: value.kind === 'number' ? value.value : value.optionId };
  return body === 'flat'
    ? { ...ids, ...proficiency }
    : { ...ids, rating: { rating_source: 'EXTERNAL', ...proficiency } };
}

/** A rating as the assignments endpoint takes it: an object with its type (kombo.md#assignments). */
export function fromAssignment(item: RatingWrite): RawAssignmentWrite {
  const ids = { employee_id: item.employeeId, skill_id: item.skillId };
  const { value } = item;
  if (value === null) return ids;
  return value.kind === 'number'
    ? { ...ids, proficiency: { type: 'NUMERIC', value: value.value } }
    : { ...ids, proficiency: { type: 'SINGLE_SELECT', selected_option_id: value.optionId } };
}

/**
 * An employee to create or update; fields that are not given are not sent. The e-mail is required by both
 * (kombo.md#employee-writes).
 */
export function fromEmployee(item: EmployeeWrite): RawEmployeeWrite {
  return {
    first_name: item.givenName,
    last_name: item.familyName,
    work_email: item.workEmail,
    job_title: item.jobTitle,
    start_date: item.startDate,
  };
}

/**
 * A skill as both doors take it; the bulk item is assumed to be the managed skill's body (kombo.md#skills-in-bulk), so
 * a correction is here alone. Without a status a new one is active (kombo.md#managed-skills).
 */
export function fromSkill(item: SkillWrite): RawSkillWrite {
  const status = item.active === undefined ? {} : { status: item.active ? ('ACTIVE' as const) : ('INACTIVE' as const) };
  return { origin_id: item.externalId, name: item.name, ...status };
}

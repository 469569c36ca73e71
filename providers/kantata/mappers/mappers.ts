import type { NumericScale } from '../../../src/domain/rating.ts';
import type { EmployeeRow, EmployeeStatus, RatingRow, SkillRow } from '../../../src/domain/records.ts';
import {
  isObject,
  optionalEmail,
  optionalId,
  optionalInstant,
  optionalKey,
  optionalNumber,
  optionalText,
  requiredId,
  ShapeError,
  type Json,
} from '../../../src/outbound/payload/payload.ts';
import type { Included } from '../envelope.ts';

export interface EmployeeOptions {
  /** The `service_name` of the external reference that carries the employee number; null: see `employeeNumberOf`. */
  externalService: string | null;
}

/** A user with what `include=account_membership,external_references,manager` brought along. Throws ShapeError. */
export function toEmployee(raw: Json, included: Included, options: EmployeeOptions): EmployeeRow {
  const remoteId = requiredId(raw, 'id');
  return {
    remoteId,
    sourceId: null,
    name: optionalText(raw.full_name),
    // One name field only, never split (kantata.md#users).
    givenName: null,
    familyName: null,
    workEmail: optionalEmail(raw.email_address),
    employeeNumber: employeeNumberOf(raw, remoteId, included, options.externalService),
    jobTitle: optionalText(raw.headline),
    status: statusOf(raw, remoteId, included),
    statusLabel: null,
    startDate: null,
    department: null,
    location: null,
    managerRemoteId: optionalId(raw.manager_id),
    managerEmail: null,
    url: null,
    // A user shows no timestamps (kantata.md#users).
    changedAt: null,
  };
}

/** A skill with what `include=skill_category,external_references` brought along. Throws ShapeError. */
export function toSkill(raw: Json, included: Included): SkillRow {
  const remoteId = requiredId(raw, 'id');
  const category = optionalText(included.find('skill_categories', optionalId(raw.skill_category_id))?.name);
  const references = referencesOf(raw, remoteId, 'Skill', included);
  return {
    remoteId,
    // With several references and none of ours, none of them is *the* system behind.
    sourceId: ownReferenceOf(references) ?? (references.length === 1 ? refOf(references[0]) : null),
    name: optionalText(raw.name),
    description: optionalText(raw.description),
    synonyms: [],
    scale: scaleOf(optionalNumber(raw.max_level)),
    classification: category === null ? null : { domain: null, subdomain: null, cluster: null, category },
    url: null,
    changedAt: optionalInstant(raw.updated_at),
    aliases: [],
  };
}

/**
 * The `service_name` of the reference under which a skill written through the gateway keeps its caller's id
 * (kantata.md#external-references).
 */
export const OWN_SERVICE = 'skills-gateway';

/** A skill read before a write: the row, and what of it a write compares with. */
export interface SkillThere {
  row: SkillRow;
  /** Null when unknown. */
  maxLevel: number | null;
  categoryId: string | null;
  /** The caller's id that was given it through the gateway; null when none was. */
  externalId: string | null;
}

/** As `toSkill`, for a write. Throws ShapeError. */
export function toSkillThere(raw: Json, included: Included): SkillThere {
  const row = toSkill(raw, included);
  return {
    row,
    maxLevel: optionalNumber(raw.max_level),
    categoryId: optionalId(raw.skill_category_id),
    externalId: ownReferenceOf(referencesOf(raw, row.remoteId, 'Skill', included)),
  };
}

/** A membership read: the row, and the two numbers as stored, which a write compares with. */
export interface Membership {
  row: RatingRow;
  level: number;
  /** 0 when unknown. */
  maxLevel: number;
}

/** A skill membership with what `include=skill,user` brought along. Throws ShapeError. */
export function toMembership(raw: Json, included: Included): Membership {
  const id = requiredId(raw, 'id');
  const skillId = requiredId(raw, 'skill_id');
  const skill = included.find('skills', skillId);
  const level = numberOrZero(raw, 'level');
  const maxLevel = optionalNumber(raw.max_level) ?? optionalNumber(skill?.max_level) ?? 0;
  const scale = scaleOf(maxLevel);
  // 0 is held and unrated, and beside max_level 1 the stored number says nothing (kantata.md#levels).
  const rated = level > 0 && maxLevel !== 1;
  return {
    row: {
      parts: [id],
      employeeId: requiredId(raw, 'user_id'),
      skillId,
      skillKeys: null,
      // The copy on the membership may lag a rename (kantata.md#skill-memberships); the skill may be hidden from the
      // token (kantata.md#side-loading).
      skillName: optionalText(skill?.name) ?? optionalText(raw.cached_skill_name),
      skillScale: scale,
      skillClassification: null,
      value: rated ? { kind: 'number', value: level, scale } : null,
      source: 'OTHER',
      sourceLabel: 'Kantata',
      remoteId: id,
      changedAt: optionalInstant(raw.updated_at),
    },
    level,
    maxLevel,
  };
}

export function toRating(raw: Json, included: Included): RatingRow {
  return toMembership(raw, included).row;
}

/**
 * Ratings are 1..max in whole steps; max_level 1 is how "no levels" is told (kantata.md#levels), 0 and null that
 * nothing is known.
 */
function scaleOf(maxLevel: number | null): NumericScale | null {
  return maxLevel !== null && maxLevel > 1 ? { kind: 'numeric', min: 1, max: maxLevel, step: 1 } : null;
}

/** Null and missing are 0 (kantata.md#levels); text that is no number is a shape nobody knows. */
function numberOrZero(raw: Json, key: string): number {
  const value = raw[key];
  if (value === null || value === undefined || value === '') return 0;
  const number = optionalNumber(value);
  if (number === null) throw new ShapeError(key, 'number', value);
  return number;
}

function statusOf(raw: Json, userId: string, included: Included): EmployeeStatus | null {
  const membership =
    included.find('account_memberships', optionalId(raw.account_membership_id)) ??
    included.pointingTo('account_memberships', 'user_id', userId)[0];
  return membership ? statusOfMembership(membership) : null;
}

/**
 * Only a visible `disabled_at` tells: a field hidden by permission is absent, not null (kantata.md#records). A blank
 * one is no day.
 */
export function statusOfMembership({ disabled_at: disabledAt }: Json): EmployeeStatus | null {
  if (disabledAt === undefined) return null;
  return disabledAt === null || isBlank(disabledAt) ? 'ACTIVE' : 'INACTIVE';
}

function isBlank(value: unknown): boolean {
  return typeof value === 'string' && optionalText(value) === null;
}

/** The id of a user's account membership, by which the user is deactivated; null when it is hidden. */
export function accountMembershipIdOf(raw: Json, userId: string, included: Included): string | null {
  return (
    optionalId(raw.account_membership_id) ??
    optionalId(included.pointingTo('account_memberships', 'user_id', userId)[0]?.id)
  );
}

/**
 * The employee number out of the external references, the only place for foreign ids (kantata.md#external-references).
 * Without a configured service: the reference whose model is some spelling of employee, if there is exactly one.
 */
function employeeNumberOf(raw: Json, userId: string, included: Included, service: string | null): string | null {
  const references = referencesOf(raw, userId, 'User', included).filter((reference) =>
    service === null
      ? (optionalText(reference.service_model)?.toLowerCase().includes('employee') ?? false)
      : optionalText(reference.service_name) === service,
  );
  if (references.length !== 1) return null;
  return optionalKey(references[0]?.service_model_ref);
}

function ownReferenceOf(references: readonly Json[]): string | null {
  return refOf(references.find((reference) => optionalText(reference.service_name) === OWN_SERVICE));
}

function refOf(reference: Json | undefined): string | null {
  return optionalId(reference?.service_model_ref);
}

function referencesOf(raw: Json, id: string, type: 'User' | 'Skill', included: Included): Json[] {
  const ids = raw.external_reference_ids;
  const references = Array.isArray(ids)
    ? ids.map((reference) => included.find('external_references', optionalId(reference)))
    : included.pointingTo('external_references', 'subject_id', id);
  return references.filter(
    (reference) => isObject(reference) && (optionalText(reference.subject_type) ?? type) === type,
  ) as Json[];
}

/** The vendor's employees and skills as rows of the domain, and back. Pure; what cannot be read throws ShapeError. */
import { foldedKey } from '../../../src/domain/matching/letters.ts';
import type { CertificateWrite, EmployeeWrite, StatusWrite } from '../../../src/domain/ports.ts';
import type { EmployeeRow, EmployeeStatus, SkillRow } from '../../../src/domain/records.ts';
import {
  isObject,
  optionalDate,
  optionalEmail,
  optionalId,
  optionalKey,
  optionalText,
  type Json,
} from '../../../src/outbound/payload/payload.ts';
import { employmentOf, fromEmployment } from './employment.ts';
import type { RawCertificate, RawHrmsInfo, RawUpsertEmployee } from '../raw.ts';
import type { TenantSettings } from '../settings.ts';
import { joinKeys, requiredKey, roleKeys } from './vendorKeys.ts';

const STATUSES: Readonly<Record<string, EmployeeStatus>> = { active: 'ACTIVE', inactive: 'INACTIVE' };

/**
 * An employee of the list (imocha.md#employee-list) or of a profile (imocha.md#skills-profiles); the profile has
 * neither status nor HR data, and names are never split.
 */
export function toEmployee(raw: Json): EmployeeRow {
  const hrms = isObject(raw['employeeHRMSInfo']) ? raw['employeeHRMSInfo'] : raw;
  const statusLabel = optionalText(raw['status']) ?? activity(raw['isActive']);
  return {
    remoteId: requiredKey(raw, 'employeeId'),
    sourceId: null,
    name: optionalText(raw['fullName']),
    givenName: optionalText(raw['firstName']),
    familyName: optionalText(raw['lastName']),
    workEmail: optionalEmail(raw['email']),
    employeeNumber: optionalKey(hrms['externalEmployeeId']) ?? optionalKey(raw['externalEmployeeId']),
    // A job code is no title, and titles are told nowhere.
    jobTitle: null,
    status: statusLabel === null ? null : (STATUSES[statusLabel.toLowerCase()] ?? null),
    statusLabel,
    startDate: optionalDate(hrms['hireDate']),
    department: optionalText(hrms['department']),
    location: optionalText(hrms['location']),
    managerRemoteId: null,
    managerEmail: optionalEmail(hrms['managerEmail']),
    url: null,
    changedAt: null,
    ...rolesOf(raw),
    ...employmentOf(raw, hrms),
  };
}

/**
 * A job code presumably points to a job profile (imocha.md#job-profiles); both fields are assumed
 * (imocha.md#employee-list).
 */
function rolesOf(raw: Json): Pick<EmployeeRow, 'roleKeys'> {
  const keys = roleKeys(optionalId(raw['jobProfileId']), [optionalText(raw['jobCode'])]);
  return keys.length === 0 ? {} : { roleKeys: keys };
}

function activity(isActive: unknown): string | null {
  if (typeof isActive !== 'boolean') return null;
  return isActive ? 'active' : 'inactive';
}

/**
 * A taxonomy entry (imocha.md#taxonomy). Aliases are the keys under which profile skills may name it, in
 * the order of imocha.md#skill-id-spaces.
 */
export function toSkill(raw: Json, settings: TenantSettings): SkillRow {
  const remoteId = requiredKey(raw, 'taxonomySkillId');
  const displayName = optionalText(raw['displayName']);
  const globalName = optionalText(field(raw['skill'], 'name'));
  const name = displayName ?? globalName;
  const joinId = settings.skillIdJoin === 'skill.id' ? optionalId(field(raw['skill'], 'id')) : remoteId;
  const tags = Array.isArray(raw['taxonomySkillTags']) ? raw['taxonomySkillTags'].map(tagName) : [];
  const known = new Set([name === null ? '' : foldedKey(name)]);
  return {
    remoteId,
    sourceId: null,
    name,
    description: optionalText(raw['description']) ?? optionalText(field(raw['skill'], 'description')),
    synonyms: [globalName, ...tags].filter((synonym): synonym is string => {
      if (synonym === null || known.has(foldedKey(synonym))) return false;
      known.add(foldedKey(synonym));
      return true;
    }),
    scale: settings.scale,
    classification: {
      domain: optionalText(field(raw['domain'], 'name')),
      subdomain: optionalText(field(raw['subdomain'], 'name')),
      cluster: optionalText(field(raw['skillCluster'], 'name')),
      category: categoryOf(raw['skillClassification']),
    },
    url: null,
    changedAt: null,
    aliases: joinKeys(raw['externalId'], joinId, [displayName, globalName], settings),
  };
}

/** Tags are synonyms of an unknown element shape: text, `{name}` or `{tagName}` (imocha.md#taxonomy). */
function tagName(tag: unknown): string | null {
  return optionalText(tag) ?? optionalText(field(tag, 'name')) ?? optionalText(field(tag, 'tagName'));
}

/** The kind of skill, e.g. Tool; null when untold. */
export function categoryOf(classification: unknown): string | null {
  return optionalText(field(classification, 'classificationName'));
}

function field(object: unknown, key: string): unknown {
  return isObject(object) ? object[key] : undefined;
}

/**
 * An employee as the upsert takes it (imocha.md#upsert-request). Whether fields left out are kept or cleared is unknown
 * (imocha.md#upsert-rules), so what the directory knows of the record is sent again. No status: left out, the
 * activation state stays as it is.
 */
export function fromEmployeeWrite(write: EmployeeWrite): RawUpsertEmployee {
  const { existing } = write;
  const startDate = write.startDate ?? existing?.startDate;
  const hrms: RawHrmsInfo = present({
    externalEmployeeId: write.employeeNumber ?? existing?.employeeNumber,
    department: write.department ?? existing?.department,
    location: write.location ?? existing?.location,
    // A manager known by an id alone cannot be sent, and must not take the former one away.
    managerEmail: write.managerEmail ?? existing?.managerEmail,
    hireDate: startDate ? `${startDate}T00:00:00.000Z` : undefined,
    ...fromEmployment(write),
  });
  return {
    email: write.workEmail.trim(),
    ...present({
      firstName: write.givenName ?? existing?.givenName,
      lastName: write.familyName ?? existing?.familyName,
      jobCode: write.jobCode ?? existing?.employment?.jobCode,
    }),
    ...(Object.keys(hrms).length === 0 ? {} : { employeeHRMSInfo: hrms }),
  };
}

/**
 * A status as the upsert takes it (imocha.md#upsert-rules): one of two words, with all that the directory knows of the
 * record.
 */
export function fromStatusWrite({ active, existing }: StatusWrite): RawUpsertEmployee {
  return { ...fromEmployeeWrite({ workEmail: existing.workEmail ?? '', existing }), status: statusWord(active) };
}

/** The two words that change the activation state (imocha.md#upsert-rules). */
export function statusWord(active: boolean): 'active' | 'inactive' {
  return active ? 'active' : 'inactive';
}

/**
 * A certificate as the upload takes it (imocha.md#certificates); the form of its date is that of all request dates
 * (imocha.md#identifiers-and-dates).
 */
export function fromCertificateWrite(write: CertificateWrite): RawCertificate {
  const { title, isStandard, issuer, validTill, licenseNumber } = write;
  return {
    title: title.trim(),
    isStandardCertificate: isStandard,
    ...present({ issuer, validTill: validTill && `${validTill}T00:00:00.000Z`, licenseNumber }),
  };
}

function present<Value>(fields: Record<string, Value | null | undefined>): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, Value] => entry[1] !== null && entry[1] !== undefined),
  );
}

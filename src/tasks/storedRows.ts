import type { EmployeeWrite, SkillWrite, StatusWrite } from '../domain/ports.ts';
import type { EmployeeRow, Employment, SkillRow } from '../domain/records.ts';

/** What a provider that answers with an id alone now holds of an employee: the record as it was known, with what was written. */
export function employeeAsWritten(remoteId: string, write: EmployeeWrite): EmployeeRow {
  const { existing } = write;
  const { givenName = existing?.givenName ?? null, familyName = existing?.familyName ?? null } = write;
  const written = [givenName, familyName].filter((part) => part !== null).join(' ');
  return {
    remoteId,
    sourceId: existing?.sourceId ?? null,
    name: write.givenName === undefined && write.familyName === undefined ? (existing?.name ?? null) : written,
    givenName,
    familyName,
    workEmail: write.workEmail,
    employeeNumber: write.employeeNumber ?? existing?.employeeNumber ?? null,
    jobTitle: write.jobTitle ?? existing?.jobTitle ?? null,
    status: existing?.status ?? null,
    statusLabel: existing?.statusLabel ?? null,
    startDate: write.startDate ?? existing?.startDate ?? null,
    department: write.department ?? existing?.department ?? null,
    location: write.location ?? existing?.location ?? null,
    // Both tell of one manager: a new one's address must not stand beside the old one's id.
    ...(write.managerRemoteId === undefined && write.managerEmail === undefined
      ? { managerRemoteId: existing?.managerRemoteId ?? null, managerEmail: existing?.managerEmail ?? null }
      : { managerRemoteId: write.managerRemoteId ?? null, managerEmail: write.managerEmail ?? null }),
    url: existing?.url ?? null,
    changedAt: existing?.changedAt ?? null,
    // The keys of another role come with the next read.
    ...(write.jobCode === undefined && existing?.roleKeys ? { roleKeys: existing.roleKeys } : {}),
    ...employmentAsWritten(write),
  };
}

/** What was not written of a record that was not known stays unknown: it may have been there all the same. */
function employmentAsWritten({ existing, ...write }: EmployeeWrite): Pick<EmployeeRow, 'employment'> {
  const employment: Employment = { ...existing?.employment };
  for (const field of ['jobCode', 'exitDate', 'employmentType', 'grade', 'band'] as const) {
    if (write[field] !== undefined) employment[field] = write[field];
  }
  const others = existing === null ? null : existing.employment?.customFields;
  if (write.customFields && others !== undefined) employment.customFields = { ...others, ...write.customFields };
  return Object.keys(employment).length === 0 ? {} : { employment };
}

/** The same after a change of status, from the record as it is known now. The provider's word for the new one is unknown. */
export function employeeWithStatus(row: EmployeeRow, { active }: StatusWrite): EmployeeRow {
  return { ...row, status: active ? 'ACTIVE' : 'INACTIVE', statusLabel: null };
}

/** What a provider that answers with an id alone now holds of a skill. A scale that was not known comes with the next read. */
export function skillAsWritten(remoteId: string, write: SkillWrite): SkillRow {
  const { existing, category } = write;
  const place = existing?.classification ?? null;
  return {
    remoteId,
    sourceId: existing?.sourceId ?? write.externalId,
    name: write.name,
    description: write.description ?? existing?.description ?? null,
    synonyms: existing?.synonyms ?? [],
    scale: write.rated === false ? null : (existing?.scale ?? null),
    classification:
      category === undefined ? place : { domain: null, subdomain: null, cluster: null, ...place, category },
    url: existing?.url ?? null,
    changedAt: existing?.changedAt ?? null,
    aliases: existing?.aliases ?? [],
  };
}

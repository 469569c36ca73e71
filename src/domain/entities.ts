/** The unified objects, ready to be read: what the graph shows of them are plain properties. */
import type { Conflict, Group, Member } from './matching/grouping.ts';
import { encodeId } from './ids.ts';
import type { EmployeeRow, EmployeeStatus, Employment, SkillRow } from './records.ts';

/** A person, made of the records of one or more integrations. */
export interface Employee {
  readonly kind: 'Employee';
  /** The global id of the anchor record. */
  readonly id: string;
  readonly displayName: string | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly workEmail: string | null;
  readonly employeeNumber: string | null;
  readonly jobTitle: string | null;
  readonly status: EmployeeStatus | null;
  readonly startDate: string | null;
  readonly department: string | null;
  readonly location: string | null;
  readonly changedAt: string | null;
  readonly records: readonly Member<EmployeeRow>[];
  readonly conflicts: readonly Conflict<EmployeeRow>[];
}

/** A skill, made of the records of one or more integrations. */
export interface Skill {
  readonly kind: 'Skill';
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly synonyms: readonly string[];
  readonly records: readonly Member<SkillRow>[];
  readonly conflicts: readonly Conflict<SkillRow>[];
}

/** A value comes from the first record, in order of integration precedence, that has it. */
export function employeeOf(group: Group<EmployeeRow>): Employee {
  const { members } = group;
  const first = <Key extends keyof EmployeeRow>(key: Key): EmployeeRow[Key] | null =>
    members.find((member) => member.row[key] !== null)?.row[key] ?? null;
  return {
    kind: 'Employee',
    id: anchorId('Employee', members),
    displayName: displayNameOf(members),
    givenName: first('givenName'),
    familyName: first('familyName'),
    workEmail: first('workEmail'),
    employeeNumber: first('employeeNumber'),
    jobTitle: first('jobTitle'),
    status: first('status'),
    startDate: first('startDate'),
    department: first('department'),
    location: first('location'),
    changedAt: latest(members.map((member) => member.row.changedAt)),
    records: members,
    conflicts: group.conflicts,
  };
}

/** A field of the employment, from the first record, in order of integration precedence, that has it. */
export function employmentValue<Key extends keyof Employment>(
  { records }: Pick<Employee, 'records'>,
  field: Key,
): NonNullable<Employment[Key]> | null {
  for (const { row } of records) {
    const value = row.employment?.[field];
    if (value !== null && value !== undefined) return value;
  }
  return null;
}

export function skillOf(group: Group<SkillRow>): Skill {
  const { members } = group;
  const named = members.find((member) => member.row.name !== null) ?? members[0];
  return {
    kind: 'Skill',
    id: anchorId('Skill', members),
    name: named?.row.name ?? named?.row.remoteId ?? '',
    description: members.find((member) => member.row.description !== null)?.row.description ?? null,
    synonyms: [...new Set(members.flatMap((member) => member.row.synonyms))],
    records: members,
    conflicts: group.conflicts,
  };
}

function displayNameOf(members: readonly Member<EmployeeRow>[]): string | null {
  for (const { row } of members) {
    const name = row.name ?? [row.givenName, row.familyName].filter((part) => part !== null).join(' ');
    if (name !== '') return name;
  }
  return null;
}

function anchorId(type: 'Employee' | 'Skill', members: readonly Member<{ remoteId: string }>[]): string {
  const [anchor] = members;
  if (!anchor) throw new Error('a group without records');
  return encodeId(type, anchor.integration, anchor.row.remoteId);
}

function latest(instants: readonly (string | null)[]): string | null {
  return instants.reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null);
}

import type { RatingSource, RatingValue, Scale } from './rating.ts';

/**
 * The rows of the domain: what every provider's records are translated into, and all that the rest of the gateway sees
 * of them. Plain data, in the gateway's words; the other files of this room are pure functions over it.
 */

/** Employment status; null in a row when unknown or not among the known words. */
export const EMPLOYEE_STATUSES = ['ACTIVE', 'PENDING', 'LEAVE', 'INACTIVE'] as const;
export type EmployeeStatus = (typeof EMPLOYEE_STATUSES)[number];

/**
 * Employment data of HR systems beyond the fields that every provider has. A field is null where the record has no
 * value, and absent where the provider did not show the field, so that its value is unknown.
 */
export interface Employment {
  /** Code that assigns a job profile. */
  jobCode?: string | null;
  /** Last day of employment, YYYY-MM-DD. */
  exitDate?: string | null;
  employmentType?: string | null;
  grade?: string | null;
  band?: string | null;
  /** The tenant's own fields, by their names. */
  customFields?: Readonly<Record<string, string>> | null;
}

/** One provider's employee, translated. Ids are the provider's own, always strings. Absent is null, never ''. */
export interface EmployeeRow {
  remoteId: string;
  /** The id in the system behind the provider, where the provider is a copy of one. */
  sourceId: string | null;
  /** The full name as the provider has it, which is never split. */
  name: string | null;
  givenName: string | null;
  familyName: string | null;
  /** As sent, trimmed; null when it is not an e-mail address. Compared without case. */
  workEmail: string | null;
  /** Employee number or external id: the strongest key between providers. Leading zeros matter. */
  employeeNumber: string | null;
  jobTitle: string | null;
  status: EmployeeStatus | null;
  statusLabel: string | null;
  /** YYYY-MM-DD. */
  startDate: string | null;
  department: string | null;
  location: string | null;
  /** The manager, by whichever of the two the provider has. */
  managerRemoteId: string | null;
  managerEmail: string | null;
  url: string | null;
  /** RFC 3339, UTC; null when the provider does not say. */
  changedAt: string | null;
  /**
   * Keys that name the employee's role (`JobProfileRow.aliases`), the most reliable first; absent where the provider
   * has none.
   */
  roleKeys?: readonly string[];
  /** Absent where the provider shows none of it. */
  employment?: Employment;
}

/** A skill's place in a provider's taxonomy. */
export interface SkillClassification {
  domain: string | null;
  subdomain: string | null;
  cluster: string | null;
  category: string | null;
}

/** One provider's skill, translated. */
export interface SkillRow {
  remoteId: string;
  sourceId: string | null;
  name: string | null;
  description: string | null;
  synonyms: readonly string[];
  /** Null: can be held but not rated, or the scale is unknown. */
  scale: Scale | null;
  classification: SkillClassification | null;
  url: string | null;
  changedAt: string | null;
  /**
   * Further keys under which rating rows of the same provider may name this skill, e.g. `skill:700012`.
   * Empty where rating rows carry `remoteId` itself. A key that two skills share joins nothing.
   */
  aliases: readonly string[];
}

/** One provider's statement on one employee's skill from one source. */
export interface RatingRow {
  /** What identifies the row within its integration: the parts of its global id after the integration. */
  parts: readonly string[];
  employeeId: string;
  /** The skill record's remote id; where `skillKeys` is set, the id of the record to learn when no key is known. */
  skillId: string;
  /** Aliases of the skill record to try in this order before `skillId`; null where `skillId` is the record's id. */
  skillKeys: readonly string[] | null;
  /**
   * The skill's name as the row carries it; null when it carries none. Skills are learnt from it where there is no
   * catalogue.
   */
  skillName: string | null;
  /** The scale the row implies, for learning a skill without a catalogue; null when it implies none. */
  skillScale: Scale | null;
  skillClassification: SkillClassification | null;
  /** Null: unrated, the skill is held without a value. */
  value: RatingValue | null;
  source: RatingSource;
  /** The provider's own word for the source. */
  sourceLabel: string;
  /** The provider's own id of the row; null where its rows have none. */
  remoteId: string | null;
  changedAt: string | null;
}

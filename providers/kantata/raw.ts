/**
 * Kantata OX as it speaks (kantata.md): routes, numbers and shapes. `?` marks keys that may be absent, also because
 * a permission hides them. What the API sends is read leniently in `mappers.ts`; these shapes say what is expected.
 */

export const DEFAULT_BASE_URL = 'https://api.mavenlink.com/api/v1';

export const ROUTES = {
  users: '/users',
  skills: '/skills',
  skillCategories: '/skill_categories',
  skillMemberships: '/skill_memberships',
  accountMemberships: '/account_memberships',
  subscribedEvents: '/subscribed_events',
} as const;

/** A larger size is reduced to it (kantata.md#paging). */
export const MAX_PER_PAGE = 200;

/** Memberships, or skills, in one bulk create (kantata.md#bulk-creates). */
export const MAX_PER_BULK = 200;

/** The largest list of ids is unknown (kantata.md#lookup-by-ids); 100 keep the address line near one kilobyte. */
export const IDS_PER_CALL = 100;

/** Every id is a string of digits (kantata.md#records); 15 digits still fit a JSON integer exactly. */
export const ID_PATTERN = /^\d{1,15}$/;

export interface RawResult {
  key: string;
  id: string;
}

export interface RawMeta {
  count: number;
  page_count: number;
  page_number: number;
  page_size: number;
}

export interface RawSkill {
  id: string;
  name: string;
  description: string | null;
  /** A string here, a number on a membership. */
  max_level: string;
  skill_category_id?: string | null;
  created_at: string;
  updated_at: string;
  external_reference_ids?: string[];
}

export interface RawSkillMembership {
  id: string;
  level: number;
  max_level: number;
  cached_skill_name: string;
  skill_id?: string;
  user_id?: string;
  creator_id?: string | null;
  created_at: string;
  updated_at: string;
}

export interface RawSkillCategory {
  id: string;
  name: string;
  skill_ids?: string[];
}

export interface RawUser {
  id: string;
  full_name: string;
  email_address: string | null;
  headline: string | null;
  photo_path: string | null;
  account_membership_id?: string | null;
  manager_id?: string | null;
  role_id?: string | null;
  skill_ids?: string[];
  skill_membership_ids?: string[];
  external_reference_ids?: string[];
  custom_field_value_ids?: string[];
  work_sample_ids?: string[];
}

export interface RawAccountMembership {
  id: string;
  user_id?: string;
  permission: string;
  disabled_at: string | null;
  is_administrator: boolean;
  is_owner: boolean;
  manager_can_edit_skills: boolean;
  skill_membership_ids?: string[];
  created_at: string;
  updated_at: string;
}

export interface RawExternalReference {
  id: string;
  service_name: string;
  service_model: string;
  service_model_ref: string;
  subject_type: string;
  /** An integer, unlike every other id (kantata.md#records). */
  subject_id: number;
  status: string;
  external_link: string | null;
  external_message: string | null;
  external_status: string | null;
  locked: boolean;
  last_synced_at: string | null;
  created_at: string;
  updated_at: string;
}

/** A membership to create; `level` is left out for a bare tag (kantata.md#levels). */
export interface RawNewMembership {
  skill_id: number;
  user_id: number;
  level?: number;
}

/** A reference set along with its subject, which has one of each `service_name` (kantata.md#external-references). */
export interface RawReferenceChange {
  service_name: string;
  service_model: string;
  service_model_ref: string;
}

/**
 * What is sent of a skill; all but `description` and `external_reference` is required to create one
 * (kantata.md#skills).
 */
export interface RawSkillChange {
  name?: string;
  /** `1` or `5`, as text. */
  max_level?: string;
  skill_category_id?: number;
  description?: string;
  external_reference?: RawReferenceChange;
}

export interface RawUserChange {
  full_name?: string;
  headline?: string;
  email_address?: string;
}

export interface RawError {
  type: string;
  message: string;
  field?: string;
  index?: number;
}

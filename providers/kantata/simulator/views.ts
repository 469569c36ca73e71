import type {
  RawAccountMembership,
  RawExternalReference,
  RawSkill,
  RawSkillCategory,
  RawSkillMembership,
  RawUser,
} from '../raw.ts';
import {
  accountMembershipId,
  externalReferenceId,
  type CATEGORIES,
  type SimMembership,
  type SimReference,
  type SimSkill,
  type SimUser,
} from './data.ts';
import { instantOf } from './envelope.ts';
import type { Store } from './store.ts';
import type { Switches } from './switches.ts';

/** What every handler works on. */
export interface World {
  store: Store;
  switches: Switches;
}

/**
 * Records as they go out. Has-many ids are added by the handlers, on primary records only (kantata.md#side-loading).
 */
export function userView(user: SimUser): RawUser {
  return {
    full_name: user.fullName,
    photo_path: null,
    email_address: user.email,
    headline: user.headline,
    id: String(user.id),
  };
}

export function skillView(skill: SimSkill, { switches }: World, included = false): RawSkill {
  return {
    name: skill.name,
    max_level: String(skill.maxLevel),
    description: skill.description,
    created_at: instantOf(skill.createdAt),
    updated_at: instantOf(skill.updatedAt),
    ...(included || switches.foreignKeys === 'free' ? { skill_category_id: String(skill.categoryId) } : {}),
    id: String(skill.id),
  };
}

export function categoryView(category: (typeof CATEGORIES)[number]): RawSkillCategory {
  return { name: category.name, id: String(category.id) };
}

export function membershipView(
  membership: SimMembership,
  { store, switches }: World,
  includes: ReadonlySet<string> = new Set(),
): RawSkillMembership {
  const shows = (association: string) => switches.foreignKeys === 'free' || includes.has(association);
  const skill = store.skills.get(membership.skillId);
  return {
    level: membership.level,
    max_level: skill?.maxLevel ?? 1,
    cached_skill_name: skill?.name ?? '',
    created_at: instantOf(membership.createdAt),
    updated_at: instantOf(membership.updatedAt),
    ...(shows('skill') ? { skill_id: String(membership.skillId) } : {}),
    ...(shows('user') ? { user_id: String(membership.userId) } : {}),
    ...(shows('creator') ? { creator_id: membership.creatorId === null ? null : String(membership.creatorId) } : {}),
    id: String(membership.id),
  };
}

export function accountMembershipView(user: SimUser, { store }: World): RawAccountMembership {
  const administrator = user === store.me;
  return {
    permission: administrator ? 'administrator' : 'collaborator',
    disabled_at: user.disabledAt === null ? null : instantOf(user.disabledAt),
    is_administrator: administrator,
    is_owner: administrator,
    manager_can_edit_skills: false,
    created_at: instantOf(user.createdAt),
    updated_at: instantOf(user.updatedAt),
    user_id: String(user.id),
    id: String(accountMembershipId(user.id)),
  };
}

/** Null for people without an employee number. */
export function externalReferenceView(user: SimUser): RawExternalReference | null {
  const { id, employeeNumber, createdAt } = user;
  if (employeeNumber === null) return null;
  const reference = { serviceName: 'hris', serviceModel: 'Employee', serviceModelRef: employeeNumber };
  return referenceView(
    { ...reference, id: externalReferenceId(id), createdAt, updatedAt: createdAt },
    { type: 'User', id },
  );
}

export function referenceView(reference: SimReference, subject: { type: string; id: number }): RawExternalReference {
  return {
    service_name: reference.serviceName,
    service_model: reference.serviceModel,
    service_model_ref: reference.serviceModelRef,
    subject_type: subject.type,
    subject_id: subject.id,
    status: 'successful',
    external_link: null,
    external_message: null,
    external_status: null,
    locked: false,
    last_synced_at: null,
    created_at: instantOf(reference.createdAt),
    updated_at: instantOf(reference.updatedAt),
    id: String(reference.id),
  };
}

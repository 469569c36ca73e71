import type { RawUser } from '../raw.ts';
import { accountMembershipId, externalReferenceId, type SimUser } from './data.ts';
import type { SideLoad } from './envelope.ts';
import type { Query } from './query.ts';
import {
  accountMembershipView,
  externalReferenceView,
  membershipView,
  skillView,
  userView,
  type World,
} from './views.ts';

/** The record with its includes; `custom_field_values`, `role` and `work_samples` are empty here. */
export function showUser(world: World, query: Query): (user: SimUser, side: SideLoad) => RawUser {
  const { store } = world;
  const includes = query.includes();
  return (user, side) => {
    const view = userView(user);
    const held = [...(store.membershipsByUser.get(user.id)?.values() ?? [])];
    if (includes.has('skill_memberships')) {
      side.open('skill_memberships');
      view.skill_membership_ids = held.map(({ id }) => String(id));
      for (const membership of held)
        side.add('skill_memberships', membership.id, () => membershipView(membership, world));
    }
    if (includes.has('skills')) {
      side.open('skills');
      view.skill_ids = held.map(({ skillId }) => String(skillId));
      for (const skill of held.flatMap(({ skillId }) => store.skills.get(skillId) ?? [])) {
        side.add('skills', skill.id, () => skillView(skill, world));
      }
    }
    if (includes.has('account_membership')) {
      view.account_membership_id = String(accountMembershipId(user.id));
      side.add('account_memberships', accountMembershipId(user.id), () => accountMembershipView(user, world));
    }
    if (includes.has('external_references')) {
      side.open('external_references');
      const reference = externalReferenceView(user);
      view.external_reference_ids = reference ? [reference.id] : [];
      if (reference) side.add('external_references', externalReferenceId(user.id), () => reference);
    }
    if (includes.has('manager')) {
      const manager = user.managerId === null ? undefined : store.users.get(user.managerId);
      view.manager_id = manager ? String(manager.id) : null;
      if (manager) side.add('users', manager.id, () => userView(manager));
    }
    for (const [include, map] of [
      ['custom_field_values', 'custom_field_value_ids'],
      ['work_samples', 'work_sample_ids'],
    ] as const) {
      if (!includes.has(include)) continue;
      side.open(include);
      view[map] = [];
    }
    if (includes.has('role')) {
      side.open('roles');
      view.role_id = null;
    }
    return view;
  };
}

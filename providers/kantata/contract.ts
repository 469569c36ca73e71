import type { ContractSubject } from '../../src/simulator/contract.ts';
import { MAX_PER_PAGE } from './raw.ts';
import { SIMULATOR_BASE_PATH } from './simulator/simulator.ts';

const USERS = '^/api/v1/users$';
const SKILLS = '^/api/v1/skills$';
const MEMBERSHIPS = '^/api/v1/skill_memberships$';

export const contract: ContractSubject = {
  paths: {
    employees: USERS,
    skills: SKILLS,
    ratings: MEMBERSHIPS,
    ratingsByEmployees: MEMBERSHIPS,
    ratingsBySkills: MEMBERSHIPS,
    ratingByParts: MEMBERSHIPS,
    // The list that is read first, the bulk create, and the change of one.
    rate: '^/api/v1/skill_memberships(/[0-9]+)?$',
    assign: '^/api/v1/skill_memberships(/[0-9]+)?$',
    // The list that is read first, and the delete of one.
    remove: '^/api/v1/skill_memberships(/[0-9]+)?$',
    upsertEmployees: '^/api/v1/users/[0-9]+$',
    // Users are read first; their account memberships are disabled.
    setStatus: '^/api/v1/(users|account_memberships/[0-9]+/disable)$',
    // The list that is read first, the bulk create, and the change of one.
    upsertSkills: '^/api/v1/skills(/[0-9]+)?$',
  },
  pageSizes: { employees: MAX_PER_PAGE, ratings: MAX_PER_PAGE },
  filterSwitch: { name: 'userIdsFilter', honoured: 'honoured', ignored: 'ignored', empty: 'empty' },
  skillFilterSwitch: 'skillIdsFilter',
  unknownEnums: [
    { port: 'employees', shape: { kind: 'drift', path: 'account_memberships.*.permission', value: 'stargazer' } },
    { port: 'employees', shape: { kind: 'drift', path: 'external_references.*.status', value: 'stargazing' } },
    { port: 'skills', shape: { kind: 'drift', path: 'skill_categories.*.name', value: 'Stargazing' } },
    { port: 'skills', shape: { kind: 'drift', path: 'skills.*.max_level', value: 'many' } },
    { port: 'ratings', shape: { kind: 'drift', path: 'skill_memberships.*.max_level', value: 'many' } },
    { port: 'ratingsByEmployees', shape: { kind: 'drift', path: 'skill_memberships.*.max_level', value: 'many' } },
  ],
  unreadableRecords: [
    { port: 'employees', shape: { kind: 'drift', path: 'users.*', value: 7 } },
    { port: 'skills', shape: { kind: 'drift', path: 'skills.*', value: 7 } },
    { port: 'ratings', shape: { kind: 'drift', path: 'skill_memberships.*.skill_id', value: {} } },
    { port: 'ratingsByEmployees', shape: { kind: 'drift', path: 'skill_memberships.*.user_id', value: {} } },
  ],
  optionalEndpoints: [
    { path: SKILLS, port: 'skills', stillWorks: null },
    { path: SKILLS, port: 'ratings', stillWorks: true },
    { path: SKILLS, port: 'ratingsByEmployees', stillWorks: true },
    { path: '^/api/v1/skill_categories$', port: 'skills', stillWorks: true },
    { path: '^/api/v1/account_memberships$', port: 'employees', stillWorks: true },
  ],
  basePath: SIMULATOR_BASE_PATH,
};

import type { ContractSubject } from '../../src/simulator/contract.ts';

const EMPLOYEES = '^/v1/hris/employees$';
const SKILLS = '^/v1/hris/skills$';
const ASSIGNMENTS = '^/v1/hris/employee-skill-assignments';
const RATINGS = '^/v1/hris/skill-proficiency-ratings$';

/** What the contract suite must know of this provider. */
export const contract: ContractSubject = {
  basePath: '/v1',
  paths: {
    employees: EMPLOYEES,
    skills: SKILLS,
    ratings: RATINGS,
    ratingsByEmployees: RATINGS,
    ratingsBySkills: RATINGS,
    ratingByParts: RATINGS,
    rate: RATINGS,
    assign: ASSIGNMENTS,
    upsertEmployees: EMPLOYEES,
    upsertSkills: SKILLS,
  },
  pageSizes: { employees: 250, ratings: 250 },
  filterSwitch: { name: 'ratingsFilter', honoured: 'honoured', ignored: 'ignored', empty: 'empty' },
  unknownEnums: [
    { port: 'employees', shape: { kind: 'drift', path: 'data.results.*.employment_status', value: 'ON_A_BREAK' } },
    { port: 'employees', shape: { kind: 'drift', path: 'data.results.*.groups.*.type', value: 'GUILD' } },
    { port: 'skills', shape: { kind: 'drift', path: 'data.results.*.proficiency_scale.type', value: 'STARS' } },
    { port: 'ratings', shape: { kind: 'drift', path: 'data.results.*.rating_source', value: 'PEER_REVIEW' } },
    {
      port: 'ratingsByEmployees',
      shape: { kind: 'drift', path: 'data.results.*.rating_source', value: 'PEER_REVIEW' },
    },
  ],
  unreadableRecords: [
    { port: 'employees', shape: { kind: 'drift', path: 'data.results.*.id', value: {} } },
    { port: 'skills', shape: { kind: 'drift', path: 'data.results.*.id', value: null } },
    { port: 'ratings', shape: { kind: 'drift', path: 'data.results.*.skill_id', value: {} } },
    { port: 'ratingsByEmployees', shape: { kind: 'drift', path: 'data.results.*.skill_id' } },
  ],
  variants: [
    {
      name: 'nested ratings, skills in bulk and updates of employees',
      settings: { ratingBody: 'nested', skillWrites: 'bulk', employeePatch: 'on' },
      switches: { employeePatch: 'on', ratingBody: 'nested' },
      paths: {
        rate: RATINGS,
        upsertEmployees: `${EMPLOYEES}|^/v1/hris/employees/[^/]+$`,
        upsertSkills: '^/v1/hris/skills/bulk',
      },
    },
    {
      name: 'assignments that are answered at once',
      settings: {},
      switches: { assignmentMode: 'sync' },
      paths: { assign: ASSIGNMENTS },
    },
  ],
  optionalEndpoints: [
    { path: SKILLS, port: 'skills', stillWorks: null },
    // Employees and ratings do without the catalogue.
    { path: SKILLS, port: 'ratings', stillWorks: true },
    { path: RATINGS, port: 'ratings', stillWorks: null },
    { path: RATINGS, port: 'ratingsByEmployees', stillWorks: null },
  ],
};

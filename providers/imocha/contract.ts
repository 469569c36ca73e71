import type { ContractSubject } from '../../src/simulator/contract.ts';

const LIST = '^/employees$';
const PROFILES = '^/employees/skills-profile$';
const PROFILE = '^/employees/[^/]+/skills-profile$';
const TAXONOMY = '^/taxonomy$';
const UPSERT = '^/employees/upsert$';

export const contract: ContractSubject = {
  paths: {
    // The profiles stand in where the list cannot be read, so a fault on employees lies on both.
    employees: `${LIST}|${PROFILES}`,
    skills: TAXONOMY,
    ratings: PROFILES,
    ratingsByEmployees: PROFILE,
    ratingByParts: PROFILE,
    upsertEmployees: UPSERT,
    setStatus: UPSERT,
    addCertificates: '^/employees/[^/]+/certificates$',
  },
  // A page of ratings is fifty profiles with all their rows.
  pageSizes: { employees: 50, ratings: 50 },
  // One call per employee: there is no filter to ignore.
  filterSwitch: null,
  unknownEnums: [
    { port: 'employees', shape: { kind: 'drift', path: 'items.*.status', value: 'on sabbatical' } },
    {
      port: 'skills',
      shape: { kind: 'drift', path: 'items.*.skillClassification.classificationName', value: 'Wizardry' },
    },
    {
      port: 'ratings',
      shape: {
        kind: 'drift',
        path: 'items.*.skills.*.skill.skillClassification.classificationName',
        value: 'Wizardry',
      },
    },
  ],
  unreadableRecords: [
    { port: 'employees', shape: { kind: 'drift', path: 'items.*.employeeId', value: null } },
    { port: 'skills', shape: { kind: 'drift', path: 'items.*.taxonomySkillId', value: null } },
    { port: 'ratings', shape: { kind: 'drift', path: 'items.*.employeeId', value: null } },
    { port: 'ratingsByEmployees', shape: { kind: 'drift', path: 'skills.*.skill.skillId', value: null } },
  ],
  optionalEndpoints: [
    { path: LIST, port: 'employees', stillWorks: true },
    { path: PROFILES, port: 'employees', stillWorks: true },
    { path: TAXONOMY, port: 'skills', stillWorks: null },
    { path: PROFILES, port: 'ratings', stillWorks: null },
    { path: PROFILES, port: 'ratingsByEmployees', stillWorks: true },
    { path: TAXONOMY, port: 'ratings', stillWorks: true },
  ],
  variants: [
    {
      name: 'a status by PATCH, certificates by external id alone',
      settings: { statusPatch: 'on' },
      switches: { certificateIds: 'external' },
      paths: { setStatus: '^/employees/[^/]+/status$', addCertificates: '^/employees/[^/]+/certificates$' },
    },
    {
      name: 'upserts that clear what is left out',
      settings: {},
      switches: { upsertOmitted: 'replace' },
      paths: { upsertEmployees: UPSERT, setStatus: UPSERT },
    },
  ],
  basePath: '',
};

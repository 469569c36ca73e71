/** The vendor's shapes and constants; imocha.md says where each comes from. */

/**
 * Paths by what they are for (imocha.md#paths). Only `upsertEmployees` and `employeeSkills` are documented;
 * `allEmployeeSkills` and `taxonomy` were seen in a live client, `employeeCertificates` transcribed there;
 * `listEmployees`, `employeeStatus` and all on roles and weights are assumed, so this table is the one place to correct
 * them.
 */
export const PATHS = {
  listEmployees: '/employees',
  employeeSkills: '/employees/{employeeId}/skills-profile',
  allEmployeeSkills: '/employees/skills-profile',
  upsertEmployees: '/employees/upsert',
  employeeStatus: '/employees/{employeeId}/status',
  employeeCertificates: '/employees/{employeeId}/certificates',
  taxonomy: '/taxonomy',
  jobProfiles: '/jobprofiles',
  jobProfile: '/jobprofiles/{jobProfileId}',
  careerPath: '/employees/{employeeId}/career-path',
  validationWeightages: '/account/validation-weightages',
} as const;

export const DEFAULT_BASE_URL = 'https://api.skillsintelligence.imocha.io';

/** A live run found the taxonomy limited to 50 rows a page; what a larger size does is unknown (imocha.md#paging). */
export const PAGE_SIZE = 50;

/** No batch limit is documented; small batches are a choice of ours (imocha.md#upsert-rules). */
export const UPSERT_BATCH_SIZE = 100;

/** Certificates a batch: never repeated, so a worker that dies in the midst leaves all of a batch unknown. */
export const CERTIFICATE_BATCH_SIZE = 10;

/** The page envelope (imocha.md#paging); `pageNumber` is 0 on an empty result only. */
export interface RawPage<Item> {
  items: Item[];
  pageNumber: number;
  totalPages: number;
  totalCount: number;
  hasPreviousPage: boolean;
  hasNextPage: boolean;
}

/** What an employee record holds besides identity and status (imocha.md#upsert-request, imocha.md#employee-list). */
export interface RawHrmsInfo {
  externalEmployeeId?: string | null;
  department?: string | null;
  location?: string | null;
  managerEmail?: string | null;
  /** ISO 8601 with milliseconds and Z. */
  hireDate?: string | null;
  exitDate?: string | null;
  employmentType?: string | null;
  grade?: string | null;
  band?: string | null;
  customFieldWithValue?: Record<string, string> | null;
}

/** One record of the upsert's array (imocha.md#upsert-request). */
export interface RawUpsertEmployee {
  email: string;
  firstName?: string | null;
  lastName?: string | null;
  jobCode?: string | null;
  /** Empty, null or left out leaves the activation state as it is (imocha.md#upsert-rules). */
  status?: string | null;
  employeeHRMSInfo?: RawHrmsInfo | null;
}

/** One element of the certificates' array (imocha.md#certificates). */
export interface RawCertificate {
  title: string;
  isStandardCertificate: boolean;
  issuer?: string;
  validTill?: string;
  licenseNumber?: string;
}

/** One record's outcome (imocha.md#upsert-outcomes): `employeeId` 0 is no id, `errors` is one string. */
export interface RawUpsertOutcome {
  email: string;
  employeeId: number;
  errors: string;
}

export interface RawUpsertResult {
  failed: RawUpsertOutcome[];
  successful: RawUpsertOutcome[];
}

/** An item of the employee list (imocha.md#employee-list); the whole shape is assumed. */
export interface RawEmployee {
  employeeId: number;
  email: string;
  firstName: string | null;
  lastName: string | null;
  fullName: string | null;
  jobCode: string | null;
  jobProfileId: number | null;
  status: string | null;
  employeeHRMSInfo: RawHrmsInfo | null;
}

export interface RawClassification {
  classificationId: number;
  classificationName: string;
}

/** A skill on an employee's profile (imocha.md#skills-profiles). The misspelling of the priority is the vendor's. */
export interface RawProfileSkill {
  skill: {
    skillId: number;
    skillName: string;
    taxonomySkillExternalId: string | null;
    /** ISO without a zone, any number of fraction digits. */
    modifiedOn: string;
    skillClassification: RawClassification;
  };
  selfValidationScore: number | null;
  iMochaValidationScore: number | null;
  managerValidationScore: number | null;
  weightedProficiencyScore: number | null;
  multiRaterValidationScore: number | null;
  weightedAIInferenceScore: number | null;
  experienceInMonths: number | null;
  aiInferredRatings: unknown[];
  isJobProfileSkill: boolean;
  skillPriorirty: unknown;
  skillRequiredProficiency: number;
  skillGapInPercentage: number;
}

/** One employee with all skills (imocha.md#skills-profiles). */
export interface RawProfile {
  employeeId: number;
  externalEmployeeId: string | null;
  email: string;
  fullName: string;
  skills: RawProfileSkill[];
}

export interface RawNamed {
  id: number;
  name: string;
}

/** An entry of the tenant's taxonomy (imocha.md#taxonomy). */
export interface RawTaxonomySkill {
  taxonomySkillId: number;
  externalId: string | null;
  domain: RawNamed;
  subdomain: RawNamed;
  skillCluster: RawNamed;
  skillClassification: RawClassification;
  skill: RawNamed & { description: string | null };
  displayName: string;
  description: string | null;
  isCritical: boolean;
  taxonomySkillTags: unknown[];
  skillRubrics: unknown;
}

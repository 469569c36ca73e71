/** The key that the simulator accepts. */
export const SIMULATOR_API_KEY = 'imocha-simulator-key';

/** Everything that imocha.md assumes or leaves open, each with its default first. */
export interface ImochaSwitches {
  /** Documented as text/plain, probably application/json on the wire (imocha.md#content-type). */
  contentType: 'text/plain; charset=utf-8' | 'application/json; charset=utf-8';
  /** Rate limit per key (imocha.md#rate-limits), taken when the simulator starts. */
  requestsPerSecond: number;
  burst: number;
  /** Whether a 429 says when to come back (imocha.md#rate-limits). */
  retryAfter: boolean;
  /** Endpoints that answer 404 when off (imocha.md#paths). */
  offersEmployees: boolean;
  offersProfiles: boolean;
  offersProfile: boolean;
  offersTaxonomy: boolean;
  offersUpsert: boolean;
  offersStatusPatch: boolean;
  offersCertificates: boolean;
  offersJobProfiles: boolean;
  offersJobProfile: boolean;
  offersCareerPath: boolean;
  offersWeightages: boolean;
  /** A page size beyond 50: cut silently or refused (imocha.md#paging). */
  largePageSize: 'clamp' | 'reject';
  /** Whether the profile list has the inactive too (imocha.md#skills-profiles). */
  listInactive: boolean;
  /** What a profile's skillId equals (imocha.md#skill-id-spaces). `own` equals nothing. */
  profileSkillId: 'skill.id' | 'taxonomySkillId' | 'own';
  /**
   * Whether some taxonomy entries carry the tenant's own id, and profiles repeat it; null in all samples
   * (imocha.md#skill-id-spaces).
   */
  externalSkillIds: boolean;
  /**
   * How scores nobody gave are written: self and combined were never null live, and may be
   * (imocha.md#validation-channels).
   */
  unrated: 'mixed' | 'zero' | 'null';
  /** The shape of a single profile (imocha.md#one-skills-profile). */
  profileShape: 'profile' | 'items' | 'array' | 'skills';
  /** What a single profile of an unknown employee is (imocha.md#one-skills-profile). */
  unknownEmployee: '404' | '400' | '204' | 'empty' | 'null';
  /**
   * Rows of the employee list without status, or with isActive in its place, or with flat HR fields
   * (imocha.md#employee-list).
   */
  employeeShape: 'nested' | 'isActive' | 'flat';
  /** The list of job profiles as a page or bare (imocha.md#job-profiles). */
  jobProfilesShape: 'page' | 'array';
  /** What an employee without a job profile is answered for a career path (imocha.md#career-paths). */
  noCareerPath: 'empty' | '404';
  /** The shape of the weights (imocha.md#validation-weights); fractions are a list of channels too. */
  weightagesShape: 'channels' | 'array' | 'object' | 'fractions';

  /** What a changed status is answered with (imocha.md#employee-status). */
  statusAnswer: 'record' | 'empty' | '204';
  /**
   * Which ids the certificates' path takes: the external one is known, the vendor's own is not
   * (imocha.md#certificates).
   */
  certificateIds: 'both' | 'external';
  /** How long until the skills of an accepted certificate are on the profile; unknown (imocha.md#certificates). */
  certificateMilliseconds: number;

  /** The open questions of the upsert (imocha.md#upsert-rules). */
  upsertMatch: 'externalThenEmail' | 'email';
  upsertKeysClash: 'fail' | 'externalWins';
  upsertDuplicates: 'inOrder' | 'fail';
  upsertStatusCase: 'exact' | 'ignore';
  upsertNewStatus: 'active' | 'inactive';
  upsertOmitted: 'merge' | 'replace';
  upsertUnknownJobCode: 'fail' | 'lenient';
  upsertUnknownManager: 'store' | 'fail';
  /** `drop` lists the record nowhere. */
  upsertBadEmail: 'fail' | 'drop';
  upsertPastExitDate: 'ignore' | 'deactivate';
  upsertNoArray: 'reject' | 'single';
  upsertEmptyArray: 'accept' | 'reject';
  upsertLargestBatch: number;
}

export const DEFAULT_SWITCHES: ImochaSwitches = {
  contentType: 'text/plain; charset=utf-8',
  requestsPerSecond: 10,
  burst: 20,
  retryAfter: true,
  offersEmployees: true,
  offersProfiles: true,
  offersProfile: true,
  offersTaxonomy: true,
  offersUpsert: true,
  offersStatusPatch: true,
  offersCertificates: true,
  offersJobProfiles: true,
  offersJobProfile: true,
  offersCareerPath: true,
  offersWeightages: true,
  largePageSize: 'clamp',
  listInactive: false,
  profileSkillId: 'skill.id',
  externalSkillIds: true,
  unrated: 'mixed',
  profileShape: 'profile',
  unknownEmployee: '404',
  employeeShape: 'nested',
  jobProfilesShape: 'page',
  noCareerPath: 'empty',
  weightagesShape: 'channels',
  statusAnswer: 'record',
  certificateIds: 'both',
  certificateMilliseconds: 60_000,
  upsertMatch: 'externalThenEmail',
  upsertKeysClash: 'fail',
  upsertDuplicates: 'inOrder',
  upsertStatusCase: 'exact',
  upsertNewStatus: 'active',
  upsertOmitted: 'merge',
  upsertUnknownJobCode: 'fail',
  upsertUnknownManager: 'store',
  upsertBadEmail: 'fail',
  upsertPastExitDate: 'ignore',
  upsertNoArray: 'reject',
  upsertEmptyArray: 'accept',
  upsertLargestBatch: 1000,
};

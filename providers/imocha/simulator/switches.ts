/** The key that the simulator accepts. */
export const SIMULATOR_API_KEY = 'imocha-simulator-key';

/** Everything that the sheet assumes or leaves open, each with the sheet's default first. */
export interface ImochaSwitches {
  /** Documented as text/plain, probably application/json on the wire (4.3). */
  contentType: 'text/plain; charset=utf-8' | 'application/json; charset=utf-8';
  /** Rate limit per key (14), taken when the simulator starts. */
  requestsPerSecond: number;
  burst: number;
  /** Whether a 429 says when to come back (14). */
  retryAfter: boolean;
  /** Endpoints that answer 404 when off (24, 10). */
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
  /** A page size beyond 50: cut silently or refused (4.2). */
  largePageSize: 'clamp' | 'reject';
  /** Whether the profile list has the inactive too (6.2). */
  listInactive: boolean;
  /** What a profile's skillId equals: U3. `own` equals nothing. */
  profileSkillId: 'skill.id' | 'taxonomySkillId' | 'own';
  /** Whether some taxonomy entries carry the tenant's own id, and profiles repeat it; null in all samples (4.5). */
  externalSkillIds: boolean;
  /** How scores nobody gave are written: self and combined were never null live, and may be (4.7). */
  unrated: 'mixed' | 'zero' | 'null';
  /** The shape of a single profile (6.1). */
  profileShape: 'profile' | 'items' | 'array' | 'skills';
  /** What a single profile of an unknown employee is (6.3). */
  unknownEmployee: '404' | '400' | '204' | 'empty' | 'null';
  /** Rows of the employee list without status, or with isActive in its place, or with flat HR fields (7). */
  employeeShape: 'nested' | 'isActive' | 'flat';
  /** The list of job profiles as a page or bare (9.1). */
  jobProfilesShape: 'page' | 'array';
  /** What an employee without a job profile is answered for a career path (11.1). */
  noCareerPath: 'empty' | '404';
  /** The shape of the weights (11.2); fractions are a list of channels too. */
  weightagesShape: 'channels' | 'array' | 'object' | 'fractions';

  /** What a changed status is answered with (8). */
  statusAnswer: 'record' | 'empty' | '204';
  /** Which ids the certificates' path takes: the external one is known, the vendor's own is not (11.6, U4). */
  certificateIds: 'both' | 'external';
  /** How long until the skills of an accepted certificate are on the profile; unknown (U17). */
  certificateMilliseconds: number;

  /** The open questions of the upsert (5.2), in the order of the sheet's table. */
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

/**
 * What the gateway asks of a provider. A provider fills the ports it can; an absent port means "cannot".
 * Every port throws ProviderError and nothing else; every id is the provider's own, as a string.
 */
import type { EmployeeRow, RatingRow, SkillRow } from './records.ts';
import type { Deadline } from './deadline.ts';
import type { ProviderError } from './problem.ts';
import type { Scale, WrittenValue } from './rating.ts';
import type { CareerPathRow, EmployeeExpectationsRow, JobProfileRow, SourceWeight } from './roles.ts';
import type { CallClients } from './callClients.ts';
import type { Receipt } from './receipt.ts';

/** What accompanies every call down to the socket. */
export interface Call {
  /** Aborting it aborts the request in progress and prevents further ones. */
  signal?: AbortSignal | undefined;
  /** What the call is for: an interactive request, a sync of the directory, or a task. */
  purpose: 'request' | 'walk' | 'task';
  /**
   * The clients on whose behalf the call is made, so that they take turns at the provider: a request's client, or a
   * task by its id. Absent where clients are not distinguished.
   */
  clients?: CallClients | undefined;
  /** Records the cost; absent unless the request asked for a receipt. */
  receipt?: Receipt | undefined;
  /**
   * The caller's: no attempt starts and no wait continues after it. An attempt of a task or sync that is in progress
   * then is aborted; that of a request continues, and warms the cache.
   */
  deadline?: Deadline | undefined;
  /**
   * Called for each employee, skill or rating that was received but unreadable, and is therefore missing in the answer.
   */
  onUnreadable?: ((record: UnreadableRecord) => void) | undefined;
  /** The gate that every write of a task passes before it is sent; absent for writes without a task. */
  sending?: Sending | undefined;
}

/**
 * Stands between a task's write and the socket, so that a worker sends only what it still owns, and knows what it sent.
 * The upstream consults it for each attempt of a write, never for reads.
 */
export interface Sending {
  /** The same for a request with only these of the items that `WritePort.run` was given. */
  of(items: readonly object[]): Sending;
  /**
   * To be awaited once the provider's limits admit the request: stores that it is about to be sent. Throws a
   * ProviderError where the worker no longer owns an item; then nothing may be sent.
   */
  announce(): Promise<void>;
  /**
   * To be called at the last instant before the first byte, once the connection is there, since the process may have
   * been paused for any time. Throws as `announce` does.
   */
  leave(): void;
}

/** What is known of an unreadable record. */
export interface UnreadableRecord {
  of: 'employees' | 'skills' | 'ratings';
  /** The record's id; for a rating the requested id, in a walk its employee's. Null where no id can be read. */
  id: string | null;
}

/** One page of a walk. Unreadable rows are left out, reported to `Call.onUnreadable` and counted as drift. */
export interface WalkPage<Row> {
  rows: Row[];
  /** The total number of rows as the provider reports it; null when it reports none. */
  total: number | null;
  /** Rating rows that came along with the page (iMocha-like profile pages); absent where none did. */
  ratings?: RatingRow[];
  /** In a walk of ratings: employees whose rows, possibly none, are all on this page. Absent where rows stand alone. */
  whole?: string[];
}

/** One page of changes. A row may also have changed before the requested time. */
export interface ChangesPage<Row> {
  rows: Row[];
  /** Ids of removed records, for ratings their only part; absent where the provider does not report removals. */
  removed?: string[];
  /**
   * Employees all of whose rating rows are on this page: those that it does not show are gone. Absent where rows stand
   * alone.
   */
  whole?: string[];
}

/** Pages through all records once, in the provider's order. Rows may repeat between pages: de-duplicate by id. */
export interface WalkPort<Row> {
  walk(call: Call): AsyncIterable<WalkPage<Row>>;
  /**
   * Pages through what changed since an instant (RFC 3339); absent where the provider cannot. Throws NOT_OFFERED where
   * it turns out not to offer that. Whether the instant itself is included is unknown, so callers overlap.
   */
  changedSince?(since: string, call: Call): AsyncIterable<ChangesPage<Row>>;
}

/** Walks all ratings. */
export interface RatingsWalkPort extends WalkPort<RatingRow> {
  /**
   * True where the walk is the provider's only bulk read: the directory keeps its rows and answers from them while
   * fresh.
   */
  keep: boolean;
}

/**
 * Reads the ratings of any number of employees, split into calls of `batchSize` internally. Answers rows of these
 * employees only; an unknown id has no rows. When an answer shows that the provider ignored the filter, throws
 * UNREADABLE with providerCode FILTER_IGNORED, and the caller falls back to the walk.
 */
export interface RatingsByEmployeesPort {
  /** The most ids per call. */
  batchSize: number;
  /** True where the provider may not honour the filter parameter; a full sync then probes it. */
  filtered: boolean;
  read(employeeIds: readonly string[], call: Call): Promise<RatingRow[]>;
}

/**
 * Reads the ratings of the given skills for all employees, with the same promises: rows of these skills only, and
 * FILTER_IGNORED where an answer shows others. Absent where the provider cannot; the rating snapshot then answers.
 */
export interface RatingsBySkillsPort {
  /** The most ids per call. */
  batchSize: number;
  /** True where the provider may not honour the filter parameter. */
  filtered: boolean;
  read(skillIds: readonly string[], call: Call): Promise<RatingRow[]>;
}

/** Reads a single rating row, for a global id that a client has kept. */
export interface RatingByPartsPort {
  /**
   * The index of the part that is the employee's id, so that rows of unknown employees need no call; absent where no
   * part is.
   */
  employeePart?: number;
  /** The row that these parts identify (`RatingRow.parts`); null when the provider has none. */
  read(parts: readonly string[], call: Call): Promise<RatingRow | null>;
}

/** Walks roles; the directory keeps them. */
export interface JobProfilesPort extends WalkPort<JobProfileRow> {
  /** One role with the skills it expects (`expectedSkills` is set); null where the provider does not have it. */
  read(remoteId: string, call: Call): Promise<JobProfileRow | null>;
}

/** Reads what the roles of any number of employees expect; unknown ids are left out. */
export interface SkillGapsPort {
  /** The most ids per call. */
  batchSize: number;
  read(employeeIds: readonly string[], call: Call): Promise<EmployeeExpectationsRow[]>;
}

/** Reads the roles suggested to one employee; none for an unknown one or one without suggestions. */
export interface CareerPathsPort {
  read(employeeId: string, call: Call): Promise<CareerPathRow[]>;
}

/** Reads how a provider weights its own rating sources, for the policy that follows these weights. */
export interface WeightagesPort {
  /**
   * Each source once, weights 0 or more, not normalized; empty when none is enabled. NOT_OFFERED where the account
   * lacks it.
   */
  read(call: Call): Promise<readonly SourceWeight[]>;
}

/**
 * A rating to write; `value` null assigns the skill unrated. `scale` is that of the skill's record in the directory.
 */
export interface RatingWrite {
  employeeId: string;
  skillId: string;
  value: WrittenValue | null;
  scale: Scale | null;
}

/** An employee to create or update; undefined fields are not sent. */
export interface EmployeeWrite {
  workEmail: string;
  employeeNumber?: string | undefined;
  givenName?: string | undefined;
  familyName?: string | undefined;
  jobTitle?: string | undefined;
  jobCode?: string | undefined;
  department?: string | undefined;
  location?: string | undefined;
  managerEmail?: string | undefined;
  managerRemoteId?: string | undefined;
  /** YYYY-MM-DD. */
  startDate?: string | undefined;
  /** YYYY-MM-DD. */
  exitDate?: string | undefined;
  employmentType?: string | undefined;
  grade?: string | undefined;
  band?: string | undefined;
  /** Fields to set; the record's others stay as they are. */
  customFields?: Readonly<Record<string, string>> | undefined;
  /** The provider's record that the directory knows under this key; null for none. */
  existing: EmployeeRow | null;
}

export type EmployeeField = Exclude<keyof EmployeeWrite, 'existing' | 'managerEmail' | 'managerRemoteId'> | 'manager';

/** A skill to remove from an employee, with all its ratings. */
export interface RatingRemoval {
  employeeId: string;
  skillId: string;
}

/** A status to set. `existing` is the record as the directory has it: some providers need all of it again. */
export interface StatusWrite {
  employeeId: string;
  active: boolean;
  existing: EmployeeRow;
}

/** A skill to create or update; undefined fields are not sent. */
export interface SkillWrite {
  /** The caller's stable id. */
  externalId: string;
  name: string;
  description?: string | undefined;
  /** Its name there. */
  category?: string | undefined;
  /** Whether it can be rated on the provider's standard levels. */
  rated?: boolean | undefined;
  /** False asks to archive it. */
  active?: boolean | undefined;
  /** The provider's record that the directory knows under this external id or name; null for none. */
  existing: SkillRow | null;
}

export type SkillField = Exclude<keyof SkillWrite, 'existing'>;

/** A certificate to add to an employee. */
export interface CertificateWrite {
  employeeId: string;
  title: string;
  /** Whether it is one of the provider's standard certificates. */
  isStandard: boolean;
  issuer?: string | undefined;
  /** YYYY-MM-DD. */
  validTill?: string | undefined;
  licenseNumber?: string | undefined;
}

/** The result of one item of a write. */
export type WriteResult<Row> =
  /** Took effect; `row` is what the provider stored, null when it does not show it. */
  | { state: 'done'; row: Row | null; remoteId: string | null; warnings: readonly string[] }
  /** Nothing had to be sent: the provider already has it. */
  | { state: 'skipped'; row: Row | null; remoteId: string | null; warnings: readonly string[] }
  /** The provider works on it; call `follow` later. */
  | { state: 'accepted'; providerTaskId: string }
  /** Did not take effect. `error.retryable` says whether the worker retries by itself. */
  | { state: 'failed'; error: ProviderError }
  /** Sent; whether it took effect is unknown. */
  | { state: 'unknown'; error: ProviderError };

/**
 * A write. `run` takes 1 to `batchSize` items and answers one result per item, in their order; it throws only when no
 * item was sent at all. A request with only some of the items names them (`Sending.of`). `repeat` says what a worker
 * that lost the answer may do: 'safe', run again (an upsert by key); 'afterReadBack', run again, because `run` itself
 * reads first what is there; 'never', end as unknown.
 */
export interface WritePort<Item, Row> {
  batchSize: number;
  repeat: 'safe' | 'afterReadBack' | 'never';
  run(items: readonly Item[], call: Call): Promise<WriteResult<Row>[]>;
  /**
   * Asks for the result of an accepted item; 'accepted' while it is pending. Throws NOT_FOUND for a task id that the
   * provider does not know or has forgotten. Present where `run` can answer 'accepted'.
   */
  follow?(providerTaskId: string, item: Item, call: Call): Promise<WriteResult<Row>>;
  /**
   * Like `follow`, for several items accepted under one task of the provider: one result per item, in their order.
   * Present where one call reports all of them; `follow` then serves single items.
   */
  followMany?(providerTaskId: string, items: readonly Item[], call: Call): Promise<WriteResult<Row>[]>;
}

export interface UpsertEmployeesPort extends WritePort<EmployeeWrite, EmployeeRow> {
  creates: boolean;
  updates: boolean;
  /** Fields that the provider stores; any other in the input is refused. */
  fields: readonly EmployeeField[];
  /** Fields that it requires to create a record. */
  required: readonly EmployeeField[];
  /**
   * What an update would lose of a record, because it cannot be sent again; null for nothing. Asked before a task
   * exists.
   */
  refuses?(write: EmployeeWrite): string | null;
}

export interface SetStatusPort extends WritePort<StatusWrite, EmployeeRow> {
  activates: boolean;
  deactivates: boolean;
  /** What it would lose of a record, because it cannot be sent again; null for nothing. Asked before a task exists. */
  refuses?(write: StatusWrite): string | null;
}

export interface UpsertSkillsPort extends WritePort<SkillWrite, SkillRow> {
  creates: boolean;
  updates: boolean;
  /** Fields that the provider stores or finds the record by; any other in the input is refused. */
  fields: readonly SkillField[];
  /** Fields that it requires to create a record. */
  required: readonly SkillField[];
}

export interface Ports {
  employees?: WalkPort<EmployeeRow>;
  skills?: WalkPort<SkillRow>;
  ratings?: RatingsWalkPort;
  ratingsByEmployees?: RatingsByEmployeesPort;
  ratingsBySkills?: RatingsBySkillsPort;
  ratingByParts?: RatingByPartsPort;
  rate?: WritePort<RatingWrite, RatingRow>;
  /**
   * Assigns a skill to an employee; `value` null means unrated, and then the worker has checked that it is not held
   * yet.
   */
  assign?: WritePort<RatingWrite, RatingRow>;
  /** Removes a skill; one that is not held counts as done. */
  remove?: WritePort<RatingRemoval, RatingRow>;
  upsertEmployees?: UpsertEmployeesPort;
  setStatus?: SetStatusPort;
  upsertSkills?: UpsertSkillsPort;
  /** Adds certificates; an accepted one may show in the provider's reads much later, or never. */
  addCertificates?: WritePort<CertificateWrite, never>;
  jobProfiles?: JobProfilesPort;
  skillGaps?: SkillGapsPort;
  careerPaths?: CareerPathsPort;
  weightages?: WeightagesPort;
}

/** An unreadable shape in an answer: names and types, never values. */
export interface DriftNote {
  operation: string;
  /** Path in the answer, array positions as *, e.g. results.*.skill_id. */
  path: string;
  expected: string;
  found: string;
}

/** A field of a record, and the type of its value in a word. */
export interface SampleField {
  name: string;
  type: string;
}

/** Reports drift. `sampleOf` describes the record in which it was found; it is only called where a sample is wanted. */
export type NoteDrift = (note: DriftNote, sampleOf?: () => readonly SampleField[]) => void;

/** Ports that are walked, and read for changes. */
export type WalkedPort = 'employees' | 'skills' | 'ratings';

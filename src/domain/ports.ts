/**
 * What the gateway asks of a provider. A provider fills the ports it can; an absent port means "cannot".
 * Every port throws ProviderError and nothing else; every id is the provider's own, as a string.
 */
import type { EmployeeRow, RatingRow, SkillRow } from './records.ts';
import type { ProviderError } from './problem.ts';
import type { Scale, WrittenValue } from './rating.ts';
import type { CareerPathRow, EmployeeExpectationsRow, JobProfileRow, SourceWeight } from './roles.ts';
import type { CallClients } from './callClients.ts';
import type { Receipt } from './receipt.ts';

/** What accompanies every call down to the socket. */
export interface Call {
  /** Aborting it aborts the request under way and starts no further one. */
  signal?: AbortSignal | undefined;
  /** Who pays: an interactive request, the directory's walk, or a task. */
  purpose: 'request' | 'walk' | 'task';
  /**
   * On whose behalf, so that they take turns at the provider: a request's client, or a task by its id. Absent where nobody
   * is told apart.
   */
  clients?: CallClients | undefined;
  /** Where the cost is written down; absent where nobody asked for it. */
  receipt?: Receipt | undefined;
  /**
   * Milliseconds on the scale of `performance.now()`: no try begins and no wait goes on after it. A try of a task or a walk
   * that is under way then is given up; a request's goes on, and warms the cache.
   */
  deadlineAt?: number | undefined;
  /** Hears of each employee, skill or rating that came and could not be read, and so is missing in the answer. */
  onUnreadable?: ((record: UnreadableRecord) => void) | undefined;
  /** What every write of a task passes on its way out; absent for writes of nobody's task. */
  sending?: Sending | undefined;
}

/**
 * Stands between a write of a task and the socket, so that a worker sends only what it still owns, and knows what it sent.
 * The upstream asks it for each try of a write; reads pass it by.
 */
export interface Sending {
  /** The same for a request that carries only these of the items that `WritePort.run` was given. */
  of(items: readonly object[]): Sending;
  /**
   * To be awaited once the request has had its turn under the provider's limits: stores that it is about to leave. Throws
   * a ProviderError where an item is no longer the worker's to send; then nothing may be sent.
   */
  announce(): Promise<void>;
  /**
   * To be called at the last instant before the first byte, with the connection at hand, since the process may have stood
   * still for any time since. Throws as `announce` does.
   */
  leave(): void;
}

/** What can be said of a record that could not be read. */
export interface UnreadableRecord {
  of: 'employees' | 'skills' | 'ratings';
  /** The record's own id; of a rating the id that was asked for, in a walk its employee's. Null where none can be read. */
  id: string | null;
}

/** One page of a walk. Rows that could not be read are left out, reported to `Call.onUnreadable` and counted as drift. */
export interface WalkPage<Row> {
  rows: Row[];
  /** Rows in the whole walk as the provider says; null when it does not. */
  total: number | null;
  /** Rating rows that came along with the page (iMocha-like profile pages); absent where none did. */
  ratings?: RatingRow[];
  /** Of a walk of ratings: employees all of whose rows are on this page, none perhaps. Absent where rows stand alone. */
  whole?: string[];
}

/** One page of what changed. A row may also have changed before the asked time. */
export interface ChangesPage<Row> {
  rows: Row[];
  /** Ids of records that are gone, of ratings their one part; absent where the provider does not tell. */
  removed?: string[];
  /** Employees all of whose rating rows are on this page: those that it does not show are gone. Absent where rows stand alone. */
  whole?: string[];
}

/** Pages through everything once, in the provider's order. Rows may repeat between pages: de-duplicate by id. */
export interface WalkPort<Row> {
  walk(call: Call): AsyncIterable<WalkPage<Row>>;
  /**
   * Pages through what changed since an instant (RFC 3339), absent where the provider cannot tell. NOT_OFFERED where it
   * turns out not to offer that. Callers overlap: whether the instant itself counts is unknown.
   */
  changedSince?(since: string, call: Call): AsyncIterable<ChangesPage<Row>>;
}

/** Walks all ratings. */
export interface RatingsWalkPort extends WalkPort<RatingRow> {
  /** True where the walk is the provider's only bulk read, so that the directory keeps its rows and answers from them while fresh. */
  keep: boolean;
}

/**
 * Reads ratings of the given employees: any number of ids, cut into calls of `batchSize` inside.
 * Answers rows of these employees only; an unknown id has no rows. When an answer shows that the provider ignored the
 * filter, throws UNREADABLE with providerCode FILTER_IGNORED, and the caller falls back to the walk.
 */
export interface RatingsByEmployeesPort {
  /** Ids that one provider call takes. */
  batchSize: number;
  /** True where the provider filters by a parameter that it might not honour; the directory then probes it once. */
  filtered: boolean;
  read(employeeIds: readonly string[], call: Call): Promise<RatingRow[]>;
}

/**
 * Reads the ratings of the given skills, whoever holds them, under the same promises as by employees: rows of these skills
 * only, and FILTER_IGNORED where an answer shows others. Absent where the provider cannot; its walk then answers.
 */
export interface RatingsBySkillsPort {
  /** Ids that one provider call takes. */
  batchSize: number;
  /** True where the provider filters by a parameter that it might not honour. */
  filtered: boolean;
  read(skillIds: readonly string[], call: Call): Promise<RatingRow[]>;
}

/** Reads single rating rows again, for a global id that a client kept. */
export interface RatingByPartsPort {
  /**
   * Which part is the id of the row's employee, so that a row of an employee whom the directory does not know need not be
   * asked for; absent where none is.
   */
  employeePart?: number;
  /** The row that these parts identify (`RatingRow.parts`); null when the provider has none. */
  read(parts: readonly string[], call: Call): Promise<RatingRow | null>;
}

/** Walks roles; the directory keeps them. */
export interface JobProfilesPort extends WalkPort<JobProfileRow> {
  /** One role with the skills it expects (`expectedSkills` is set); null when the provider does not know it. */
  read(remoteId: string, call: Call): Promise<JobProfileRow | null>;
}

/** Reads what the roles of employees expect: any number of ids; an unknown id is left out, its neighbours stand. */
export interface SkillGapsPort {
  /** Ids that one provider call takes. */
  batchSize: number;
  read(employeeIds: readonly string[], call: Call): Promise<EmployeeExpectationsRow[]>;
}

/** Reads the roles suggested to one employee; none for an employee without suggestions or unknown. */
export interface CareerPathsPort {
  read(employeeId: string, call: Call): Promise<CareerPathRow[]>;
}

/** Reads how a provider weights its own rating sources, for those who blend ratings as it does. */
export interface WeightagesPort {
  /** Each source once, weights 0 or more, not normalised; empty when none is enabled. Throws NOT_OFFERED where the account lacks it. */
  read(call: Call): Promise<readonly SourceWeight[]>;
}

/** A rating to write. `value` null is a bare tag. `scale` is the skill record's, known to the directory. */
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
  /** Set these; the record's others stay as they are. */
  customFields?: Readonly<Record<string, string>> | undefined;
  /** The record there that the directory already knows under this key; null when none is known. */
  existing: EmployeeRow | null;
}

export type EmployeeField = Exclude<keyof EmployeeWrite, 'existing' | 'managerEmail' | 'managerRemoteId'> | 'manager';

/** A skill to take from an employee, with all that is said of it there. */
export interface RatingRemoval {
  employeeId: string;
  skillId: string;
}

/** A status to set. `existing` is the record as the directory knows it: some providers must be sent all of it again. */
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
  /** The record there that the directory already knows under this external id or name; null when none is known. */
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

/** What became of one item of a write. */
export type WriteResult<Row> =
  /** Took effect; `row` is what the provider says it stored, null when it does not show it. */
  | { state: 'done'; row: Row | null; remoteId: string | null; warnings: readonly string[] }
  /** Nothing had to be sent: it is so already. */
  | { state: 'skipped'; row: Row | null; remoteId: string | null; warnings: readonly string[] }
  /** The provider works on it; ask `follow` later. */
  | { state: 'accepted'; providerTaskId: string }
  /** Did not take effect. `error.retryable` says whether the worker tries again by itself. */
  | { state: 'failed'; error: ProviderError }
  /** Sent, and nothing says whether it took effect. */
  | { state: 'unknown'; error: ProviderError };

/**
 * A write. `run` takes 1 to `batchSize` items and answers one result per item, in their order; it throws only when not
 * even one item was sent. A request that carries some of the items alone says which (`Sending.of`). `repeat` says what a worker that lost the answer may do: 'safe' run again (an upsert by key),
 * 'afterReadBack' run again because `run` itself reads first what is there, 'never' end as unknown.
 */
export interface WritePort<Item, Row> {
  batchSize: number;
  repeat: 'safe' | 'afterReadBack' | 'never';
  run(items: readonly Item[], call: Call): Promise<WriteResult<Row>[]>;
  /**
   * Asks what became of an accepted item; 'accepted' again while it is pending. A task id that the provider does not know
   * (any more) throws NOT_FOUND. Present where `run` can answer 'accepted'.
   */
  follow?(providerTaskId: string, item: Item, call: Call): Promise<WriteResult<Row>>;
  /**
   * As `follow`, for several items that were accepted under one task of the provider: one result per item, in their order.
   * Present where one call of the provider tells of all of them; `follow` then stays for single items.
   */
  followMany?(providerTaskId: string, items: readonly Item[], call: Call): Promise<WriteResult<Row>[]>;
}

export interface UpsertEmployeesPort extends WritePort<EmployeeWrite, EmployeeRow> {
  creates: boolean;
  updates: boolean;
  /** Fields the provider stores; any other in the input is refused. */
  fields: readonly EmployeeField[];
  /** Fields without which it refuses to create. */
  required: readonly EmployeeField[];
  /** What of a record an update would lose, since it cannot be sent again; null when nothing. Asked before a task exists. */
  refuses?(write: EmployeeWrite): string | null;
}

export interface SetStatusPort extends WritePort<StatusWrite, EmployeeRow> {
  activates: boolean;
  deactivates: boolean;
  /** What of a record it cannot send again and would therefore lose; null when nothing. Asked before a task exists. */
  refuses?(write: StatusWrite): string | null;
}

export interface UpsertSkillsPort extends WritePort<SkillWrite, SkillRow> {
  creates: boolean;
  updates: boolean;
  /** Fields the provider stores, or finds the record by; any other in the input is refused. */
  fields: readonly SkillField[];
  /** Fields without which it refuses to create. */
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
  /** Makes an employee hold a skill; `value` null is a bare tag. The worker has checked that a bare tag is not held yet. */
  assign?: WritePort<RatingWrite, RatingRow>;
  /** Takes a skill away; what is not held (any more) is done. */
  remove?: WritePort<RatingRemoval, RatingRow>;
  upsertEmployees?: UpsertEmployeesPort;
  setStatus?: SetStatusPort;
  upsertSkills?: UpsertSkillsPort;
  /** Adds certificates; what the provider accepted may show in its reads much later, or never. */
  addCertificates?: WritePort<CertificateWrite, never>;
  jobProfiles?: JobProfilesPort;
  skillGaps?: SkillGapsPort;
  careerPaths?: CareerPathsPort;
  weightages?: WeightagesPort;
}

/** A shape in an answer that could not be read: names and types, never values. */
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

/** Takes note of drift. `sampleOf` shows the record in which it was found, and is only called where a sample is wanted. */
export type NoteDrift = (note: DriftNote, sampleOf?: () => readonly SampleField[]) => void;

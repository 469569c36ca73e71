/**
 * What an integration may be able to do. The reads are names; each kind of write is one row of WRITES, and every list of
 * kinds is derived from it: the graph's enums, the capabilities, the scopes, the costs, the ports and the order of items.
 *
 * A new kind of write is its port in `ports.ts`, a row here, its command in `src/tasks/commands`, its mutation in
 * `schema/task` with the import that loads it, and the port's implementation in each provider that can do it.
 */
import type { Scope } from './access.ts';
import type { Ports, WritePort } from './ports.ts';
import { employeeOutcome, noOutcome, ratingOutcome, skillOutcome, type ItemOutcome } from './writeOutcome.ts';

/** Names of the ports that write. */
export type WritePortName = {
  [Port in keyof Ports]-?: NonNullable<Ports[Port]> extends { repeat: unknown } ? Port : never;
}[keyof Ports];

/** What a write port is given for each item. */
export type WriteOf<Port extends WritePortName> =
  NonNullable<Ports[Port]> extends WritePort<infer Write, infer _> ? Write : never;

/** What a write port says it stored. */
export type RowOf<Port extends WritePortName> =
  NonNullable<Ports[Port]> extends WritePort<infer _, infer Row> ? Row : never;

/** What is written. */
export type Written = 'rating' | 'employee' | 'skill' | 'certificate';

/** One kind of write. */
export interface WriteOperation<Port extends WritePortName> {
  /** The graph's name for it, as a TaskKind and as an Operation. */
  readonly kind: string;
  /** The mutation that starts it. */
  readonly mutation: string;
  /** What a viewer needs to start, retry and cancel it. */
  readonly scope: Scope;
  readonly writes: Written;
  /** What an item shows of the row and the id that the port answers with. */
  outcome(row: RowOf<Port> | null, remoteId: string | null): ItemOutcome | null;
  /**
   * What an item writes to, within its integration: writes of one subject keep their order. Null where no order is kept.
   * A pair of ids is a rating; a record is nested, so that no record's id equals a pair.
   */
  subject(write: WriteOf<Port>): readonly unknown[] | null;
  /** Whether it makes earlier unsent writes of the same subject pointless. */
  supersedes(write: WriteOf<Port>): boolean;
  /** What a port that is there cannot do of all that the operation means; null where there is nothing to say. */
  limits(port: NonNullable<Ports[Port]>): string | null;
}

function ratingSubject({ employeeId, skillId }: { employeeId: string; skillId: string }): readonly string[] {
  return [employeeId, skillId];
}

/** A skill assigned without a value sets no rating, so that it supersedes none. */
function setsRating({ value }: { value: unknown }): boolean {
  return value !== null;
}

/** Every kind of write by the name of its port, in the order in which the graph lists them. */
export const WRITES = {
  assign: {
    kind: 'ASSIGN_SKILLS',
    mutation: 'assignSkills',
    scope: 'ratings:write',
    writes: 'rating',
    outcome: ratingOutcome,
    subject: ratingSubject,
    supersedes: setsRating,
    limits: () => null,
  },
  rate: {
    kind: 'RATE_SKILLS',
    mutation: 'rateSkills',
    scope: 'ratings:write',
    writes: 'rating',
    outcome: ratingOutcome,
    subject: ratingSubject,
    supersedes: setsRating,
    limits: () => null,
  },
  remove: {
    kind: 'REMOVE_SKILLS',
    mutation: 'removeSkills',
    scope: 'ratings:write',
    writes: 'rating',
    outcome: noOutcome,
    subject: ratingSubject,
    supersedes: () => true,
    limits: () => null,
  },
  // An upsert merges fields, so that it supersedes none. Nothing names an employee that is to be created.
  upsertEmployees: {
    kind: 'UPSERT_EMPLOYEES',
    mutation: 'upsertEmployees',
    scope: 'employees:write',
    writes: 'employee',
    outcome: employeeOutcome,
    subject: ({ existing }) => existing && [['employee', existing.remoteId]],
    supersedes: () => false,
    limits: createsOrUpdates,
  },
  setStatus: {
    kind: 'SET_EMPLOYEE_STATUS',
    mutation: 'setEmployeeStatus',
    scope: 'employees:write',
    writes: 'employee',
    outcome: employeeOutcome,
    subject: ({ existing }) => [['employee', existing.remoteId]],
    supersedes: () => false,
    limits: ({ activates, deactivates }) => half(activates, 'Activates only.', deactivates, 'Deactivates only.'),
  },
  upsertSkills: {
    kind: 'UPSERT_SKILLS',
    mutation: 'upsertSkills',
    scope: 'skills:write',
    writes: 'skill',
    outcome: skillOutcome,
    subject: ({ externalId }) => [['skill', externalId]],
    supersedes: () => false,
    limits: createsOrUpdates,
  },
  // Certificates only add up: no order is kept.
  addCertificates: {
    kind: 'ADD_CERTIFICATES',
    mutation: 'addCertificates',
    scope: 'ratings:write',
    writes: 'certificate',
    outcome: noOutcome,
    subject: () => null,
    supersedes: () => false,
    limits: () => 'What is accepted may show much later, or never.',
  },
} as const satisfies { [Port in WritePortName]: WriteOperation<Port> };

function createsOrUpdates({ creates, updates }: { creates: boolean; updates: boolean }): string | null {
  return half(creates, 'Creates only.', updates, 'Updates only.');
}

function half(one: boolean, onlyOne: string, other: boolean, onlyOther: string): string | null {
  if (one === other) return null;
  return one ? onlyOne : onlyOther;
}

/** The row of a port, typed by it. */
export function writeOperation<Port extends WritePortName>(port: Port): WriteOperation<Port> {
  const rows: { readonly [Name in WritePortName]: WriteOperation<Name> } = WRITES;
  return rows[port];
}

/** A kind of write; one task does one kind. */
export type WriteKind = (typeof WRITES)[WritePortName]['kind'];

const ROWS = Object.entries(WRITES) as [WritePortName, (typeof WRITES)[WritePortName]][];

export const WRITE_KINDS: readonly WriteKind[] = ROWS.map(([, { kind }]) => kind);

/** A sentence about each kind of write for the graph: its mutation. */
export const WRITE_DESCRIPTIONS = recordOf(({ mutation }) => `\`${mutation}\`.`);

/** What a viewer needs to start, retry and cancel a task of a kind. */
export const WRITE_SCOPES = recordOf<Scope>(({ scope }) => scope);

function recordOf<Value>(valueOf: (row: (typeof WRITES)[WritePortName]) => Value): Readonly<Record<WriteKind, Value>> {
  return Object.fromEntries(ROWS.map(([, row]) => [row.kind, valueOf(row)])) as Record<WriteKind, Value>;
}

/** What can be read, by the names of the graph's Operation. */
const READ_OPERATIONS = [
  'READ_EMPLOYEES',
  'READ_SKILLS',
  'READ_RATINGS_BY_EMPLOYEE',
  'READ_RATINGS_BY_SKILL',
  'READ_JOB_PROFILES',
  'READ_SKILL_GAPS',
  'READ_CAREER_PATHS',
  'READ_WEIGHTS',
  'READ_CHANGES',
] as const;

export type Operation = (typeof READ_OPERATIONS)[number] | WriteKind;

/** What an integration may be able to do; the names are those of the graph's Operation. */
export const OPERATIONS: readonly Operation[] = [...READ_OPERATIONS, ...WRITE_KINDS];

/** The port of each kind of write. */
export const WRITE_PORTS: ReadonlyMap<Operation, WritePortName> = new Map(ROWS.map(([port, { kind }]) => [kind, port]));

/** The operation that a call belongs to: adapters name their calls after the ports. */
export const OPERATION_OF_CALL: Readonly<Record<string, Operation>> = {
  employees: 'READ_EMPLOYEES',
  skills: 'READ_SKILLS',
  ratingsByEmployees: 'READ_RATINGS_BY_EMPLOYEE',
  ratingsBySkills: 'READ_RATINGS_BY_SKILL',
  jobProfiles: 'READ_JOB_PROFILES',
  skillGaps: 'READ_SKILL_GAPS',
  careerPaths: 'READ_CAREER_PATHS',
  weightages: 'READ_WEIGHTS',
  ...Object.fromEntries(ROWS.map(([port, { kind }]) => [port, kind])),
};

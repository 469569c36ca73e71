import type { Viewer } from './access.ts';

/** The outcome of a requested write. */
export type AuditOutcome =
  /** Stored as a task. */
  | 'started'
  /** The task of an earlier call with the same idempotency key. */
  | 'replayed'
  /** A dry run without errors. */
  | 'checked'
  /** Refused with errors that the caller can correct. */
  | 'userErrors'
  /** A scope was missing. */
  | 'forbidden'
  /** Over a limit or the remaining budget, or with invalid variables: nothing ran. */
  | 'refused'
  | 'cancelled'
  /** Records were joined or parted. */
  | 'linked'
  /** A webhook was scheduled again. */
  | 'redelivered'
  /** No answer: it may or may not have been stored. */
  | 'failed';

/** One write: who, what, when, and the task. Only names and counts, never values or people. */
export interface AuditEntry {
  at: string;
  tenant: string;
  client: string | null;
  /** Of the token; null for keys. */
  issuer: string | null;
  requestId: string | null;
  /** The field of Mutation. */
  mutation: string;
  outcome: AuditOutcome;
  /** Its global id. */
  task: string | null;
  /** Items of the input; null where it has none. */
  items: number | null;
  /** Where it is written. */
  integrations: readonly string[];
}

/** The fields that say who and when, for an entry made now. */
export function signature(
  { tenant, client, issuer }: Pick<Viewer, 'tenant' | 'client' | 'issuer'>,
  requestId: string | null,
): Pick<AuditEntry, 'at' | 'tenant' | 'client' | 'issuer' | 'requestId'> {
  return { at: new Date().toISOString(), tenant, client, issuer: issuer ?? null, requestId };
}

/** Records every write, accepted or refused. */
export interface Audit {
  note(entry: AuditEntry): void;
}

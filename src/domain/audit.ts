import type { Viewer } from './access.ts';

/** What became of a write that somebody asked for. */
export type AuditOutcome =
  /** Stored as a task. */
  | 'started'
  /** The task of an earlier call with the same idempotency key. */
  | 'replayed'
  /** Only checked, and nothing to correct. */
  | 'checked'
  /** Refused with what to correct. */
  | 'userErrors'
  /** A scope was missing. */
  | 'forbidden'
  /** Over a limit or what is left of the budget, or its variables do not fit: nothing ran. */
  | 'refused'
  | 'cancelled'
  /** Records were joined or parted. */
  | 'linked'
  /** A webhook was made due. */
  | 'redelivered'
  /** No answer: it may or may not have been stored. */
  | 'failed';

/** One write: who, what, when, and the task. Names and counts alone, never values or people. */
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

/** Who and when, of an entry that is made now. */
export function signature(
  { tenant, client, issuer }: Pick<Viewer, 'tenant' | 'client' | 'issuer'>,
  requestId: string | null,
): Pick<AuditEntry, 'at' | 'tenant' | 'client' | 'issuer' | 'requestId'> {
  return { at: new Date().toISOString(), tenant, client, issuer: issuer ?? null, requestId };
}

/** Takes note of every write, accepted or refused. */
export interface Audit {
  note(entry: AuditEntry): void;
}

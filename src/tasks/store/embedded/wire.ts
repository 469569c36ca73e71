/** What the database thread and its facade say to each other. */

export interface WireRequest {
  id: number;
  /** Null closes the database; it answers once all is written. */
  text: string | null;
  params?: readonly unknown[] | undefined;
}

/** A database error, flattened: an Error loses its own properties on the way between threads. */
export interface WireError {
  message: string;
  code?: string | undefined;
  detail?: string | undefined;
}

export type WireMessage =
  | { kind: 'ready' }
  | { kind: 'result'; id: number; rows: unknown[]; rowCount: number }
  | { kind: 'error'; id: number; error: WireError }
  | { kind: 'notification'; channel: string; payload: string }
  /** The database is of no use any more. */
  | { kind: 'fatal'; error: WireError };

/** When a write was stored, in milliseconds, and whether it created the record. */
export interface WriteStamp {
  at: number;
  created: boolean;
}

/** Written records of one kind that reads may not show yet. */
export interface PendingWritesState {
  written: readonly (readonly [id: string, at: WriteStamp])[];
  /** When the full sync began whose records are held; null before the first. */
  walkedFrom: number | null;
}

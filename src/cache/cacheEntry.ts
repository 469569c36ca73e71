/** One entity as it was read from a provider. Times are milliseconds since the epoch. */
export interface Copy<Value> {
  value: Value;
  /** When the answer came. */
  at: number;
  /** When the read began: what was written since may be missing. */
  began: number;
}

/** How long copies of one kind are good for, counted from when they were read. */
export interface Ages {
  /** Up to here a copy answers and nobody is asked. */
  freshMs: number;
  /** Up to here it answers at once, and one refresh runs beside it. */
  staleMs: number;
  /** Up to here it stands in for a provider that fails or is too late. */
  errorMs: number;
}

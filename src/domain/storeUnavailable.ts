export interface StoreUnavailableOptions extends ErrorOptions {
  /** True where the store refused, and so stored nothing; otherwise a write may or may not be stored. */
  refused?: boolean;
}

/** A store is unreachable, full, or refuses writes. The message is for the operator. */
export class StoreUnavailableError extends Error {
  override readonly name: string = 'StoreUnavailableError';
  readonly refused: boolean;

  constructor(message: string, { refused = false, ...options }: StoreUnavailableOptions = {}) {
    super(message, options);
    this.refused = refused;
  }
}

export interface StoreUnavailableOptions extends ErrorOptions {
  /** True where the store said no, so that it kept nothing of the request; otherwise a write may or may not be stored. */
  refused?: boolean;
}

/** A store cannot do what it was asked now: it is away, full, or takes no writes. The message is for whoever runs it. */
export class StoreUnavailableError extends Error {
  override readonly name: string = 'StoreUnavailableError';
  readonly refused: boolean;

  constructor(message: string, { refused = false, ...options }: StoreUnavailableOptions = {}) {
    super(message, options);
    this.refused = refused;
  }
}

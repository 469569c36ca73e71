/** The first read of something: until it has ended, what is missing may only not have been read yet. */
export class FirstRead {
  #isPending = true;
  #resolve = () => {};
  /** Resolves once the read has ended, well or not. */
  readonly ended: Promise<void>;

  constructor() {
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get isPending(): boolean {
    return this.#isPending;
  }

  end(): void {
    this.#isPending = false;
    this.#resolve();
  }
}

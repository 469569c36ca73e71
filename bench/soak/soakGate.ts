/** Holds turns of work back while something is measured. */
export class SoakGate {
  #atWork = 0;
  #paused: PromiseWithResolvers | null = null;
  #idle: (() => void) | null = null;
  #ended = false;

  /** One turn after another until the end, none while there is a pause. Rejects when a turn does. */
  async run(turn: () => Promise<void>): Promise<void> {
    while (!this.#ended) {
      if (this.#paused) {
        await this.#paused.promise;
        continue;
      }
      this.#atWork += 1;
      try {
        await turn();
      } finally {
        this.#atWork -= 1;
        if (this.#atWork === 0) this.#idle?.();
      }
    }
  }

  /** Begins no more turns and waits for those under way. */
  async pause(): Promise<void> {
    const { promise, resolve } = withResolvers();
    this.#paused = { promise, resolve };
    if (this.#atWork > 0) await new Promise<void>((idle) => (this.#idle = idle));
    this.#idle = null;
  }

  resume(): void {
    this.#paused?.resolve();
    this.#paused = null;
  }

  /** Lets nobody begin another turn, also after a pause. */
  end(): void {
    this.#ended = true;
    this.resume();
  }
}

interface PromiseWithResolvers {
  promise: Promise<void>;
  resolve: () => void;
}

/** Promise.withResolvers comes with Node.js 22. */
function withResolvers(): PromiseWithResolvers {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

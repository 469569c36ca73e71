/** What one request cost one integration. */
export interface ReceiptLine {
  /** Requests sent to the provider, repeated ones and `sharedCalls` among them. */
  calls: number;
  /** Of these, calls of work that another request began and this one waited for. */
  sharedCalls: number;
  /** Of these, calls that were answered with an error, failed or were aborted. */
  failedCalls: number;
  /** Batches of loaders, each for any number of people or records. */
  batches: number;
  /** Rows that the calls returned. */
  rows: number;
  /** Results, one per person or record, that came from the cache instead of a call. */
  cacheHits: number;
  milliseconds: {
    /** For how long at least one call was awaited, including waits for the pool and pauses between attempts. */
    waited: number;
    /** The sum of all calls, including concurrent ones. */
    sum: number;
  };
}

export interface ReceiptReport {
  /** By integration, only those that were used. */
  integrations: Record<string, ReceiptLine>;
  /** All of them together. They are awaited concurrently, so `waited` is less than their sum. */
  total: ReceiptLine;
}

/**
 * Records what one request costs the providers. Travels on `Call`; absent unless the request asked for it. Calls that
 * are in progress when the report is made count as far as they have come.
 */
export class Receipt {
  readonly #now: () => number;
  readonly #tallies = new Map<string, Tally>();
  readonly #waits = new Stopwatch();
  readonly #joined = new Map<Receipt, { isShared: boolean }>();

  /** `now` returns milliseconds; only tests replace it. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Records a batch of a loader, and how many of its results came from the cache. */
  batch(integration: string, cacheHits: number): void {
    const tally = this.#tally(integration);
    tally.batches += 1;
    tally.cacheHits += cacheHits;
  }

  /** Records rows that calls returned. */
  rows(integration: string, count: number): void {
    this.#tally(integration).rows += count;
  }

  /** Records a request that is sent now. The returned function is to be called once, when it has ended. */
  call(integration: string): (hasFailed: boolean) => void {
    const tally = this.#tally(integration);
    tally.calls += 1;
    tally.runs.start(this.#now());
    return (hasFailed) => {
      if (hasFailed) tally.failedCalls += 1;
      tally.runs.stop(this.#now());
    };
  }

  /** Records that an answer is awaited from now on. The returned function is to be called once, when it has arrived. */
  wait(integration: string): () => void {
    const { waits } = this.#tally(integration);
    const began = this.#now();
    waits.start(began);
    this.#waits.start(began);
    return () => {
      const ended = this.#now();
      waits.stop(ended);
      this.#waits.stop(ended);
    };
  }

  /**
   * Includes the cost of work shared by several requests, which has a receipt of its own; once, however often joined.
   */
  join(receipt: Receipt, isShared: boolean): void {
    if (!this.#joined.has(receipt)) this.#joined.set(receipt, { isShared });
  }

  report(): ReceiptReport {
    const now = this.#now();
    const integrations: Record<string, ReceiptLine> = {};
    for (const [name, tally] of this.#tallies) integrations[name] = tally.line(now);
    for (const [receipt, { isShared }] of this.#joined) {
      for (const [name, line] of Object.entries(receipt.report().integrations)) {
        const waited = integrations[name]?.milliseconds.waited ?? 0;
        const sum = added(integrations[name] ?? NOTHING, isShared ? { ...line, sharedCalls: line.calls } : line);
        // The wait is measured here, since the shared work may have begun long before.
        integrations[name] = { ...sum, milliseconds: { ...sum.milliseconds, waited } };
      }
    }
    const total = Object.values(integrations).reduce(added, NOTHING);
    return {
      integrations,
      total: { ...total, milliseconds: { ...total.milliseconds, waited: tenths(this.#waits.busy(now)) } },
    };
  }

  #tally(integration: string): Tally {
    let tally = this.#tallies.get(integration);
    if (!tally) this.#tallies.set(integration, (tally = new Tally()));
    return tally;
  }
}

class Tally {
  calls = 0;
  failedCalls = 0;
  batches = 0;
  rows = 0;
  cacheHits = 0;
  readonly runs = new Stopwatch();
  readonly waits = new Stopwatch();

  line(now: number): ReceiptLine {
    const { calls, failedCalls, batches, rows, cacheHits } = this;
    const milliseconds = { waited: tenths(this.waits.busy(now)), sum: tenths(this.runs.sum(now)) };
    return { calls, sharedCalls: 0, failedCalls, batches, rows, cacheHits, milliseconds };
  }
}

/** Measures time spans that may overlap: their union and their sum. */
class Stopwatch {
  #running = 0;
  #at = 0;
  #busy = 0;
  #sum = 0;

  start(now: number): void {
    this.#pass(now);
    this.#running += 1;
  }

  stop(now: number): void {
    this.#pass(now);
    this.#running -= 1;
  }

  busy(now: number): number {
    this.#pass(now);
    return this.#busy;
  }

  sum(now: number): number {
    this.#pass(now);
    return this.#sum;
  }

  #pass(now: number): void {
    const passed = now - this.#at;
    this.#at = now;
    if (this.#running > 0) this.#busy += passed;
    this.#sum += passed * this.#running;
  }
}

const NOTHING: ReceiptLine = {
  calls: 0,
  sharedCalls: 0,
  failedCalls: 0,
  batches: 0,
  rows: 0,
  cacheHits: 0,
  milliseconds: { waited: 0, sum: 0 },
};

function added(a: ReceiptLine, b: ReceiptLine): ReceiptLine {
  return {
    calls: a.calls + b.calls,
    sharedCalls: a.sharedCalls + b.sharedCalls,
    failedCalls: a.failedCalls + b.failedCalls,
    batches: a.batches + b.batches,
    rows: a.rows + b.rows,
    cacheHits: a.cacheHits + b.cacheHits,
    milliseconds: {
      waited: tenths(a.milliseconds.waited + b.milliseconds.waited),
      sum: tenths(a.milliseconds.sum + b.milliseconds.sum),
    },
  };
}

/** A tenth of a millisecond is precise enough for a call over a network. */
function tenths(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}

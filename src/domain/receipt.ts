/** What one integration was asked for the sake of one request. */
export interface ReceiptLine {
  /** Requests sent to the provider, repeated ones and `sharedCalls` among them. */
  calls: number;
  /** Of these, calls of work that another request began and this one waited for. */
  sharedCalls: number;
  /** Of these, calls that were answered with an error, broke off or were called off. */
  failedCalls: number;
  /** Questions that loaders put, each for as many people or records as there were to ask for. */
  batches: number;
  /** Rows that the calls brought. */
  rows: number;
  /** Answers, one a person or record, that copies gave in place of calls. */
  cacheHits: number;
  milliseconds: {
    /** How long at least one call was waited for; places in the pool and pauses between tries are part of it. */
    waited: number;
    /** All calls added up, those too that ran at the same time. */
    sum: number;
  };
}

export interface ReceiptReport {
  /** By integration; those alone that something was asked of. */
  integrations: Record<string, ReceiptLine>;
  /** All of them together. They are waited for at once, so `waited` is less than their sum. */
  total: ReceiptLine;
}

/**
 * What one request costs the providers, written down as it happens. Travels on `Call`; absent where nobody asked for it.
 * What is still under way when the report is made counts as far as it has come.
 */
export class Receipt {
  readonly #now: () => number;
  readonly #tallies = new Map<string, Tally>();
  readonly #waits = new Stopwatch();
  readonly #joined = new Map<Receipt, { isShared: boolean }>();

  /** `now` gives milliseconds; only tests replace it. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Notes a question of a loader, and how many of its answers copies gave. */
  batch(integration: string, cacheHits: number): void {
    const tally = this.#tally(integration);
    tally.batches += 1;
    tally.cacheHits += cacheHits;
  }

  /** Notes rows that calls brought. */
  rows(integration: string, count: number): void {
    this.#tally(integration).rows += count;
  }

  /** Notes a request that goes out now. The function is to be called once, when it has ended. */
  call(integration: string): (hasFailed: boolean) => void {
    const tally = this.#tally(integration);
    tally.calls += 1;
    tally.runs.start(this.#now());
    return (hasFailed) => {
      if (hasFailed) tally.failedCalls += 1;
      tally.runs.stop(this.#now());
    };
  }

  /** Notes that an answer is waited for from now on. The function is to be called once, when it is there. */
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

  /** Takes over what work for several requests costs, which keeps a receipt of its own, now and later; once, however often joined. */
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
        // Waited for by the other's clock, which may have begun long before.
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

/** Measures stretches of time that may overlap: how long any lasted, and all added up. */
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

/** A tenth of a millisecond says all there is to say of a call over a network. */
function tenths(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}

/** What calls of the last minutes say of a provider. */
export interface HealthFigures {
  /** Calls counted. */
  calls: number;
  /** Milliseconds; null without calls. */
  latencyP50Ms: number | null;
  latencyP99Ms: number | null;
  /** Share of failed calls, 0 to 1; null without calls. */
  errorRate: number | null;
}

const SLOT_MS = 10_000;
/** Five minutes. */
const SLOTS = 30;
/** Each bucket's times are at most a tenth longer than the one's before: figures are right to 5 %. */
const GROWTH = Math.log(1.1);
/** Up to 1.1^130, some four minutes; longer ones count as that. */
const BUCKETS = 130;

interface Slot {
  /** Which ten seconds since 1970. */
  number: number;
  failures: number;
  /** Calls by their time. */
  buckets: Uint32Array;
}

/** Counts calls by time and outcome over the last five minutes, in slots of ten seconds: 16 KB, however many there are. */
export class Health {
  readonly #now: () => number;
  readonly #slots: Slot[] = Array.from({ length: SLOTS }, () => ({
    number: -1,
    failures: 0,
    buckets: new Uint32Array(BUCKETS),
  }));

  /** `now` in milliseconds since 1970. */
  constructor(now: () => number) {
    this.#now = now;
  }

  count(milliseconds: number, failed: boolean): void {
    const number = Math.floor(this.#now() / SLOT_MS);
    const slot = this.#slots[number % SLOTS];
    if (!slot) return;
    if (slot.number !== number) {
      slot.number = number;
      slot.failures = 0;
      slot.buckets.fill(0);
    }
    if (failed) slot.failures += 1;
    const bucket = bucketOf(milliseconds);
    slot.buckets[bucket] = (slot.buckets[bucket] ?? 0) + 1;
  }

  get figures(): HealthFigures {
    const last = Math.floor(this.#now() / SLOT_MS);
    const sums = new Float64Array(BUCKETS);
    let [calls, failures] = [0, 0];
    for (const slot of this.#slots) {
      if (slot.number <= last - SLOTS || slot.number > last) continue;
      failures += slot.failures;
      slot.buckets.forEach((count, bucket) => {
        calls += count;
        sums[bucket] = (sums[bucket] ?? 0) + count;
      });
    }
    if (calls === 0) return { calls, latencyP50Ms: null, latencyP99Ms: null, errorRate: null };
    return {
      calls,
      latencyP50Ms: quantile(sums, calls * 0.5),
      latencyP99Ms: quantile(sums, calls * 0.99),
      errorRate: failures / calls,
    };
  }
}

function bucketOf(milliseconds: number): number {
  return Math.min(BUCKETS - 1, Math.max(0, Math.round(Math.log(Math.max(1, milliseconds)) / GROWTH)));
}

/** The time of the bucket in which so many calls are reached. */
function quantile(buckets: Float64Array, calls: number): number {
  let reached = 0;
  const bucket = buckets.findIndex((count) => (reached += count) >= calls);
  return Math.round(Math.exp(bucket * GROWTH));
}

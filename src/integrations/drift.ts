import type { DriftNote, SampleField } from '../domain/ports.ts';

/** A kind of drift: one shape that could not be read at one place, with how often it came. */
export interface Drift extends DriftNote {
  count: number;
  lastSeenAt: string;
  /** Fields of the first record in which it was found; empty where there was none. */
  sample: readonly SampleField[];
}

/** Kinds kept of an integration; beyond, the one seen longest ago makes room. */
const MAX_KINDS = 1000;
/** Kinds told to other replicas, the latest: a kilobyte each with their samples, in every change of the status… */
const MAX_TOLD = 20;
/** …which known kinds make no oftener: each row of a bad page counts as one more. */
const TELL_MS = 10_000;
/** Two walks apart and some more: what is still there is seen again within. */
const RECENT_MS = 35 * 60_000;

/** Shapes that could not be read since the start, here and, as far as it tells, where the walks are done. */
export class DriftKinds {
  /** By what makes them one kind, the one seen longest ago first. */
  readonly #kinds = new Map<string, Drift>();
  readonly #now: () => number;
  #elsewhere: readonly Drift[] = [];
  #lastSeenAt = -Infinity;
  #told: { at: number; kinds: readonly Drift[] } | null = null;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Counts one. The kind where it is a new one, else null. */
  note(note: DriftNote, sampleOf: () => readonly SampleField[] = () => []): Drift | null {
    const key = keyOf(note);
    const known = this.#kinds.get(key);
    this.#lastSeenAt = this.#now();
    const lastSeenAt = new Date(this.#lastSeenAt).toISOString();
    const kind = known ?? { ...note, count: 0, lastSeenAt, sample: sampleOf() };
    Object.assign(kind, { count: kind.count + 1, lastSeenAt });
    this.#kinds.delete(key);
    this.#kinds.set(key, kind);
    const [oldest] = this.#kinds.keys();
    if (oldest !== undefined && this.#kinds.size > MAX_KINDS) this.#kinds.delete(oldest);
    if (known) return null;
    this.#told = null;
    return kind;
  }

  /** Takes what another replica tells of its own, in place of what it told before. */
  foundElsewhere(kinds: readonly Drift[]): void {
    this.#elsewhere = kinds;
  }

  /** What was found here, for other replicas. */
  get told(): readonly Drift[] {
    const at = this.#now();
    if (!this.#told || at - this.#told.at >= TELL_MS) {
      this.#told = { at, kinds: [...this.#kinds.values()].slice(-MAX_TOLD).map((kind) => ({ ...kind })) };
    }
    return this.#told.kinds;
  }

  /** All kinds, the most frequent first. */
  get all(): Drift[] {
    const all = new Map(this.#kinds);
    for (const kind of this.#elsewhere) {
      const own = all.get(keyOf(kind));
      all.set(keyOf(kind), own ? together(own, kind) : kind);
    }
    return [...all.values()].toSorted((a, b) => b.count - a.count);
  }

  /** Whether any was seen of late. */
  get isRecent(): boolean {
    const since = this.#now() - RECENT_MS;
    return this.#lastSeenAt >= since || this.#elsewhere.some(({ lastSeenAt }) => Date.parse(lastSeenAt) >= since);
  }
}

function together(own: Drift, other: Drift): Drift {
  const lastSeenAt = own.lastSeenAt > other.lastSeenAt ? own.lastSeenAt : other.lastSeenAt;
  return { ...own, count: own.count + other.count, lastSeenAt };
}

function keyOf({ operation, path, expected, found }: DriftNote): string {
  return JSON.stringify([operation, path, expected, found]);
}

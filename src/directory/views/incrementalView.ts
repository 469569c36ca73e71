import type { RecordName } from '../../domain/links.ts';
import { nameKey } from '../../domain/matching/grouping.ts';
import { runSteps, type Steps } from '../../lib/steps.ts';
import { nextTurn, SLICE_MS } from '../../lib/runInSlices.ts';

/** How a view of all records is built from scratch, or from the previous one. */
export interface ViewBuilder<View> {
  /** Builds a view of all records as they are at the start. */
  build(): Steps<View>;
  /** The view with these records brought up to date; null where too many others are affected. */
  patch(view: View, names: readonly RecordName[]): View | null;
  /** The number of records. */
  size(): number;
}

/** The number of changed records that a reader waits for: some 5 ms of work. */
const FEW = 200;
/** Up to this size a view is rebuilt while a reader waits, in some 20 ms. */
const SMALL = 2000;

/**
 * Keeps a view up to date with its records. A few changes are applied by the next reader; many in the background, in
 * slices between requests: incrementally, or, where most records have changed, by a new view that replaces the old one
 * at once.
 */
export class IncrementalView<View> {
  readonly #viewed: ViewBuilder<View>;
  #view: View;
  /** Changed records that the view does not show yet. */
  #behind = new Map<string, RecordName>();
  /** Records changed since the build in progress began; null when none is in progress. */
  #sinceBuild: Map<string, RecordName> | null = null;
  #rebuild = false;
  #working: Promise<void> | null = null;

  constructor(viewed: ViewBuilder<View>) {
    this.#viewed = viewed;
    this.#view = runSteps(viewed.build());
  }

  changed(name: RecordName): void {
    const key = nameKey(name);
    this.#behind.set(key, name);
    this.#sinceBuild?.set(key, name);
    if (this.#behind.size > FEW) this.#start();
  }

  /** Most records have been replaced: readers see the old view until a rebuilt one takes its place. */
  replaced(): void {
    this.#rebuild = true;
    this.#start();
  }

  get value(): View {
    if (this.#behind.size > 0 || this.#rebuild) this.#catchUp();
    return this.#view;
  }

  /** Resolves when the view is up to date. */
  async settled(): Promise<void> {
    while (this.#behind.size > 0 || this.#rebuild) {
      this.#catchUp();
      if (this.#working) await this.#working;
    }
  }

  /** What can be done while a reader waits. */
  #catchUp(): void {
    if (this.#behind.size <= FEW && !this.#rebuild) this.#patch(this.#behind);
    if (this.#behind.size === 0 && !this.#rebuild) return;
    if (this.#viewed.size() > SMALL) return this.#start();
    this.#behind.clear();
    this.#sinceBuild = null;
    this.#rebuild = false;
    this.#view = runSteps(this.#viewed.build());
  }

  #start(): void {
    this.#working ??= this.#work().finally(() => {
      this.#working = null;
    });
  }

  async #work(): Promise<void> {
    // The rest of the page, and other pages that have arrived, are applied together.
    await nextTurn();
    while (this.#behind.size > 0 || this.#rebuild) {
      if (this.#rebuild || this.#behind.size > this.#viewed.size() / 2) await this.#build();
      else this.#patch([...this.#behind].slice(0, FEW));
      await nextTurn();
    }
  }

  /** Applies these records; where that is too much work, requests a rebuild. */
  #patch(names: Iterable<readonly [string, RecordName]>): void {
    const entries = [...names];
    if (entries.length === 0) return;
    const view = this.#viewed.patch(
      this.#view,
      entries.map(([, name]) => name),
    );
    if (view === null) {
      this.#rebuild = true;
      return;
    }
    this.#view = view;
    for (const [key] of entries) this.#behind.delete(key);
  }

  async #build(): Promise<void> {
    const since = (this.#sinceBuild = new Map<string, RecordName>());
    this.#rebuild = false;
    const steps = this.#viewed.build();
    let began = performance.now();
    for (;;) {
      const { done, value } = steps.next();
      // The directory has become small, and a reader has rebuilt the view meanwhile.
      if (this.#sinceBuild !== since) return;
      if (done) {
        this.#view = value;
        this.#behind = since;
        this.#sinceBuild = null;
        return;
      }
      if (performance.now() - began < SLICE_MS) continue;
      await nextTurn();
      began = performance.now();
    }
  }
}

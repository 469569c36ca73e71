import type { RecordName } from '../../domain/links.ts';
import { nameKey } from '../../domain/matching/grouping.ts';
import { runSteps, type Steps } from '../../lib/steps.ts';
import { nextTurn, SLICE_MS } from '../../lib/runInSlices.ts';

/** How a view of all records is made, whole or from the last one. */
export interface ViewBuilder<View> {
  /** A view of all records as they are when it starts. */
  build(): Steps<View>;
  /** The view with these records as they are now; null when they concern too many others. */
  patch(view: View, names: readonly RecordName[]): View | null;
  /** Records in all. */
  size(): number;
}

/** Changed records that a reader waits for: some 5 ms of work. */
const FEW = 200;
/** Directories of so many records are built while a reader waits, in some 20 ms. */
const SMALL = 2000;

/**
 * Keeps a view up with its records. A few changes are taken in by the next reader; many, in the background, in slices that
 * let requests through, either bit by bit or, where most has changed, by a new view that replaces the old one at once.
 */
export class IncrementalView<View> {
  readonly #viewed: ViewBuilder<View>;
  #view: View;
  /** Records that the view does not show as they are. */
  #behind = new Map<string, RecordName>();
  /** Those that changed since the build under way began; null when none is. */
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

  /** Most records are others: readers see the view of before until one of all records as they are now takes its place. */
  replaced(): void {
    this.#rebuild = true;
    this.#start();
  }

  get value(): View {
    if (this.#behind.size > 0 || this.#rebuild) this.#catchUp();
    return this.#view;
  }

  /** Resolves when the view shows all records as they are. */
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
    // The rest of a page, and other pages that have come, are taken in together.
    await nextTurn();
    while (this.#behind.size > 0 || this.#rebuild) {
      if (this.#rebuild || this.#behind.size > this.#viewed.size() / 2) await this.#build();
      else this.#patch([...this.#behind].slice(0, FEW));
      await nextTurn();
    }
  }

  /** Takes these records in; where that is too much work, a rebuild is to follow. */
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
      // A reader of a directory that has become small has built anew meanwhile.
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

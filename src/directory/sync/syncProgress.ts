import type { Integration, WalkedPort } from '../../integrations/integration.ts';

/** Says in `integration.sync` how far a walk is: each part counts alike, a part by its rows. */
export class SyncProgress {
  readonly #integration: Integration;
  readonly #parts: readonly WalkedPort[];
  #done = 0;
  #expected = 0;

  constructor(integration: Integration) {
    const { employees, skills, ratings } = integration.ports;
    this.#integration = integration;
    this.#parts = [
      ...(employees ? (['employees'] as const) : []),
      ...(skills ? (['skills'] as const) : []),
      ...(ratings?.keep ? (['ratings'] as const) : []),
    ];
  }

  /** `expected`: rows that the last walk found; 0 when none has. */
  start(part: WalkedPort, expected: number): void {
    // A part that comes unplanned, e.g. to learn skills, keeps the walk at its end.
    const at = this.#parts.indexOf(part);
    this.#done = at < 0 ? this.#parts.length : at;
    this.#expected = expected;
  }

  /** `total` as the provider says; where it does not, the part is taken to be as long as what is known already. */
  found(rows: number, total: number | null): void {
    const { sync } = this.#integration;
    const length = total ?? this.#expected;
    const share = length > 0 ? Math.min(1, rows / length) : null;
    const isPlanned = this.#done < this.#parts.length;
    sync.progress = share === null ? null : isPlanned ? (this.#done + share) / this.#parts.length : 1;
  }
}

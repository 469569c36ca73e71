import type { Integration } from '../../integrations/integration.ts';
import type { WalkedPort } from '../../domain/ports.ts';

/** Keeps the progress of a full sync in `integration.sync`: all parts weigh the same, a part is measured in rows. */
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

  /** `expected`: rows that the last full sync found; 0 without one. */
  start(part: WalkedPort, expected: number): void {
    // An unplanned part, such as ratings read to learn skills, keeps the progress at its end.
    const at = this.#parts.indexOf(part);
    this.#done = at < 0 ? this.#parts.length : at;
    this.#expected = expected;
  }

  /** `total` as the provider reports it; otherwise the part is assumed to be as long as last time. */
  found(rows: number, total: number | null): void {
    const { sync } = this.#integration;
    const length = total ?? this.#expected;
    const share = length > 0 ? Math.min(1, rows / length) : null;
    const isPlanned = this.#done < this.#parts.length;
    sync.progress = share === null ? null : isPlanned ? (this.#done + share) / this.#parts.length : 1;
  }
}

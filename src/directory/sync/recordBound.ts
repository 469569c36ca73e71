import { ProviderError } from '../../domain/problem.ts';
import type { Integration } from '../../integrations/integration.ts';
import type { WalkedPort } from '../../domain/ports.ts';

/**
 * The most records of a kind that are read from one account, several times what the largest have. A longer list has no
 * last page: each page brings new ids and another cursor.
 */
export const MAX_RECORDS: Readonly<Record<WalkedPort, number>> = {
  employees: 500_000,
  skills: 200_000,
  ratings: 5_000_000,
};

const CODE = 'TOO_MANY_RECORDS';

/** Counts the records of one list, so that reading it ends. */
export class RecordBound {
  readonly #integration: Integration;
  readonly #kind: WalkedPort;
  readonly #most: number;
  #count = 0;

  constructor(integration: Integration, kind: WalkedPort, most: Readonly<Record<WalkedPort, number>> = MAX_RECORDS) {
    this.#integration = integration;
    this.#kind = kind;
    this.#most = most[kind];
  }

  /** Counts a page. Throws UNREADABLE, and reports drift, where there are too many; the page must then be dropped. */
  add(records: number): void {
    this.#count += records;
    if (this.#count <= this.#most) return;
    const expected = `a last page within ${this.#most} records`;
    this.#integration.onDrift({ operation: this.#kind, path: '', expected, found: 'more records' });
    throw new ProviderError('UNREADABLE', 'The provider sent more records than any account has.', {
      providerCode: CODE,
      retryable: false,
    });
  }
}

/** Whether a read ended because of too many records, most of which are then bogus. */
export function isOverBound({ providerCode }: { providerCode: string | null }): boolean {
  return providerCode === CODE;
}

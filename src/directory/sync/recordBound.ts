import { ProviderError } from '../../domain/problem.ts';
import type { Integration, WalkedPort } from '../../integrations/integration.ts';

/**
 * Records of a kind that are read of one account at most, several times what the largest have. A list that goes on beyond
 * has no last page: each of its pages brings new ids and another cursor.
 */
export const MAX_RECORDS: Readonly<Record<WalkedPort, number>> = {
  employees: 500_000,
  skills: 200_000,
  ratings: 5_000_000,
};

const CODE = 'TOO_MANY_RECORDS';

/** Counts the records of one read of a list, so that it ends. */
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

  /** Takes a page into account. Throws UNREADABLE, and notes drift, where there are too many; the page is not to be taken. */
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

/** Whether a read ended because it brought too many records, most of which are then none. */
export function isOverBound({ providerCode }: { providerCode: string | null }): boolean {
  return providerCode === CODE;
}

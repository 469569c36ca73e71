/** `expect(gateway).toCost({ kombo: 2, kantata: 3 })`: what a question cost the providers. */
import { expect } from 'vitest';
import type { CallRecord } from '../../src/outbound/upstream.ts';

/**
 * Calls by provider (`kombo`) or integration (`kombo-main`): how many in all, or how many of each operation. One that is
 * not named costs nothing.
 */
export type Cost = Readonly<Record<string, number | Readonly<Record<string, number>>>>;

/** What has calls: a test gateway. */
export interface Costing {
  readonly calls: readonly CallRecord[];
}

declare module 'vitest' {
  interface Matchers<T> {
    /**
     * Asserts what was asked of the providers since the gateway's last `forget`, to the last call. Calls of walks and
     * tasks are left out: they are not the question's.
     */
    toCost(cost: Cost): T;
  }
}

/** Calls of requests by integration and operation. */
function costOf({ calls }: Costing): Record<string, Record<string, number>> {
  const cost: Record<string, Record<string, number>> = {};
  for (const { integration, operation, purpose } of calls) {
    if (purpose !== 'request') continue;
    const operations = (cost[integration] ??= {});
    operations[operation] = (operations[operation] ?? 0) + 1;
  }
  return cost;
}

/** The counted calls in the words of the expectation: its names, and its level of detail. */
function inWordsOf(expected: Cost, counted: Record<string, Record<string, number>>): Cost {
  const words: Record<string, number | Record<string, number>> = {};
  for (const [integration, operations] of Object.entries(counted)) {
    const name = nameIn(expected, integration);
    const total = Object.values(operations).reduce((sum, count) => sum + count, 0);
    words[name] = typeof expected[name] === 'number' ? total : operations;
  }
  return words;
}

/** The integrations of the sandbox are called after their providers: `kombo-main`. */
function nameIn(expected: Cost, integration: string): string {
  const provider = integration.replace(/-main$/, '');
  return provider in expected ? provider : integration;
}

/** Zero is as good as not named. */
function withoutZeros(cost: Cost): Cost {
  return Object.fromEntries(Object.entries(cost).filter(([, calls]) => calls !== 0));
}

expect.extend({
  toCost(received: Costing, expected: Cost) {
    const counted = withoutZeros(inWordsOf(expected, costOf(received)));
    const wanted = withoutZeros(expected);
    return {
      pass: this.equals(counted, wanted),
      actual: counted,
      expected: wanted,
      message: () =>
        `expected the question ${this.isNot ? 'not ' : ''}to cost ${this.utils.stringify(wanted)}, it cost ${this.utils.stringify(counted)}`,
    };
  },
});

/** Names and first days that many people of one integration share: equality in them is no evidence. */
import type { Placed } from './grouping.ts';
import type { EmployeeRow } from '../records.ts';
import { inSteps, type Steps } from '../../lib/steps.ts';

type Row = Pick<EmployeeRow, 'name' | 'givenName' | 'familyName' | 'startDate'>;

/**
 * A value is common when more than this many records of an integration have it, and more than one in a hundred of them.
 */
const MANY = 5;
const MANY_SHARE = 0.01;

/**
 * Values are counted by their hash, because 300,000 names would take some 30 MB. Values with the same hash are counted
 * together, which with this many buckets adds far less than the limit.
 */
const BUCKETS = 2 ** 16;

interface Counts {
  buckets: Uint32Array;
  /** The limit at the time of counting: it must not change with each record. */
  limit: number;
}

/** How often names and first days occur in each integration. */
export class CommonValues {
  readonly #counts = new Map<string, Counts>();

  static *of(placed: readonly Placed<Row>[]): Steps<CommonValues> {
    const values = new CommonValues();
    const sizes = new Map<string, number>();
    yield* inSteps(placed, ({ integration, row }) => {
      sizes.set(integration, (sizes.get(integration) ?? 0) + 1);
      const { buckets } = values.#countsOf(integration);
      for (const bucket of bucketsOf(row)) buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    });
    for (const [integration, size] of sizes) values.#countsOf(integration).limit = Math.max(MANY, size * MANY_SHARE);
    return values;
  }

  hasName(row: Row): boolean {
    return this.#isCommon(bucketOf(nameOf(row)));
  }

  hasDay(day: string): boolean {
    return this.#isCommon(bucketOf(day));
  }

  /**
   * Counts changed records, each as it was and as it is. False where a value would become or cease to be common: then
   * unchanged records have to be matched too, and nothing is counted.
   */
  change(changes: readonly { integration: string; before: Row | null; after: Row | null }[]): boolean {
    const differences = new Map<string, Map<number, number>>();
    for (const { integration, before, after } of changes) {
      const ofIntegration = differences.get(integration) ?? new Map<number, number>();
      differences.set(integration, ofIntegration);
      for (const bucket of bucketsOf(before)) ofIntegration.set(bucket, (ofIntegration.get(bucket) ?? 0) - 1);
      for (const bucket of bucketsOf(after)) ofIntegration.set(bucket, (ofIntegration.get(bucket) ?? 0) + 1);
    }
    const counted = [...differences].flatMap(([integration, ofIntegration]) => {
      const { buckets, limit } = this.#countsOf(integration);
      return Array.from(ofIntegration, ([bucket, difference]) => {
        const before = buckets[bucket] ?? 0;
        return { buckets, limit, bucket, before, after: before + difference };
      });
    });
    if (counted.some(({ before, after, limit }) => before > limit !== after > limit)) return false;
    for (const { buckets, bucket, after } of counted) buckets[bucket] = after;
    return true;
  }

  #isCommon(bucket: number): boolean {
    return [...this.#counts.values()].some(({ buckets, limit }) => (buckets[bucket] ?? 0) > limit);
  }

  #countsOf(integration: string): Counts {
    const known = this.#counts.get(integration);
    if (known) return known;
    const counts = { buckets: new Uint32Array(BUCKETS), limit: MANY };
    this.#counts.set(integration, counts);
    return counts;
  }
}

function bucketsOf(row: Row | null): number[] {
  if (row === null) return [];
  const values = [nameOf(row), row.startDate ?? ''];
  return values.filter((value) => value !== '').map(bucketOf);
}

function nameOf({ name, givenName, familyName }: Row): string {
  const parts = [givenName, familyName].filter((part) => part !== null);
  return (parts.length === 2 ? parts.join(' ') : (name ?? parts.join(' '))).toLowerCase();
}

/** FNV-1a, folded to 16 bits. */
function bucketOf(value: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < value.length; at += 1) hash = Math.imul(hash ^ value.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 16)) & (BUCKETS - 1);
}

/** The vocabulary of matching; the names are those of the graph. */
import type { Link, RecordName } from '../links.ts';
import { inSteps, sortInSteps, type Steps } from '../../lib/steps.ts';

/** Rules that put a record into a unified object, the strongest first. */
export const MATCH_RULES = ['ANCHOR', 'LINK', 'EXTERNAL_ID', 'WORK_EMAIL', 'NAME', 'SYNONYM'] as const;
export type MatchRule = (typeof MATCH_RULES)[number];

/** The confidence of a rule, 0 to 1. Numbers are keys of the HR system; an address may be given to a successor. */
export const CONFIDENCE: Record<MatchRule, number> = {
  ANCHOR: 1,
  LINK: 1,
  EXTERNAL_ID: 0.98,
  WORK_EMAIL: 0.9,
  NAME: 0.9,
  SYNONYM: 0.7,
};

/** Why records that one rule would join were left apart. */
export const CONFLICT_REASONS = [
  'NAMES_DISAGREE',
  'SHARED_EMAIL',
  'DUPLICATE_KEY',
  'KEYS_DISAGREE',
  'AMBIGUOUS_NAME',
  'UNLINKED',
] as const;
export type ConflictReason = (typeof CONFLICT_REASONS)[number];

/** A record with its integration. */
export interface Placed<Row> {
  integration: string;
  row: Row;
}

export interface Member<Row> extends Placed<Row> {
  rule: MatchRule;
  /** The decision that joined it; null where a rule did. */
  link: Link | null;
}

export interface Conflict<Row> {
  record: Placed<Row>;
  other: Placed<Row>;
  reason: ConflictReason;
}

/**
 * Records that are one entity: the anchor first, then by integration precedence. At most one record per integration.
 */
export interface Group<Row> {
  members: Member<Row>[];
  conflicts: Conflict<Row>[];
}

/**
 * The most conflicts per record, more than anybody reviews. A key that thousands share (`n/a`, a team's mailbox) would
 * have the square of that many pairs.
 */
const MAX_CONFLICTS = 20;

/**
 * The groups that a matcher builds, with the invariant of all matchers: no rule puts two records of one integration
 * together.
 */
export class Grouping<Row extends { remoteId: string }> {
  readonly #placed: readonly Placed<Row>[];
  /** Pairs that a decision parted, in both directions. */
  readonly #parted = new Map<Placed<Row>, Set<Placed<Row>>>();
  readonly #groups = new Map<Placed<Row>, Group<Row>>();
  readonly #records = new Map<Group<Row>, Placed<Row>[]>();
  readonly #conflicts = new Map<Placed<Row>, Map<Placed<Row>, ConflictReason>>();
  readonly #precedence: ReadonlyMap<string, number>;

  private constructor(placed: readonly Placed<Row>[], integrations: readonly string[]) {
    this.#placed = placed;
    this.#precedence = new Map(integrations.map((name, index) => [name, index]));
  }

  /** Every record starts as a group of its own, except linked ones. `integrations` in order of precedence. */
  static *begin<Row extends { remoteId: string }>(
    placed: readonly Placed<Row>[],
    integrations: readonly string[],
    links: readonly Link[],
  ): Steps<Grouping<Row>> {
    const grouping = new Grouping(placed, integrations);
    yield* inSteps(placed, (record) => {
      const { integration, row } = record;
      const group: Group<Row> = { members: [{ integration, row, rule: 'ANCHOR', link: null }], conflicts: [] };
      grouping.#groups.set(record, group);
      grouping.#records.set(group, [record]);
    });
    if (links.length > 0) yield* grouping.#applyLinks(links);
    return grouping;
  }

  of(record: Placed<Row>): Group<Row> {
    const group = this.#groups.get(record);
    if (!group) throw new Error('a record of another grouping');
    return group;
  }

  /**
   * Lists of two or more records that share a key, each by integration precedence. The order of the lists does not
   * depend on the order of the providers' pages, which must not influence matching.
   */
  *sharing(keyOf: (row: Row) => string | null): Steps<Placed<Row>[][]> {
    const index = new Map<string, Placed<Row>[]>();
    yield* inSteps(this.#placed, (record) => addTo(index, keyOf(record.row), record));
    const shared = yield* this.ordered(index);
    return shared.map(({ records }) => records);
  }

  /** The lists of an index with two or more records, in the order of `sharing`. */
  *ordered(index: ReadonlyMap<string, Placed<Row>[]>): Steps<Shared<Row>[]> {
    const shared: (Shared<Row> & { rank: number })[] = [];
    yield* inSteps(index, ([key, records]) => {
      if (records.length < 2) return;
      records.sort((a, b) => this.#rankOf(a.integration) - this.#rankOf(b.integration));
      shared.push({ key, rank: this.#rankOf(records[0]?.integration ?? ''), records });
    });
    return yield* sortInSteps(shared, (a, b) => a.rank - b.rank || (a.key < b.key ? -1 : 1));
  }

  /** Whether joining would put two records of one integration into one group. */
  wouldClash(a: Placed<Row>, b: Placed<Row>): boolean {
    const { members } = this.of(a);
    return this.of(b).members.some(({ integration }) => members.some((member) => member.integration === integration));
  }

  /** Whether a predicate holds for some row of one group and some row of the other. */
  anyAcross(a: Placed<Row>, b: Placed<Row>, holds: (a: Row, b: Row) => boolean): boolean {
    const { members } = this.of(b);
    return this.of(a).members.some((mine) => members.some((theirs) => holds(mine.row, theirs.row)));
  }

  /** Whether a decision parted a record of one group from one of the other. */
  isParted(a: Placed<Row>, b: Placed<Row>): boolean {
    if (this.#parted.size === 0) return false;
    const theirs = this.#records.get(this.of(b)) ?? [];
    return (this.#records.get(this.of(a)) ?? []).some((record) => {
      const parted = this.#parted.get(record);
      return parted !== undefined && theirs.some((other) => parted.has(other));
    });
  }

  join(a: Placed<Row>, b: Placed<Row>, rule: MatchRule, link: Link | null = null): void {
    const [first, second] = [this.of(a), this.of(b)];
    if (first === second) return;
    const [kept, moved] = this.#rank(first) <= this.#rank(second) ? [first, second] : [second, first];
    kept.members.push(...moved.members.map((member, index) => (index === 0 ? { ...member, rule, link } : member)));
    kept.members.sort((x, y) => this.#rankOf(x.integration) - this.#rankOf(y.integration));
    const records = this.#records.get(moved) ?? [];
    for (const record of records) this.#groups.set(record, kept);
    this.#records.get(kept)?.push(...records);
    this.#records.delete(moved);
  }

  /** Records a conflict on both sides, once. */
  part(a: Placed<Row>, b: Placed<Row>, reason: ConflictReason): void {
    this.#note(a, b, reason);
    this.#note(b, a, reason);
  }

  /** Records a conflict between each record of these integrations and all others, on both sides. */
  partAll(records: readonly Placed<Row>[], integrations: ReadonlySet<string>, reason: ConflictReason): void {
    if (integrations.size === 0) return;
    // One more than the limit: a record does not conflict with itself.
    const apart = records.filter((record) => integrations.has(record.integration)).slice(0, MAX_CONFLICTS + 1);
    const nearest = records.slice(0, MAX_CONFLICTS + 1);
    for (const record of records) {
      for (const other of integrations.has(record.integration) ? nearest : apart) {
        if (other !== record) this.#note(record, other, reason);
      }
    }
  }

  /**
   * All groups, in the order of their anchors. Only conflicts between groups remain: another rule may have joined the
   * records.
   */
  *all(): Steps<Group<Row>[]> {
    const groups: Group<Row>[] = [];
    yield* inSteps(this.#records, ([group, records]) => {
      for (const record of records) {
        for (const [other, reason] of this.#conflicts.get(record) ?? []) {
          if (this.of(other) !== group) group.conflicts.push({ record, other, reason });
        }
      }
      groups.push(group);
    });
    return groups;
  }

  /** Applies people's decisions, before any rule. */
  *#applyLinks(links: readonly Link[]): Steps<void> {
    const named = new Map<string, Placed<Row> | null>();
    for (const { a, b } of links) named.set(nameKey(a), null).set(nameKey(b), null);
    yield* inSteps(this.#placed, (record) => {
      const key = nameKey({ integration: record.integration, remoteId: record.row.remoteId });
      if (named.has(key)) named.set(key, record);
    });
    const decided = latestByPair(links).flatMap((link) => {
      const [a, b] = [named.get(nameKey(link.a)), named.get(nameKey(link.b))];
      return a && b && a !== b ? [{ link, a, b }] : [];
    });
    for (const { link, a, b } of decided) {
      if (link.verdict !== 'parted') continue;
      addPair(this.#parted, a, b);
      this.part(a, b, 'UNLINKED');
    }
    for (const { link, a, b } of decided) {
      if (link.verdict !== 'joined' || this.of(a) === this.of(b)) continue;
      if (this.isParted(a, b)) this.part(a, b, 'UNLINKED');
      // Such links are refused when made, but rules may have joined the records with others since.
      else if (this.wouldClash(a, b)) this.part(a, b, 'DUPLICATE_KEY');
      else this.join(a, b, 'LINK', link);
    }
  }

  #note(record: Placed<Row>, other: Placed<Row>, reason: ConflictReason): void {
    const noted = this.#conflicts.get(record);
    if (!noted) this.#conflicts.set(record, new Map([[other, reason]]));
    else if (noted.size < MAX_CONFLICTS && !noted.has(other)) noted.set(other, reason);
  }

  #rank(group: Group<Row>): number {
    return Math.min(...group.members.map((member) => this.#rankOf(member.integration)));
  }

  #rankOf(integration: string): number {
    return this.#precedence.get(integration) ?? Number.MAX_SAFE_INTEGER;
  }
}

/** Records that share a key. */
export interface Shared<Row> {
  key: string;
  records: Placed<Row>[];
}

/** Adds a record to an index; one without a key is left out. */
export function addTo<Row>(index: Map<string, Placed<Row>[]>, key: string | null, record: Placed<Row>): void {
  if (key === null) return;
  const list = index.get(key);
  if (list) list.push(record);
  else index.set(key, [record]);
}

/** The map key of a record's name. */
export function nameKey({ integration, remoteId }: RecordName): string {
  return `${integration}\0${remoteId}`;
}

/** The decisions in the order in which they were made, only the last of each pair. */
function latestByPair(links: readonly Link[]): Link[] {
  const latest = new Map<string, Link>();
  for (const link of links.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))) {
    const pair = [nameKey(link.a), nameKey(link.b)].toSorted().join('\0\0');
    latest.delete(pair);
    latest.set(pair, link);
  }
  return [...latest.values()];
}

function addPair<Item>(pairs: Map<Item, Set<Item>>, a: Item, b: Item): void {
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const known = pairs.get(one);
    if (known) known.add(other);
    else pairs.set(one, new Set([other]));
  }
}

/** The integrations that have more than one of these records. */
export function repeated(records: readonly Placed<unknown>[]): Set<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { integration } of records) (seen.has(integration) ? twice : seen).add(integration);
  return twice;
}

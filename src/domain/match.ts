/** Vocabulary of matching records into unified objects; the names are those of the graph. */

/** Rules that put a record into a unified object, the strongest first. */
export const MATCH_RULES = ['ANCHOR', 'LINK', 'EXTERNAL_ID', 'WORK_EMAIL', 'NAME', 'SYNONYM'] as const;
export type MatchRule = (typeof MATCH_RULES)[number];

/** How sure a rule is, 0 to 1. Numbers are keys of the HR system; an address can be given to a successor. */
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

/** A record where it lives. */
export interface Placed<Row> {
  integration: string;
  row: Row;
}

export interface Member<Row> extends Placed<Row> {
  rule: MatchRule;
}

export interface Conflict<Row> {
  record: Placed<Row>;
  other: Placed<Row>;
  reason: ConflictReason;
}

/** Records that are one thing: the anchor first, then by integration precedence. At most one record an integration. */
export interface Group<Row> {
  members: Member<Row>[];
  conflicts: Conflict<Row>[];
}

/**
 * Conflicts kept a record: more than anybody looks into. A key that thousands share (`n/a`, a team's mailbox) would have
 * as many pairs as their square.
 */
const MOST_CONFLICTS = 20;

/** The groups a matcher works on, with the one rule they all share: never two records of one integration in a group. */
export class Grouping<Row extends { remoteId: string }> {
  readonly #placed: readonly Placed<Row>[];
  readonly #groups = new Map<Placed<Row>, Group<Row>>();
  readonly #records = new Map<Group<Row>, Placed<Row>[]>();
  readonly #conflicts = new Map<Placed<Row>, Map<Placed<Row>, ConflictReason>>();
  readonly #precedence: ReadonlyMap<string, number>;

  /** Every record starts as a group of its own. `integrations` in order of precedence. */
  constructor(placed: readonly Placed<Row>[], integrations: readonly string[]) {
    this.#placed = placed;
    this.#precedence = new Map(integrations.map((name, index) => [name, index]));
    for (const record of placed) {
      const { integration, row } = record;
      const group: Group<Row> = { members: [{ integration, row, rule: 'ANCHOR' }], conflicts: [] };
      this.#groups.set(record, group);
      this.#records.set(group, [record]);
    }
  }

  of(record: Placed<Row>): Group<Row> {
    const group = this.#groups.get(record);
    if (!group) throw new Error('a record of another grouping');
    return group;
  }

  /**
   * Records that share a key, two or more, each list by integration precedence. The lists come in an order that does not
   * depend on the order of the providers' pages, which must not decide who is who.
   */
  sharing(keyOf: (row: Row) => string | null): Placed<Row>[][] {
    const shared: { key: string; rank: number; records: Placed<Row>[] }[] = [];
    for (const [key, records] of indexBy(this.#placed, keyOf)) {
      if (records.length < 2) continue;
      records.sort((a, b) => this.#rankOf(a.integration) - this.#rankOf(b.integration));
      shared.push({ key, rank: this.#rankOf(records[0]?.integration ?? ''), records });
    }
    return shared.toSorted((a, b) => a.rank - b.rank || (a.key < b.key ? -1 : 1)).map(({ records }) => records);
  }

  /** Whether joining would put two records of one integration into one group. */
  wouldClash(a: Placed<Row>, b: Placed<Row>): boolean {
    const { members } = this.of(a);
    return this.of(b).members.some(({ integration }) => members.some((member) => member.integration === integration));
  }

  /** Whether something holds of any row of one group and any of the other. */
  anyAcross(a: Placed<Row>, b: Placed<Row>, holds: (a: Row, b: Row) => boolean): boolean {
    const { members } = this.of(b);
    return this.of(a).members.some((mine) => members.some((theirs) => holds(mine.row, theirs.row)));
  }

  join(a: Placed<Row>, b: Placed<Row>, rule: MatchRule): void {
    const [first, second] = [this.of(a), this.of(b)];
    if (first === second) return;
    const [kept, moved] = this.#rank(first) <= this.#rank(second) ? [first, second] : [second, first];
    kept.members.push(...moved.members.map((member, index) => (index === 0 ? { ...member, rule } : member)));
    kept.members.sort((x, y) => this.#rankOf(x.integration) - this.#rankOf(y.integration));
    const records = this.#records.get(moved) ?? [];
    for (const record of records) this.#groups.set(record, kept);
    this.#records.get(kept)?.push(...records);
    this.#records.delete(moved);
  }

  /** Notes on both sides that the two were left apart; twice is noted once. */
  part(a: Placed<Row>, b: Placed<Row>, reason: ConflictReason): void {
    this.#note(a, b, reason);
    this.#note(b, a, reason);
  }

  /** Notes why each record of these integrations was left apart from the others, and the others from it. */
  partAll(records: readonly Placed<Row>[], integrations: ReadonlySet<string>, reason: ConflictReason): void {
    if (integrations.size === 0) return;
    // One more than is kept: a record does not count itself.
    const apart = records.filter((record) => integrations.has(record.integration)).slice(0, MOST_CONFLICTS + 1);
    const nearest = records.slice(0, MOST_CONFLICTS + 1);
    for (const record of records) {
      for (const other of integrations.has(record.integration) ? nearest : apart) {
        if (other !== record) this.#note(record, other, reason);
      }
    }
  }

  /** All groups, in the order of their anchors. Conflicts are those between groups: what another rule joined is none. */
  all(): Group<Row>[] {
    return [...this.#records].map(([group, records]) => {
      for (const record of records) {
        for (const [other, reason] of this.#conflicts.get(record) ?? []) {
          if (this.of(other) !== group) group.conflicts.push({ record, other, reason });
        }
      }
      return group;
    });
  }

  #note(record: Placed<Row>, other: Placed<Row>, reason: ConflictReason): void {
    const noted = this.#conflicts.get(record);
    if (!noted) this.#conflicts.set(record, new Map([[other, reason]]));
    else if (noted.size < MOST_CONFLICTS && !noted.has(other)) noted.set(other, reason);
  }

  #rank(group: Group<Row>): number {
    return Math.min(...group.members.map((member) => this.#rankOf(member.integration)));
  }

  #rankOf(integration: string): number {
    return this.#precedence.get(integration) ?? Number.MAX_SAFE_INTEGER;
  }
}

/** Records by a key, without those that have none. */
function indexBy<Row>(placed: readonly Placed<Row>[], keyOf: (row: Row) => string | null): Map<string, Placed<Row>[]> {
  const index = new Map<string, Placed<Row>[]>();
  for (const record of placed) {
    const key = keyOf(record.row);
    if (key === null) continue;
    const list = index.get(key);
    if (list) list.push(record);
    else index.set(key, [record]);
  }
  return index;
}

/** The integrations that have more than one of these records. */
export function repeated(records: readonly Placed<unknown>[]): Set<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { integration } of records) (seen.has(integration) ? twice : seen).add(integration);
  return twice;
}

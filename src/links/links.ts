/**
 * Links: what people decide about records, that two are one and the same, or that they are not. A decision is stored
 * before it takes effect in the directory, wins over every matching rule, and is undone only by a later decision. Not
 * here: the rules themselves (`src/domain/matching`) and who may decide (`src/auth`).
 */
import type { Directory } from '../directory/directory.ts';
import type { Employee, Skill } from '../domain/entities.ts';
import type { Link, RecordName } from '../domain/links.ts';
import { linkClashes } from './clash.ts';
import { namedRecords, objections, type LinkError, type LinkInput, type NamedRecords } from './linkInput.ts';
import type { LinkStore } from './linkStore.ts';
import { pairKey } from './pair.ts';

export interface RecordLinksOptions {
  tenant: string;
  directory: Directory;
  /** The first opening takes seconds; decisions wait for it. */
  store: Promise<LinkStore>;
  now?: () => number;
}

export interface LinkAnswer {
  /** The objects the records now belong to, each once, in the order of the records. */
  results: (Employee | Skill)[];
  userErrors: LinkError[];
}

/**
 * Takes decisions about records: each is stored, then applied by the directory, then answered with the resulting
 * objects. Decisions run one at a time, so that each is checked against the result of the previous one.
 */
export class RecordLinks {
  readonly #tenant: string;
  readonly #directory: Directory;
  readonly #store: Promise<LinkStore>;
  readonly #now: () => number;
  readonly #byPair = new Map<string, Link>();
  #loading: Promise<void> | null = null;
  #unfollow: (() => void) | null = null;
  #closed = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor({ tenant, directory, store, now = Date.now }: RecordLinksOptions) {
    this.#tenant = tenant;
    this.#directory = directory;
    this.#store = store;
    this.#now = now;
  }

  /**
   * Gives the directory all earlier decisions, and from then on those of other processes; rejects when the store does
   * not open. Loads only once.
   */
  load(): Promise<void> {
    this.#loading ??= this.#store.then(async (store) => {
      // After a failure the known decisions stay; the next notification or decision reads again.
      const onChange = () => void this.#inTurn(() => this.#read(store)).catch(() => {});
      this.#unfollow = (await store.follow?.(this.#tenant, onChange)) ?? null;
      if (this.#closed) this.#unfollow?.();
      await this.#read(store);
    });
    return this.#loading;
  }

  /** Stops following other processes' decisions. */
  close(): void {
    this.#closed = true;
    this.#unfollow?.();
  }

  async #read(store: LinkStore): Promise<void> {
    const links = await store.load(this.#tenant);
    const isNew = (link: Link) => this.#byPair.get(pairKey(link))?.at !== link.at;
    if (links.some(isNew)) this.#take(links);
  }

  /** Declares records one and the same. Existing decisions to that effect keep their author. */
  link(input: LinkInput, client: string | null): Promise<LinkAnswer> {
    return this.#inTurn(() => this.#decide('joined', namedRecords(input), client));
  }

  /** Declares records all different. */
  unlink(input: LinkInput, client: string | null): Promise<LinkAnswer> {
    return this.#inTurn(() => this.#decide('parted', namedRecords(input), client));
  }

  #inTurn<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    const answer = this.#last.then(work);
    this.#last = answer.catch(() => {});
    return answer;
  }

  async #decide(verdict: Link['verdict'], named: NamedRecords, client: string | null): Promise<LinkAnswer> {
    await this.load();
    const store = await this.#store;
    // Decisions of other processes count, even if their notification has not arrived.
    if (store.follow) await this.#read(store);
    const objectOf = (record: RecordName) => this.#objectOf(named.kind, record);
    const errors = objections(named, (record) => {
      if (!this.#directory.integration(record.integration)) return 'integration';
      return objectOf(record) ? null : 'remoteId';
    });
    if (errors.length === 0 && verdict === 'joined') {
      const together = (a: RecordName, b: RecordName) => objectOf(a) !== null && objectOf(a) === objectOf(b);
      errors.push(...linkClashes(named, { links: this.#byPair, together }));
    }
    if (errors.length > 0) return { results: [], userErrors: errors };
    const decisions = this.#newDecisions(verdict, named, client ?? 'unknown');
    if (decisions.length > 0) {
      await store.save(this.#tenant, decisions);
      this.#take(decisions);
    }
    const results = named.records.map(objectOf).filter((object) => object !== null);
    return { results: [...new Set(results)], userErrors: [] };
  }

  /** One decision for each pair that has none to the same effect, or that gets another reason. */
  #newDecisions(verdict: Link['verdict'], { kind, records, note }: NamedRecords, by: string): Link[] {
    const at = new Date(this.#now()).toISOString();
    return records.flatMap((a, index) =>
      records.slice(index + 1).flatMap((b) => {
        const known = this.#byPair.get(pairKey({ kind, a, b }));
        const said = known?.verdict === verdict && (note === null || note === known.note);
        return said ? [] : { kind, verdict, a: own(a), b: own(b), by, at, note };
      }),
    );
  }

  #take(links: readonly Link[]): void {
    for (const link of links) {
      const key = pairKey(link);
      // Deleted and set again, so that the order stays that of the decisions.
      this.#byPair.delete(key);
      this.#byPair.set(key, link);
    }
    this.#directory.setLinks([...this.#byPair.values()]);
  }

  #objectOf(kind: Link['kind'], { integration, remoteId }: RecordName): Employee | Skill | null {
    if (kind === 'employee') return this.#directory.employees.byRecord(integration, remoteId);
    return this.#directory.skills.byRecord(integration, remoteId)?.skill ?? null;
  }
}

/** Copies the record names, because inputs belong to the server and links are kept. */
function own({ integration, remoteId }: RecordName): RecordName {
  return { integration, remoteId };
}

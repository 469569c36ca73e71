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
  /** Opening it takes seconds the first time; until then decisions wait. */
  store: Promise<LinkStore>;
  now?: () => number;
}

export interface LinkAnswer {
  /** The objects the records now belong to, each once, in the order of the records. */
  results: (Employee | Skill)[];
  userErrors: LinkError[];
}

/**
 * What people decide about records: that they are one and the same, or that they are not. A decision is stored, then
 * obeyed by the directory, then answered with what the directory makes of it. One at a time: each is checked against what
 * the one before it left.
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
   * Gives the directory what was decided before, and from then on what other processes decide; rejects when the store does
   * not open. Reads once.
   */
  load(): Promise<void> {
    this.#loading ??= this.#store.then(async (store) => {
      // A failure leaves what is known: the next news, or the next decision, reads again.
      const hear = () => void this.#inTurn(() => this.#read(store)).catch(() => {});
      this.#unfollow = (await store.follow?.(this.#tenant, hear)) ?? null;
      if (this.#closed) this.#unfollow?.();
      await this.#read(store);
    });
    return this.#loading;
  }

  /** Hears of other processes' decisions no more. */
  close(): void {
    this.#closed = true;
    this.#unfollow?.();
  }

  async #read(store: LinkStore): Promise<void> {
    const links = await store.load(this.#tenant);
    const isNew = (link: Link) => this.#byPair.get(pairKey(link))?.at !== link.at;
    if (links.some(isNew)) this.#take(links);
  }

  /** Declares records one and the same. Decisions that say so already stay as they are, with who made them. */
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
    // What another process has decided meanwhile counts, heard of or not.
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
    const news = this.#news(verdict, named, client ?? 'unknown');
    if (news.length > 0) {
      await store.save(this.#tenant, news);
      this.#take(news);
    }
    const results = named.records.map(objectOf).filter((object) => object !== null);
    return { results: [...new Set(results)], userErrors: [] };
  }

  /** One decision for each pair about which nobody said the same before, or which gets another reason. */
  #news(verdict: Link['verdict'], { kind, records, note }: NamedRecords, by: string): Link[] {
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
      // Out and in, so that the order stays that of the decisions.
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

/** Inputs are the server's objects, links are kept. */
function own({ integration, remoteId }: RecordName): RecordName {
  return { integration, remoteId };
}

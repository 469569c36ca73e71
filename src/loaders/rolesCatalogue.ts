import type { Directory } from '../directory/directory.ts';
import type { Integration } from '../integrations/integration.ts';
import type { SourceStatus } from '../domain/employeeSkill.ts';
import { comparePositions } from '../domain/paging.ts';
import { JobProfile, jobProfilePosition, type ExpectedSkillRow, type JobProfileRow } from '../domain/roles.ts';
import type { RequestCall } from './requestCall.ts';
import { readThrough, type Found } from './readers/readThrough.ts';
import { ALL_ROLES, type RoleReads } from './readers/roleReader.ts';
import { answered } from './sources.ts';

export type Role = JobProfile<Integration>;

/** All roles of one integration as a walk found them. */
interface Shelf {
  roles: ReadonlyMap<string, Role>;
  /** Null for a key that two roles share. */
  byKey: ReadonlyMap<string, Role | null>;
}

interface Answer<T> {
  value: T | null;
  /** When the value was read from the provider, in milliseconds since 1970; null where there is none. */
  fetchedAt: number | null;
  source: SourceStatus<Integration>;
}

interface RolesCatalogueOptions {
  directory: Directory;
  roleReads: RoleReads;
  now?: (() => number) | undefined;
}

/**
 * The roles of every integration, and what each expects. Whatever one request asks twice is read once for it, also with
 * CACHE=off: a page of fifty people asks for one list fifty times.
 */
export class RolesCatalogue {
  readonly #directory: Directory;
  readonly #roleReads: RoleReads;
  readonly #now: () => number;
  readonly #shelves = new WeakMap<readonly JobProfileRow[], Shelf>();
  readonly #asked = new WeakMap<RequestCall, Map<string, Promise<unknown>>>();

  constructor({ directory, roleReads, now = Date.now }: RolesCatalogueOptions) {
    this.#directory = directory;
    this.#roleReads = roleReads;
    this.#now = now;
  }

  /** The roles of all integrations by name, and how each integration answered. Rejects only when aborted. */
  async all(call: RequestCall): Promise<{ roles: readonly Role[]; sources: SourceStatus<Integration>[] }> {
    const answers = await Promise.all(this.#directory.integrations.map((one) => this.#shelf(one, call)));
    const positionOf = jobProfilePosition(null);
    const roles = answers
      .flatMap(({ value }) => (value ? [...value.roles.values()] : []))
      .toSorted((a, b) => comparePositions(positionOf(a), positionOf(b)));
    return { roles, sources: answers.map(({ source }) => source) };
  }

  /** One role by the provider's id; null when it is unknown or cannot be read. */
  async byId(integration: Integration, remoteId: string, call: RequestCall): Promise<Role | null> {
    const { value } = await this.#shelf(integration, call);
    const known = value?.roles.get(remoteId);
    if (known || !integration.ports.jobProfiles) return known ?? null;
    // Where the list is missing, or is older than the role, the role itself may be there.
    const { value: row, fetchedAt } = await this.#role(integration, remoteId, call);
    return row && fetchedAt !== null ? new JobProfile(integration, row, fetchedAt) : null;
  }

  /** The role that one of these keys names, the first that does; null for none. */
  async byKeys(integration: Integration, keys: readonly string[], call: RequestCall): Promise<Role | null> {
    const { value } = await this.#shelf(integration, call);
    for (const key of keys) {
      const role = value?.byKey.get(key);
      if (role) return role;
    }
    return null;
  }

  /** The role as the list has it that is kept; null without a question to the provider. */
  peek(integration: Integration, remoteId: string): Role | null {
    const kept = this.#roleReads.lists(integration)?.standIn(ALL_ROLES);
    return (kept && this.#shelfOf(integration, kept.value, kept.at).roles.get(remoteId)) ?? null;
  }

  /** What a role expects; null with the reason in `source` where it cannot be read. Rejects only when aborted. */
  async expectedSkills(role: Role, call: RequestCall): Promise<Answer<readonly ExpectedSkillRow[]>> {
    const { integration, remoteId, row, fetchedAt } = role;
    if (row.expectedSkills === null) {
      const { value, ...how } = await this.#role(integration, remoteId, call);
      return { value: value && (value.expectedSkills ?? []), ...how };
    }
    // They came along with the list, or with the answer that named the role, and are as old as that.
    return this.#answer(integration, { state: 'CACHED', value: row.expectedSkills, fetchedAt, problem: null }, 0);
  }

  #shelf(integration: Integration, call: RequestCall): Promise<Answer<Shelf>> {
    return this.#once(call, integration.name, async () => {
      const reads = this.#roleReads.lists(integration);
      const began = this.#now();
      if (!reads || !integration.offers('READ_JOB_PROFILES')) {
        return this.#unsupported(integration);
      }
      const found = await readThrough(reads, [ALL_ROLES], { ...call, purpose: 'walk', clients: undefined });
      const { value, ...how } = this.#answer(integration, found.get(ALL_ROLES), this.#now() - began);
      const { fetchedAt } = how;
      return { value: value && fetchedAt !== null ? this.#shelfOf(integration, value, fetchedAt) : null, ...how };
    });
  }

  #role(integration: Integration, remoteId: string, call: RequestCall): Promise<Answer<JobProfileRow>> {
    return this.#once(call, JSON.stringify([integration.name, remoteId]), async () => {
      const reads = this.#roleReads.roles(integration);
      const began = this.#now();
      if (!reads) return this.#unsupported(integration);
      const found = await readThrough(reads, [remoteId], call);
      return this.#answer(integration, found.get(remoteId), this.#now() - began);
    });
  }

  /** The answer to a question of this request, which is put once. */
  #once<T>(call: RequestCall, key: string, ask: () => Promise<T>): Promise<T> {
    const asked = this.#asked.get(call) ?? new Map<string, Promise<unknown>>();
    this.#asked.set(call, asked);
    const known = asked.get(key) as Promise<T> | undefined;
    const answer = known ?? ask();
    asked.set(key, answer);
    return answer;
  }

  /** The roles of a list by id and by key, made once for each copy of it. */
  #shelfOf(integration: Integration, rows: readonly JobProfileRow[], fetchedAt: number): Shelf {
    const known = this.#shelves.get(rows);
    if (known) return known;
    const roles = new Map(rows.map((row) => [row.remoteId, new JobProfile(integration, row, fetchedAt)]));
    const byKey = new Map<string, Role | null>();
    for (const role of roles.values()) {
      for (const key of role.row.aliases) byKey.set(key, byKey.has(key) ? null : role);
    }
    const shelf = { roles, byKey };
    this.#shelves.set(rows, shelf);
    return shelf;
  }

  #unsupported(integration: Integration): Answer<never> {
    const source = answered(integration, { state: 'UNSUPPORTED', problem: null }, 0, this.#now());
    return { value: null, fetchedAt: null, source };
  }

  #answer<T>(integration: Integration, found: Found<T> | undefined, waitedMs: number): Answer<T> {
    if (!found) throw new Error('a question without an answer');
    const { value, fetchedAt } = 'value' in found ? found : { value: null, fetchedAt: null };
    const reading = 'value' in found ? { ...found, rows: [] } : found;
    return { value, fetchedAt, source: answered(integration, reading, waitedMs, this.#now()) };
  }
}

import type { Directory } from '../directory/directory.ts';
import type { Integration } from '../directory/integration.ts';
import type { SourceStatus } from '../domain/held.ts';
import { comparePositions } from '../domain/paging.ts';
import type { Call } from '../domain/ports.ts';
import { ProviderError, type Problem } from '../domain/problem.ts';
import type { Receipt } from '../domain/receipt.ts';
import { JobProfile, jobProfilePosition, type ExpectedSkillRow, type JobProfileRow } from '../domain/roles.ts';
import { SharedWork } from './sharedWork.ts';
import { inTime } from './inTime.ts';
import { answered } from './sources.ts';
import { within } from './within.ts';

/** As long as the directory's own walks lie apart: roles change more slowly than people. */
const KEPT_MS = 15 * 60_000;

export type Role = JobProfile<Integration>;

/** How long one question may wait, and who pays for it. */
export interface RolesQuestion extends Pick<Call, 'receipt'> {
  deadlineMs: number;
}

/** All roles of one integration as a walk found them. */
interface Shelf {
  roles: ReadonlyMap<string, Role>;
  /** Null for a key that two roles share. */
  byKey: ReadonlyMap<string, Role | null>;
  at: number;
}

interface Answer<T> {
  value: T | null;
  source: SourceStatus<Integration>;
}

/**
 * The roles of every integration, kept in memory like the directory, also with CACHE=off. The first question walks them,
 * one walk for everybody who waits; what a role expects is read when it is asked for, and kept as long.
 */
export class RolesCatalogue {
  readonly #directory: Directory;
  readonly #now: () => number;
  readonly #shelves = new Map<string, Shelf>();
  readonly #walks = new SharedWork<Shelf>();
  readonly #expected = new Map<string, { rows: readonly ExpectedSkillRow[]; at: number }>();
  readonly #reads = new SharedWork<JobProfileRow | null>();

  constructor(directory: Directory, now: () => number = Date.now) {
    this.#directory = directory;
    this.#now = now;
  }

  /** The roles of all integrations by name, and how each integration answered. Never rejects. */
  async all(question: RolesQuestion): Promise<{ roles: readonly Role[]; sources: SourceStatus<Integration>[] }> {
    const answers = await Promise.all(this.#directory.integrations.map((one) => this.#shelf(one, question)));
    const positionOf = jobProfilePosition(null);
    const roles = answers
      .flatMap(({ value }) => (value ? [...value.roles.values()] : []))
      .toSorted((a, b) => comparePositions(positionOf(a), positionOf(b)));
    return { roles, sources: answers.map(({ source }) => source) };
  }

  /** One role by the provider's id; null when it is unknown or cannot be read. */
  async byId(integration: Integration, remoteId: string, question: RolesQuestion): Promise<Role | null> {
    const { value } = await this.#shelf(integration, question);
    const known = value?.roles.get(remoteId);
    if (known || !integration.ports.jobProfiles) return known ?? null;
    // Where the list is missing, or is older than the role, the role itself may be there.
    const read = this.#read(integration, remoteId, question);
    const row = await within(question.deadlineMs, read, () => null).catch(() => null);
    return row && new JobProfile(integration, row);
  }

  /** The role that one of these keys names, the first that does; null for none. */
  async byKeys(integration: Integration, keys: readonly string[], question: RolesQuestion): Promise<Role | null> {
    const { value } = await this.#shelf(integration, question);
    for (const key of keys) {
      const role = value?.byKey.get(key);
      if (role) return role;
    }
    return null;
  }

  /** The role as it lies on the shelf; null without a question to the provider. */
  peek(integration: Integration, remoteId: string): Role | null {
    return this.#shelves.get(integration.name)?.roles.get(remoteId) ?? null;
  }

  /** What a role expects; null with the reason in `source` where it cannot be read. Never rejects. */
  async expectedSkills(role: Role, question: RolesQuestion): Promise<Answer<readonly ExpectedSkillRow[]>> {
    const { integration, remoteId, row } = role;
    const along = row.expectedSkills;
    const shelf = this.#shelves.get(integration.name);
    if (along !== null) return this.#answer(integration, along, { state: 'CACHED', at: shelf?.at ?? this.#now() });
    const key = keyOf(integration, remoteId);
    const kept = this.#expected.get(key);
    if (kept && this.#now() - kept.at < KEPT_MS) {
      return this.#answer(integration, kept.rows, { state: 'CACHED', at: kept.at });
    }
    const began = this.#now();
    try {
      const read = await inTime(question.deadlineMs, this.#read(integration, remoteId, question));
      if (read === null) throw new ProviderError('NOT_FOUND', 'The provider does not know this role.');
      const rows = read.expectedSkills ?? [];
      return this.#answer(integration, rows, { state: 'FRESH', at: this.#now(), waitedMs: this.#now() - began });
    } catch (error) {
      // One role that is missing does not switch the operation off.
      const isMissing = error instanceof ProviderError && error.code === 'NOT_OFFERED';
      const problem = isMissing ? error.toProblem() : integration.failed('READ_JOB_PROFILES', error);
      return this.#failure(integration, kept?.rows ?? null, { problem, at: kept?.at ?? null, began });
    }
  }

  /** One question at a time for each role; whoever comes meanwhile waits with the first. */
  #read(integration: Integration, remoteId: string, { receipt }: RolesQuestion): Promise<JobProfileRow | null> {
    const { jobProfiles } = integration.ports;
    if (!jobProfiles) return Promise.resolve(null);
    const key = keyOf(integration, remoteId);
    return this.#reads.join(key, { integration: integration.name, receipt }, async (shared) => {
      const row = await jobProfiles.read(remoteId, { purpose: 'request', receipt: shared });
      const rows = row?.expectedSkills;
      if (rows) this.#expected.set(key, { rows, at: this.#now() });
      return row;
    });
  }

  async #shelf(integration: Integration, question: RolesQuestion): Promise<Answer<Shelf>> {
    const kept = this.#shelves.get(integration.name) ?? null;
    const began = this.#now();
    if (kept && began - kept.at < KEPT_MS) {
      return this.#answer(integration, kept, { state: 'CACHED', at: kept.at });
    }
    if (!integration.offers('READ_JOB_PROFILES')) {
      return { value: null, source: answered(integration, { state: 'UNSUPPORTED', problem: null }, 0, began) };
    }
    try {
      const shelf = await inTime(question.deadlineMs, this.#walk(integration, question));
      return this.#answer(integration, shelf, { state: 'FRESH', at: shelf.at, waitedMs: this.#now() - began });
    } catch (error) {
      const problem = integration.failed('READ_JOB_PROFILES', error);
      return this.#failure(integration, kept, { problem, at: kept?.at ?? null, began });
    }
  }

  /** It is the directory's walk, whoever asked first, and goes on when they have gone. */
  #walk(integration: Integration, { receipt }: RolesQuestion): Promise<Shelf> {
    const { name } = integration;
    return this.#walks.join(name, { integration: name, receipt }, (shared) => this.#fill(integration, shared));
  }

  async #fill(integration: Integration, receipt: Receipt): Promise<Shelf> {
    const roles = new Map<string, Role>();
    for await (const { rows } of integration.ports.jobProfiles?.walk({ purpose: 'walk', receipt }) ?? []) {
      for (const row of rows) roles.set(row.remoteId, new JobProfile(integration, row));
    }
    integration.worked('READ_JOB_PROFILES');
    const byKey = new Map<string, Role | null>();
    for (const role of roles.values()) {
      for (const key of role.row.aliases) byKey.set(key, byKey.has(key) ? null : role);
    }
    const shelf = { roles, byKey, at: this.#now() };
    this.#shelves.set(integration.name, shelf);
    // What roles expected is as old as they are; what is gone with them is forgotten.
    for (const [key, { at }] of this.#expected) if (shelf.at - at >= KEPT_MS) this.#expected.delete(key);
    return shelf;
  }

  #answer<T>(
    integration: Integration,
    value: T,
    { state, at, waitedMs = 0 }: { state: 'FRESH' | 'CACHED'; at: number; waitedMs?: number },
  ): Answer<T> {
    return { value, source: answered(integration, { state, rows: [], fetchedAt: at }, waitedMs, this.#now()) };
  }

  /** The older copy, else the reason why there is none. */
  #failure<T>(
    integration: Integration,
    value: T | null,
    { problem, at, began }: { problem: Problem; at: number | null; began: number },
  ): Answer<T> {
    const now = this.#now();
    if (problem.code === 'NOT_OFFERED') {
      return { value: null, source: answered(integration, { state: 'UNSUPPORTED', problem }, 0, now) };
    }
    if (value === null || at === null) {
      return { value: null, source: answered(integration, { state: 'UNREACHABLE', problem }, now - began, now) };
    }
    return {
      value,
      source: answered(integration, { state: 'STALE', rows: [], fetchedAt: at, problem }, now - began, now),
    };
  }
}

function keyOf(integration: Integration, remoteId: string): string {
  return JSON.stringify([integration.name, remoteId]);
}

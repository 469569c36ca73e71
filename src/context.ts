import type { Directory } from './directory/directory.ts';
import type { SkillSearch } from './directory/skillSearch.ts';
import type { Viewer } from './domain/access.ts';
import type { Audit } from './domain/audit.ts';
import type { Receipt } from './domain/receipt.ts';
import type { RecordLinks } from './links/recordLinks.ts';
import type { ConsensusPolicies } from './loaders/consensusPolicies.ts';
import { createHoldersOfSkill, type HoldersOfSkill } from './loaders/holdersOfSkill.ts';
import { createRatingById, type RatingById } from './loaders/ratingById.ts';
import type { RatingReader } from './loaders/ratingReader.ts';
import type { RoleReads } from './loaders/roleReads.ts';
import type { RolesCatalogue } from './loaders/rolesCatalogue.ts';
import { RolesOfEmployee } from './loaders/rolesOfEmployee.ts';
import { createSkillsOfEmployee, type SkillsOfEmployee } from './loaders/skillsOfEmployee.ts';
import type { Quota } from './outbound/quota.ts';
import type { TaskEngine } from './tasks/engine/engine.ts';
import type { WebhookDeliveries } from './tasks/webhooks/deferredWebhooks.ts';
import type { SkillChanges } from './tasks/skillChanges.ts';

/** How resolvers ask; each puts together what is asked of it at once. */
export interface ContextLoaders {
  readonly skillsOfEmployee: SkillsOfEmployee;
  readonly holdersOfSkill: HoldersOfSkill;
  readonly policies: ConsensusPolicies;
  readonly ratingById: RatingById;
  readonly skillSearch: SkillSearch;
  readonly roles: RolesOfEmployee;
}

/** What a resolver is given; new for every request. */
export interface GatewayContext {
  viewer: Viewer;
  directory: Directory;
  loaders: ContextLoaders;
  tasks: TaskEngine;
  webhooks: WebhookDeliveries;
  links: Pick<RecordLinks, 'link' | 'unlink'>;
  skillChanges: Pick<SkillChanges, 'watch'>;
  /** Aborted when the client goes away. */
  signal: AbortSignal;
  /** What the viewer has left to spend; absent, or null, where nothing limits it. */
  budget?: (() => Quota | null | Promise<Quota | null>) | undefined;
  /** Told of every write; absent where nobody keeps an audit. */
  audit?: Audit | undefined;
  /** For the audit: the id under which the log has the request. */
  requestId?: string | undefined;
  /** Where the request's cost is written down, to go along on every call; absent where nobody asked. */
  receipt?: Receipt | undefined;
}

export interface ContextOptions extends Pick<
  GatewayContext,
  | 'viewer'
  | 'directory'
  | 'tasks'
  | 'webhooks'
  | 'links'
  | 'skillChanges'
  | 'signal'
  | 'receipt'
  | 'budget'
  | 'audit'
  | 'requestId'
> {
  readers: ReadonlyMap<string, RatingReader>;
  policies: ConsensusPolicies;
  skillSearch: SkillSearch;
  rolesCatalogue: RolesCatalogue;
  roleReads: RoleReads;
  deadlineMs: number;
}

/** Most that is kept of a deadline, in milliseconds: more than sixteen large pages take that are put together at once. */
const MOST_RESERVED_MS = 250;

/**
 * What is kept of a request's deadline to put the answer together and send it: whoever waits that long for a silent
 * provider has everything else by then. A fifth, for questions that wait for one provider all go on at the same moment.
 */
export function reserveOf(deadlineMs: number): number {
  return Math.min(deadlineMs / 5, MOST_RESERVED_MS);
}

/** Field by field: objects of one shape are made in a fraction of the time that spreading takes, and it is every request. */
export function createContext(options: ContextOptions): GatewayContext {
  const ends = performance.now() + options.deadlineMs - reserveOf(options.deadlineMs);
  return {
    viewer: options.viewer,
    directory: options.directory,
    loaders: new Loaders(options, ends),
    tasks: options.tasks,
    webhooks: options.webhooks,
    links: options.links,
    skillChanges: options.skillChanges,
    signal: options.signal,
    budget: options.budget,
    audit: options.audit,
    requestId: options.requestId,
    receipt: options.receipt,
  };
}

/** Makes each loader when it is first asked for: most questions need one of them or none. */
class Loaders implements ContextLoaders {
  readonly policies: ConsensusPolicies;
  readonly skillSearch: SkillSearch;
  readonly #options: ContextOptions;
  readonly #ends: number;
  #skillsOfEmployee: SkillsOfEmployee | undefined;
  #holdersOfSkill: HoldersOfSkill | undefined;
  #ratingById: RatingById | undefined;
  #roles: RolesOfEmployee | undefined;

  /** `ends`: when what a loader has asked is waited for no more, on the scale of `performance.now()`. */
  constructor(options: ContextOptions, ends: number) {
    this.policies = options.policies;
    this.skillSearch = options.skillSearch;
    this.#options = options;
    this.#ends = ends;
  }

  get skillsOfEmployee(): SkillsOfEmployee {
    return (this.#skillsOfEmployee ??= createSkillsOfEmployee(this.#shared()));
  }

  get holdersOfSkill(): HoldersOfSkill {
    return (this.#holdersOfSkill ??= createHoldersOfSkill(this.#shared()));
  }

  get ratingById(): RatingById {
    return (this.#ratingById ??= createRatingById(this.#shared()));
  }

  get roles(): RolesOfEmployee {
    return (this.#roles ??= new RolesOfEmployee(this.#shared()));
  }

  #shared() {
    const { directory, readers, signal, receipt, rolesCatalogue: catalogue, roleReads } = this.#options;
    const ends = this.#ends;
    return {
      directory,
      readers,
      signal,
      receipt,
      catalogue,
      roleReads,
      /** What is left when a loader asks: a question that waits for another's answer has no more time of its own. */
      get deadlineMs() {
        return Math.max(0, ends - performance.now());
      },
    };
  }
}

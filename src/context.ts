import type { Directory } from './directory/directory.ts';
import type { SkillSearch } from './directory/search/skillSearch.ts';
import { ownerOf, type Viewer } from './domain/access.ts';
import type { Audit } from './domain/audit.ts';
import { CallClients, NO_CLIENT } from './domain/callClients.ts';
import type { Receipt } from './domain/receipt.ts';
import type { RecordLinks } from './links/links.ts';
import type { ConsensusPolicies, Policies } from './loaders/consensusPolicies.ts';
import { awaitFirstSync } from './loaders/awaitFirstSync.ts';
import { createHoldersOfSkill, type HoldersOfSkill } from './loaders/holdersOfSkill.ts';
import { createRatingById, type RatingById } from './loaders/ratingById.ts';
import type { RatingReader } from './loaders/readers/employeeRatingReader.ts';
import type { RoleReads } from './loaders/readers/roleReader.ts';
import type { RolesCatalogue } from './loaders/rolesCatalogue.ts';
import { RolesOfEmployee } from './loaders/rolesOfEmployee.ts';
import { createSkillsOfEmployee, type SkillsOfEmployee } from './loaders/skillsOfEmployee.ts';
import type { Quota } from './outbound/policy/rateLimitHeaders.ts';
import type { TaskEngine } from './tasks/engine/engine.ts';
import type { WebhookDeliveries } from './webhooks/deferredWebhooks.ts';
import type { SkillChanges } from './tasks/skillChanges.ts';

/** How resolvers ask; each puts together what is asked of it at once. */
export interface ContextLoaders {
  readonly skillsOfEmployee: SkillsOfEmployee;
  readonly holdersOfSkill: HoldersOfSkill;
  readonly policies: Policies;
  readonly ratingById: RatingById;
  readonly skillSearch: SkillSearch;
  readonly roles: RolesOfEmployee;
  /** What `find` finds in the directory, after the first full syncs where it finds nothing before. */
  afterFirstSync<T>(find: () => T | null): T | null | Promise<T | null>;
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

/** What all requests of a tenant share. */
export interface TenantParts extends Pick<GatewayContext, 'directory' | 'links' | 'skillChanges'> {
  readers: ReadonlyMap<string, RatingReader>;
  policies: ConsensusPolicies;
  skillSearch: SkillSearch;
  rolesCatalogue: RolesCatalogue;
  roleReads: RoleReads;
}

/** What a request brings along. */
export interface RequestParts extends Pick<
  GatewayContext,
  'viewer' | 'budget' | 'tasks' | 'webhooks' | 'signal' | 'receipt' | 'audit' | 'requestId'
> {
  /** When what was asked is waited for no more, on the scale of `performance.now()`. */
  waitUntil: number;
}

/** Field by field: objects of one shape are made in a fraction of the time that spreading takes, and it is every request. */
export function createContext(tenant: TenantParts, request: RequestParts): GatewayContext {
  return {
    viewer: request.viewer,
    directory: tenant.directory,
    loaders: new Loaders(tenant, request),
    tasks: request.tasks,
    webhooks: request.webhooks,
    links: tenant.links,
    skillChanges: tenant.skillChanges,
    signal: request.signal,
    budget: request.budget,
    audit: request.audit,
    requestId: request.requestId,
    receipt: request.receipt,
  };
}

/** Makes each loader when it is first asked for: most questions need one of them or none. */
class Loaders implements ContextLoaders {
  readonly skillSearch: SkillSearch;
  readonly #tenant: TenantParts;
  readonly #request: RequestParts;
  #clients: CallClients | undefined;
  #skillsOfEmployee: SkillsOfEmployee | undefined;
  #holdersOfSkill: HoldersOfSkill | undefined;
  #policies: Policies | undefined;
  #ratingById: RatingById | undefined;
  #roles: RolesOfEmployee | undefined;

  constructor(tenant: TenantParts, request: RequestParts) {
    this.skillSearch = tenant.skillSearch;
    this.#tenant = tenant;
    this.#request = request;
  }

  get skillsOfEmployee(): SkillsOfEmployee {
    return (this.#skillsOfEmployee ??= createSkillsOfEmployee(this.#shared()));
  }

  get holdersOfSkill(): HoldersOfSkill {
    return (this.#holdersOfSkill ??= createHoldersOfSkill(this.#shared()));
  }

  get policies(): Policies {
    return (this.#policies ??= this.#tenant.policies.forRequest(this.#shared()));
  }

  get ratingById(): RatingById {
    return (this.#ratingById ??= createRatingById(this.#shared()));
  }

  get roles(): RolesOfEmployee {
    return (this.#roles ??= new RolesOfEmployee(this.#shared()));
  }

  afterFirstSync<T>(find: () => T | null): T | null | Promise<T | null> {
    return awaitFirstSync(this.#tenant.directory, find, () => this.#shared().deadlineMs);
  }

  #shared() {
    const { directory, readers, rolesCatalogue: catalogue, roleReads } = this.#tenant;
    const { viewer, signal, receipt, waitUntil } = this.#request;
    this.#clients ??= new CallClients([ownerOf(viewer) ?? NO_CLIENT]);
    return {
      clients: this.#clients,
      directory,
      readers,
      signal,
      receipt,
      catalogue,
      roleReads,
      /** What is left when a loader asks: a question that waits for another's answer has no more time of its own. */
      get deadlineMs() {
        return Math.max(0, waitUntil - performance.now());
      },
    };
  }
}

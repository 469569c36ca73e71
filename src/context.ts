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

/** What a resolver is given; new for every request. */
export interface GatewayContext {
  viewer: Viewer;
  directory: Directory;
  loaders: {
    skillsOfEmployee: SkillsOfEmployee;
    holdersOfSkill: HoldersOfSkill;
    policies: ConsensusPolicies;
    ratingById: RatingById;
    skillSearch: SkillSearch;
    roles: RolesOfEmployee;
  };
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

export function createContext({
  readers,
  policies,
  skillSearch,
  rolesCatalogue,
  roleReads,
  deadlineMs,
  ...shared
}: ContextOptions): GatewayContext {
  const { directory, signal, receipt } = shared;
  const ends = performance.now() + deadlineMs - reserveOf(deadlineMs);
  const options = {
    directory,
    readers,
    signal,
    receipt,
    catalogue: rolesCatalogue,
    roleReads,
    /** What is left when a loader asks: a question that waits for another's answer has no more time of its own. */
    get deadlineMs() {
      return Math.max(0, ends - performance.now());
    },
  };
  return {
    ...shared,
    loaders: {
      skillsOfEmployee: createSkillsOfEmployee(options),
      holdersOfSkill: createHoldersOfSkill(options),
      policies,
      ratingById: createRatingById(options),
      skillSearch,
      roles: new RolesOfEmployee(options),
    },
  };
}

import type { Directory } from './directory/directory.ts';
import type { Viewer } from './domain/access.ts';
import type { Audit } from './domain/audit.ts';
import type { Receipt } from './domain/receipt.ts';
import type { RecordLinks } from './links/links.ts';
import { Loaders, type LoaderSources } from './loaders/loaders.ts';
import type { LoaderRequest } from './loaders/requestCall.ts';
import type { Quota } from './outbound/policy/rateLimitHeaders.ts';
import type { TaskEngine } from './tasks/engine/engine.ts';
import type { WebhookDeliveries } from './webhooks/deferredWebhooks.ts';
import type { SkillChanges } from './tasks/skillChanges.ts';

/** What a resolver is given; new for every request. */
export interface GatewayContext {
  viewer: Viewer;
  directory: Directory;
  loaders: Loaders;
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
export interface TenantParts extends LoaderSources, Pick<GatewayContext, 'links' | 'skillChanges'> {}

/** What a request brings along. */
export interface RequestParts
  extends LoaderRequest, Pick<GatewayContext, 'budget' | 'tasks' | 'webhooks' | 'audit' | 'requestId'> {}

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
    signal: request.deadline.signal,
    budget: request.budget,
    audit: request.audit,
    requestId: request.requestId,
    receipt: request.receipt,
  };
}

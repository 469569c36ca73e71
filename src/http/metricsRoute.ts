import { permits, type Viewer } from '../domain/access.ts';
import { send, type Exchange } from './exchange.ts';
import { HttpError } from '../domain/httpError.ts';
import type { Metrics } from '../observability/metrics.ts';

/** Who may read /metrics: everybody who reaches it, whoever shows a token, or nobody. */
export type MetricsAccess = 'on' | 'token' | 'off';

export interface MetricsPageOptions {
  metrics: Metrics;
  access: MetricsAccess;
  /** Who the request is from; refuses where it is nobody's. */
  viewer: () => Promise<Viewer>;
}

/** Answers /metrics. A client sees its own tenant's series and those of the process, where access is by token. */
export async function answerMetrics(exchange: Exchange, options: MetricsPageOptions): Promise<void> {
  const { metrics, access } = options;
  const { method } = exchange.request;
  if (access === 'off') throw new HttpError(404, 'NOT_FOUND', 'There is nothing here; GraphQL is at /graphql.');
  if (method !== 'GET') throw new HttpError(405, 'METHOD_NOT_ALLOWED', 'Metrics are read by GET.', { allow: 'GET' });
  if (access === 'on') return sendText(exchange, await metrics.text(), metrics.contentType);
  const viewer = await options.viewer();
  if (!permits(viewer, 'integrations:read')) {
    throw new HttpError(
      403,
      'FORBIDDEN',
      'Metrics need the scope integrations:read.',
      {},
      { scope: 'integrations:read' },
    );
  }
  sendText(exchange, ofTenant(await metrics.text(), viewer.tenant), metrics.contentType);
}

/** Leaves out what belongs to other tenants. */
export function ofTenant(text: string, tenant: string): string {
  const own = `tenant=${JSON.stringify(tenant)}`;
  return text
    .split('\n')
    .filter((line) => line.startsWith('#') || !line.includes('{') || !/[{,]tenant="/.test(line) || line.includes(own))
    .join('\n');
}

function sendText(exchange: Exchange, text: string, contentType: string): void {
  send(exchange, 200, { 'content-type': contentType }, text);
}

import type { GatewayServerOptions } from '../../src/http/server.ts';

/** Of a server that a test starts by itself: on any port, for everybody. */
export const SERVER_CONFIG: GatewayServerOptions['config'] = {
  host: '127.0.0.1',
  port: 0,
  apiKeys: [],
  corsOrigins: [],
  deadlineMs: 10_000,
  longestDeadlineMs: 30_000,
  receipts: true,
};

import type { Log } from '../lib/log.ts';
import type { Observed } from '../graphql/observer.ts';

/** A request or operation as it ended, by whatever it came. */
export interface RequestEnd {
  requestId: string;
  /** `WS` for an operation on a WebSocket. */
  method: string | undefined;
  route: 'graphql' | 'health' | 'metrics' | 'other';
  /** As Observed.ended. */
  status: number | null;
  /** On the scale of `performance.now()`. */
  started: number;
  client: string | null;
  /** Why it was refused before GraphQL saw it, as `Refusal.reason`. */
  reason?: string | undefined;
  aborted: boolean;
  seen: Observed | null | undefined;
}

/** Counts a request and writes its one line into the log. */
export function noteEnd(log: Log, end: RequestEnd): void {
  const { requestId, method, route, status, client, reason, aborted, seen } = end;
  seen?.ended({ status, aborted });
  const line = {
    requestId,
    ...(seen?.traceId ? { traceId: seen.traceId } : {}),
    method,
    route,
    status,
    milliseconds: Math.round((performance.now() - end.started) * 10) / 10,
    client,
    ...(reason === undefined ? {} : { reason }),
    ...(aborted ? { aborted } : {}),
  };
  // Asked for every few seconds.
  if (route === 'health' || route === 'metrics') log.debug(line, 'request');
  else log.info(line, 'request');
}

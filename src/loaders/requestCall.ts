import { ownerOf, type Viewer } from '../domain/access.ts';
import { CallClients, NO_CLIENT } from '../domain/callClients.ts';
import type { Deadline } from '../domain/deadline.ts';
import type { Call } from '../domain/ports.ts';
import type { Receipt } from '../domain/receipt.ts';

/** For whom loaders ask. */
export interface LoaderRequest {
  viewer: Viewer;
  deadline: Deadline;
  /** Records the cost; absent unless the request asked for a receipt. */
  receipt?: Receipt | undefined;
}

/** The call that a request makes of providers: one object for all of its questions. */
export interface RequestCall extends Call {
  deadline: Deadline;
}

/** The call of this request. */
export function requestCall({ viewer, deadline, receipt }: LoaderRequest): RequestCall {
  const clients = new CallClients([ownerOf(viewer) ?? NO_CLIENT]);
  return { purpose: 'request', signal: deadline.signal, deadline, clients, receipt };
}

import type { Viewer } from '../domain/access.ts';
import type { Receipt } from '../domain/receipt.ts';
import type { Observed } from './observer.ts';
import type { Spending } from './demandControl/charge.ts';

/** What a request brings along; yoga's server context. */
export interface RequestScope {
  /** Aborted when the client goes away or the server closes. */
  signal: AbortSignal;
  viewer: Viewer;
  /** The context that resolvers see, exactly this object. */
  resolverContext: unknown;
  /** Another one, or a promise of it: each event of a subscription has its own, so that it shows what is so by then. */
  newContext: () => unknown;
  /** Shown with the answer; null where it was not asked for. */
  receipt: Receipt | null;
  /** What the operation's cost is taken from and noted in; absent where nobody counts. */
  spending?: Spending | undefined;
  /** The request's id, for the log. */
  requestId: string;
  /** Whether the client takes the events of a subscription as they come. */
  takesEvents: boolean;
  /** Whether the client takes an answer in parts. */
  takesParts: boolean;
  /** Whether it gets one, set by the execution. */
  inParts: boolean;
  /** What is to be streamed, set by the execution: to be ended where it is not streamed after all. */
  stream?: AsyncIterable<unknown> | undefined;
  /** Who watches the request; absent where nobody does. */
  seen?: Observed | undefined;
}

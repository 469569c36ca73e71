import { GraphQLError } from 'graphql';
import type { Account } from './budget.ts';
import { costExceeded } from './limitCheck.ts';
import { HttpError } from '../../domain/httpError.ts';

/** How a client asks what its operation costs; `X-Gateway-Cost` as people write it. */
export const COST_HEADER = 'x-gateway-cost';

/** Characters of a document that are read for a cost of one: some 50 tokens, a millisecond of parsing and validating. */
const READ_FOR_ONE = 1_000;

/** Characters of a body that are read for a cost of one: JSON is read some fifty times as fast, and looked through twice. */
const BODY_FOR_ONE = 10_000;

/** What an operation costs, as `extensions.cost` shows it: null where no budget is in force. */
export interface CostReport {
  requested: number;
  remaining: number | null;
  resetAt: string | null;
}

/** The cost of one request: what it may spend, and what it did. */
export class Spending {
  readonly account: Account | null;
  /** Whether the client asked to see it. */
  readonly wanted: boolean;
  /** Null before `pay`. */
  #requested: number | null = null;
  /** Taken already for reading the document; the operation costs so much less. */
  #read = 0;

  constructor({ account, wanted }: { account: Account | null; wanted: boolean }) {
    this.account = account;
    this.wanted = wanted;
  }

  /** Takes the cost of an operation from the budget, or says why it is not to run. */
  async pay(cost: number): Promise<GraphQLError | null> {
    this.#requested = cost;
    const { account } = this;
    // What is free by the table is still a request.
    if (!account || (await account.spend(Math.max(0, Math.max(1, cost) - this.#read)))) return null;
    if (cost > account.limit) return costExceeded(cost, account.limit);
    const { message, retryAfterSeconds, headers } = waitOf(account);
    return new GraphQLError(message, {
      extensions: { code: 'RATE_LIMITED', retryAfterSeconds, http: { status: 429, headers } },
    });
  }

  /**
   * Takes the cost of reading a body of so many characters, whatever of it the operation uses. A small one is free: its
   * operation costs at least one. It counts towards what the operation costs. Null where it may be read.
   */
  async payForBody(length: number): Promise<HttpError | null> {
    return this.#payAhead(Math.floor(length / BODY_FOR_ONE));
  }

  /**
   * Takes the cost of reading a document that is not known yet: parsing and validating it is work too, also where it turns out
   * to be none. It counts towards what the operation costs. Null where it may be read.
   */
  async payForReading(text: string): Promise<HttpError | null> {
    return this.#payAhead(Math.max(1, Math.ceil(text.length / READ_FOR_ONE)));
  }

  async #payAhead(cost: number): Promise<HttpError | null> {
    const { account } = this;
    if (!account || cost === 0) return null;
    if (await account.spend(cost)) {
      this.#read += cost;
      return null;
    }
    const { message, retryAfterSeconds, headers } = waitOf(account);
    return new HttpError(429, 'RATE_LIMITED', message, headers, { retryAfterSeconds });
  }

  /** For `extensions.cost`: where it was asked for, or a budget is in force. */
  report(): CostReport | null {
    if (this.#requested === null) return null;
    const { account, wanted } = this;
    if (!wanted && !account) return null;
    const state = account?.state ?? null;
    return {
      requested: this.#requested,
      remaining: state && state.remaining,
      resetAt: state && new Date(state.resetAt).toISOString(),
    };
  }
}

/** How long to wait for the next window, in words and in numbers. */
function waitOf(account: Account): { message: string; retryAfterSeconds: number; headers: Record<string, string> } {
  const waitMs = (account.state?.resetAt ?? Date.now()) - Date.now();
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
  return {
    message: `Too little is left of the budget for this operation: try again in ${retryAfterSeconds} s.`,
    retryAfterSeconds,
    headers: { 'retry-after': String(retryAfterSeconds) },
  };
}

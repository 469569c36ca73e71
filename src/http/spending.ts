import { GraphQLError } from 'graphql';
import type { Account } from './budget.ts';
import { costExceeded } from './limitCheck.ts';

/** How a client asks what its operation costs; `X-Gateway-Cost` as people write it. */
export const COST_HEADER = 'x-gateway-cost';

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

  constructor({ account, wanted }: { account: Account | null; wanted: boolean }) {
    this.account = account;
    this.wanted = wanted;
  }

  /** Takes the cost of an operation from the budget, or says why it is not to run. */
  async pay(cost: number): Promise<GraphQLError | null> {
    this.#requested = cost;
    const { account } = this;
    // What is free by the table is still a request.
    if (!account || (await account.spend(Math.max(1, cost)))) return null;
    if (cost > account.limit) return costExceeded(cost, account.limit);
    return rateLimited((account.state?.resetAt ?? Date.now()) - Date.now());
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

function rateLimited(waitMs: number): GraphQLError {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
  return new GraphQLError(`Too little is left of the budget for this operation: try again in ${retryAfterSeconds} s.`, {
    extensions: {
      code: 'RATE_LIMITED',
      retryAfterSeconds,
      http: { status: 429, headers: { 'retry-after': String(retryAfterSeconds) } },
    },
  });
}

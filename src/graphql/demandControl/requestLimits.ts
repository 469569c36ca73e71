import type { Budget, Viewer } from '../../domain/access.ts';
import { createBudgets, type Budgets, type BudgetsOptions } from './budget.ts';
import type { OperationLimits } from './limits.ts';
import { readPersistedDocuments, type PersistedDocuments } from '../persistedDocuments.ts';
import { Spending } from './charge.ts';

/** What requests for GraphQL are held to. Read for each request, so that what is replaced counts from then on. */
export interface RequestLimits {
  operation: OperationLimits;
  /** Whether the schema is told to whoever asks. */
  introspection: boolean;
  budgets: Budgets;
  /** Null: documents come as text. */
  persisted: PersistedDocuments | null;
}

/** What a request may spend; undefined where neither a budget is in force nor the client asked for the cost. */
export function spendingOf(
  limits: Pick<RequestLimits, 'budgets'> | undefined,
  viewer: Viewer,
  wanted: boolean,
): Spending | undefined {
  const account = limits?.budgets.accountOf(viewer, viewer.budget) ?? null;
  return account || wanted ? new Spending({ account, wanted }) : undefined;
}

export interface LimitSettings {
  limits: OperationLimits;
  introspection: boolean;
  budget: Budget | null;
  persistedDocuments: string | null;
  persistedOnly: boolean;
}

/** What a configuration says of limits, as requests are held to it. Rejects where the persisted documents cannot be read. */
export async function readRequestLimits(
  { limits: operation, introspection, budget, persistedDocuments, persistedOnly }: LimitSettings,
  store: BudgetsOptions['store'],
): Promise<RequestLimits> {
  return {
    operation,
    introspection,
    budgets: createBudgets({ usual: budget, store }),
    persisted:
      persistedDocuments === null
        ? null
        : { byId: await readPersistedDocuments(persistedDocuments), only: persistedOnly },
  };
}

import type { ItemWrite } from '../task.ts';

/** What one visit asks a provider for: items of one batch, which are all for one integration and operation. */
export interface AskedItems {
  taskId: string;
  integration: string;
  operation: ItemWrite['operation'];
  items: number;
}

/**
 * Joins the work on tasks to the traces of those who asked for it. What is kept lies in the queue with each batch, not in
 * the store: it is of use to nobody once the batch is done with.
 */
export interface TaskTraces {
  /** The place in a trace from which this is called, as text to be kept; null outside of traces. */
  here(): string | null;
  /** Asks within a span of its own below that place; null, or what cannot be read, begins a trace. */
  visit<Answer>(place: string | null, asked: AskedItems, ask: () => Promise<Answer>): Promise<Answer>;
}

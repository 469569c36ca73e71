import type { ItemProgress } from './store.ts';

/** What the worker remembers of an item that it has not visited yet. */
export const NO_PROGRESS: ItemProgress = {
  tries: 0,
  dueAt: null,
  acceptedAt: null,
  resubmitted: false,
  uncertain: false,
};

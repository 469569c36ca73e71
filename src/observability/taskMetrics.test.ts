import { Registry } from '@prometheus-io/client';
import { describe, expect, it } from 'vitest';
import type { Backlog } from '../tasks/store/store.ts';
import { TaskMetrics } from './taskMetrics.ts';

/** What one scrape shows of the store, by the names after `gateway_`, and how often that asked the store. */
async function scraped(backlog: () => Promise<Backlog | null>, takesWrites = () => Promise.resolve(true)) {
  const registry = new Registry();
  let asked = 0;
  const metrics = new TaskMetrics(registry);
  metrics.backlog = () => {
    asked += 1;
    return backlog();
  };
  metrics.takesWrites = takesWrites;
  const lines = (await registry.metrics()).split('\n').map((line) => /^gateway_(queue_\w+|store_\w+) (.+)$/.exec(line));
  return { asked, shown: Object.fromEntries(lines.flatMap((line) => (line ? [[line[1], Number(line[2])]] : []))) };
}

describe('the metrics of the task store', () => {
  it('tell in one scrape, of one question, what is open and for how long', async () => {
    const { asked, shown } = await scraped(() => Promise.resolve({ open: 3, oldestAt: Date.now() - 600_000 }));
    expect(shown).toEqual({ queue_open_batches: 3, queue_oldest_age_seconds: expect.closeTo(600, 0), store_up: 1 });
    expect(asked).toBe(1);
  });

  it('tell of no age where nothing is open', async () => {
    const { shown } = await scraped(() => Promise.resolve({ open: 0, oldestAt: null }));
    expect(shown).toEqual({ queue_open_batches: 0, queue_oldest_age_seconds: 0, store_up: 1 });
  });

  it('say that a store is down that can be read and takes no writes', async () => {
    const full = () => Promise.resolve(false);
    const { shown } = await scraped(() => Promise.resolve({ open: 3, oldestAt: Date.now() }), full);
    expect(shown).toEqual({ queue_open_batches: 3, queue_oldest_age_seconds: expect.closeTo(0, 0), store_up: 0 });
  });

  it.each([
    ['is away', () => Promise.resolve(null), () => Promise.resolve(false)],
    ['fails', () => Promise.reject(new Error('closed')), () => Promise.reject(new Error('closed'))],
  ])('say nothing of a queue whose store %s, but that it is down', async (_, backlog, takesWrites) => {
    expect((await scraped(backlog, takesWrites)).shown).toEqual({ store_up: 0 });
  });
});

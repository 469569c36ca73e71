/** Writing to a provider under faults, as the engine's worker does, on virtual time. */
import type { Effect } from '../../../src/simulator/simulator.ts';
import { runBatch } from '../../../src/tasks/engine/batchProcessor.ts';
import type { TaskStore } from '../../../src/tasks/store/store.ts';
import type { ItemWrite, TaskItem } from '../../../src/tasks/task.ts';
import { vi } from 'vitest';
import { walkPages } from '../contract/provider.ts';
import { WRITE_CASES, type Known } from '../contract/items.ts';
import { onVirtualTime, type Patient } from './faults.ts';
import { holding } from '../hold.ts';
import { oneItemStore, type OneItemStore } from '../fakes/oneItemStore.ts';

/** The writes that are tried: their ports have the same names. */
export type TriedWrite = 'rate' | 'upsertEmployees' | 'addCertificates';

/** Something to write that is not there yet; asked before any fault is laid. */
export async function workOf({ integration: { ports } }: Patient, operation: TriedWrite): Promise<ItemWrite> {
  const known: Known = {
    employees: (await walkPages(ports, 'employees')).flatMap(({ rows }) => rows) as Known['employees'][number][],
    skills: (await walkPages(ports, 'skills')).flatMap(({ rows }) => rows) as Known['skills'][number][],
    ratings: (await walkPages(ports, 'ratings')).flatMap(({ rows }) => rows) as Known['ratings'][number][],
  };
  const [write] = WRITE_CASES[operation].items(known, ports, 1);
  return { operation, write } as ItemWrite;
}

/** How an item ended. */
export interface Ending {
  item: TaskItem;
  /** Requests that would change something. */
  sent: number;
  /** What took effect, what changed nothing left out. */
  effects: Effect[];
  milliseconds: number;
}

/** Visits a task of one item, each time it is due, to its end. */
export async function endOf(patient: Patient, work: ItemWrite): Promise<Ending> {
  const { integration, wire, simulator } = patient;
  const before = { sent: wire.sent.length, journal: simulator.journal.length };
  const began = Date.now();
  const store = oneItemStore('task', integration.name, work);
  const worker = {
    store: store as OneItemStore & TaskStore,
    ports: () => integration.ports,
    publish: () => {},
    written: () => {},
    now: () => Date.now(),
    random: () => 0,
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  };
  for (;;) {
    const next = await onVirtualTime(runBatch({ taskId: 'task', batch: 0 }, worker, holding()));
    if (next === null) break;
    await vi.advanceTimersByTimeAsync(Math.max(0, next - Date.now()));
  }
  return {
    item: store.item,
    sent: wire.sent.slice(before.sent).filter(({ method }) => method !== 'GET').length,
    effects: simulator.journal
      .slice(before.journal)
      .flatMap(({ effects }) => effects)
      .filter(({ change }) => change !== 'unchanged'),
    milliseconds: Date.now() - began,
  };
}

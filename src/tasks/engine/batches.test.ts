import { describe, expect, it } from 'vitest';
import type { Ports, WritePort } from '../../domain/ports.ts';
import type { ItemWrite, NewTaskItem } from '../task.ts';
import { batchesOf } from './batches.ts';

function item(integration: string, operation: 'rate' | 'assign'): NewTaskItem {
  const work: ItemWrite = { operation, write: { employeeId: 'e', skillId: 's', value: null, scale: null } };
  return { index: 0, key: null, integration, work, conversion: null, warnings: [] };
}

function port<Item, Row>(batchSize: number): WritePort<Item, Row> {
  return { batchSize, repeat: 'safe', run: () => Promise.resolve([]) };
}

describe('batches', () => {
  it('hold items of one port of one integration, as many as a call takes', () => {
    const ports: Record<string, Ports> = { a: { rate: port(2), assign: port(3) }, b: { rate: port(1) } };
    const items = [
      item('a', 'rate'),
      item('b', 'rate'),
      item('a', 'assign'),
      item('a', 'rate'),
      item('b', 'rate'),
      item('a', 'rate'),
      item('a', 'assign'),
    ];
    expect(batchesOf(items, (integration) => ports[integration] ?? null)).toEqual([0, 1, 2, 0, 3, 4, 2]);
  });

  it('hold one item each where there is no such port', () => {
    expect(batchesOf([item('a', 'rate'), item('a', 'rate')], () => null)).toEqual([0, 1]);
    expect(batchesOf([item('a', 'rate'), item('a', 'rate')], () => ({}))).toEqual([0, 1]);
  });
});

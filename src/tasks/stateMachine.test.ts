import { describe, expect, it } from 'vitest';
import type { TaskCounts, TaskState } from './task.ts';
import { isFinalItem, isFinalTask, taskStateOf } from './stateMachine.ts';

const none: TaskCounts = {
  total: 0,
  pending: 0,
  running: 0,
  succeeded: 0,
  failed: 0,
  unknown: 0,
  skipped: 0,
  cancelled: 0,
};
const started = { started: true, expired: false, cancelRequested: false, stopped: false };

describe('the state of a task', () => {
  it.each<[TaskState, Partial<TaskCounts>]>([
    ['RUNNING', { pending: 1, succeeded: 1 }],
    ['RUNNING', { running: 1, failed: 3 }],
    ['SUCCEEDED', { succeeded: 2 }],
    ['SUCCEEDED', { skipped: 2 }],
    ['SUCCEEDED', { succeeded: 1, skipped: 1 }],
    ['PARTIALLY_SUCCEEDED', { succeeded: 1, failed: 1 }],
    ['PARTIALLY_SUCCEEDED', { skipped: 1, unknown: 1 }],
    ['PARTIALLY_SUCCEEDED', { succeeded: 1, cancelled: 1 }],
    ['FAILED', { failed: 1 }],
    ['FAILED', { unknown: 2 }],
    ['FAILED', { failed: 1, cancelled: 1 }],
    ['CANCELLED', { cancelled: 2 }],
  ])('is %s with %j', (state, counts) => {
    expect(taskStateOf({ ...none, ...counts }, started)).toBe(state);
  });

  it('is QUEUED until the first item runs', () => {
    expect(taskStateOf({ ...none, pending: 2 }, { ...started, started: false })).toBe('QUEUED');
  });

  it('is CANCELLING from the request until the last item is final', () => {
    const asked = { ...started, cancelRequested: true };
    expect(taskStateOf({ ...none, pending: 1 }, asked)).toBe('CANCELLING');
    expect(taskStateOf({ ...none, running: 1, succeeded: 1 }, { ...asked, started: false })).toBe('CANCELLING');
  });

  it.each<[TaskState, boolean, Partial<TaskCounts>]>([
    ['CANCELLED', true, { succeeded: 2, cancelled: 1 }],
    ['CANCELLED', true, { succeeded: 2, unknown: 1 }],
    ['CANCELLED', true, { failed: 1, cancelled: 1 }],
    ['SUCCEEDED', false, { succeeded: 2 }],
    ['PARTIALLY_SUCCEEDED', false, { succeeded: 2, cancelled: 1 }],
    ['FAILED', false, { unknown: 1 }],
  ])('is %s after a request to stop that ended an item: %s, with %j', (state, stopped, counts) => {
    expect(taskStateOf({ ...none, ...counts }, { ...started, cancelRequested: true, stopped })).toBe(state);
  });

  it('is EXPIRED once its items are dropped', () => {
    expect(taskStateOf({ ...none, succeeded: 2 }, { ...started, expired: true })).toBe('EXPIRED');
  });

  it('is final or not', () => {
    expect((['QUEUED', 'RUNNING', 'CANCELLING'] as const).map(isFinalTask)).toEqual([false, false, false]);
    expect((['SUCCEEDED', 'PARTIALLY_SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED'] as const).every(isFinalTask)).toBe(
      true,
    );
    expect((['PENDING', 'RUNNING'] as const).map(isFinalItem)).toEqual([false, false]);
    expect((['SUCCEEDED', 'FAILED', 'OUTCOME_UNKNOWN', 'SKIPPED', 'CANCELLED'] as const).every(isFinalItem)).toBe(true);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { employeeRow, FakeProvider, skillRow } from '../../../test/support/fakes/fakeProvider.ts';
import { FakeTasks, WRITER } from '../../../test/support/fakes/fakeTasks.ts';
import { Directory } from '../../directory/directory.ts';
import { encodeId } from '../../domain/ids.ts';
import type { RatingWrite, WritePort } from '../../domain/ports.ts';
import { ProviderError } from '../../domain/problem.ts';
import type { RatingRow } from '../../domain/records.ts';
import { cancelTask } from './cancelTask.ts';
import { rateSkills } from './rateSkills.ts';
import { retryTask, type RetryTaskInput } from './retryTask.ts';
import type { TaskItemState } from '../task.ts';

const port: WritePort<RatingWrite, RatingRow> = { batchSize: 10, repeat: 'safe', run: () => Promise.resolve([]) };
const SKILLS = ['a', 'b', 'c', 'd', 'e'];
const ENDED: TaskItemState[] = ['SUCCEEDED', 'FAILED', 'OUTCOME_UNKNOWN', 'SKIPPED', 'CANCELLED'];
const TASK = encodeId('Task', 'task-1');

let hr: FakeProvider;
let directory: Directory;
let engine: FakeTasks;

/** A task of five items, each of which ended otherwise. */
beforeEach(async () => {
  hr = new FakeProvider({ name: 'hr', ports: { rate: port } });
  directory = new Directory([hr.integration]);
  directory.putEmployees('hr', [employeeRow('1', { name: 'Lea Martin', employeeNumber: '1' })]);
  directory.putSkills(
    'hr',
    SKILLS.map((name) => skillRow(name)),
  );
  engine = new FakeTasks();
  await rateSkills(
    {
      items: SKILLS.map((name) => ({
        key: name,
        employee: { employeeNumber: '1' },
        skill: { name },
        proficiency: { level: 0.5 },
      })),
    },
    WRITER,
    { directory, engine },
  );
  engine.end('task-1', 'PARTIALLY_SUCCEEDED', ENDED);
});

const retry = (input: Partial<RetryTaskInput> = {}) =>
  retryTask({ taskId: TASK, onlyFailed: true, includeUnknown: false, ...input }, WRITER, { directory, engine });

const refusal = async (input: Partial<RetryTaskInput> = {}) => {
  const { task, userErrors } = await retry(input);
  expect(task).toBeNull();
  return userErrors.map(({ code, field }) => `${code} ${field.join('.')}`);
};

describe('a retry', () => {
  it('does the failed items again as they were, in a child of the task', async () => {
    const answer = await retry();
    expect(answer).toMatchObject({ task: { id: 'task-2', kind: 'RATE_SKILLS', parentId: 'task-1' }, userErrors: [] });
    expect(engine.started[1]).toEqual({
      ...WRITER,
      kind: 'RATE_SKILLS',
      items: [engine.started[0]?.items[1]],
      idempotency: null,
      parentId: 'task-1',
    });
  });

  it.each([
    [{ onlyFailed: true, includeUnknown: true }, 'b c'],
    [{ onlyFailed: false, includeUnknown: false }, 'a b d e'],
    [{ onlyFailed: false, includeUnknown: true }, 'a b c d e'],
  ])('of %j takes these items', async (input, keys) => {
    await retry(input);
    expect(engine.started[1]?.items.map(({ key }) => key).join(' ')).toBe(keys);
  });

  it('of a task that nobody knows, or somebody else has, is refused', async () => {
    for (const taskId of ['x', encodeId('Task', 'task-9'), encodeId('Skill', 'task-1')]) {
      expect(await refusal({ taskId })).toEqual(['NOT_FOUND input.taskId']);
    }
    const foreign = await retryTask(
      { taskId: TASK, onlyFailed: true, includeUnknown: false },
      { ...WRITER, tenant: 'other' },
      { directory, engine },
    );
    expect(foreign.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });

  it.each(['QUEUED', 'RUNNING', 'CANCELLING', 'EXPIRED'] as const)('of a task that is %s is refused', async (state) => {
    engine.end('task-1', state, []);
    expect(await refusal()).toEqual(['NOT_RETRYABLE input.taskId']);
  });

  it('of a task with nothing to do again is refused', async () => {
    engine.end(
      'task-1',
      'SUCCEEDED',
      SKILLS.map(() => 'SUCCEEDED'),
    );
    expect(await refusal()).toEqual(['NOT_RETRYABLE input.taskId']);
    expect((await retry({ onlyFailed: false })).userErrors).toEqual([]);
  });

  it('of a task with nothing but unknown outcomes says how to ask for them', async () => {
    engine.end(
      'task-1',
      'FAILED',
      SKILLS.map(() => 'OUTCOME_UNKNOWN'),
    );
    const [refused] = (await retry()).userErrors;
    expect(refused).toMatchObject({ code: 'NOT_RETRYABLE' });
    expect(refused?.message).toContain('5 of unknown outcome, which `includeUnknown` asks for');
    expect((await retry({ includeUnknown: true })).userErrors).toEqual([]);
  });

  it('of what is not possible any more is refused, once for each integration', async () => {
    hr.integration.failed('RATE_SKILLS', new ProviderError('NOT_OFFERED', 'Not in this plan.'));
    expect(await refusal({ onlyFailed: false })).toEqual(['UNSUPPORTED input.taskId']);
    directory = new Directory([]);
    expect(await refusal({ onlyFailed: false })).toEqual(['UNSUPPORTED input.taskId']);
  });

  it('with the key of an earlier one is that one, though there is more to retry by now', async () => {
    const first = await retry({ idempotencyKey: 'k' });
    expect(await retry({ idempotencyKey: 'k' })).toEqual({ task: first.task, userErrors: [], replayed: true });
    expect(await refusal({ idempotencyKey: 'k', includeUnknown: true })).toEqual([
      'IDEMPOTENCY_KEY_REUSED input.idempotencyKey',
    ]);
    expect(engine.started).toHaveLength(2);
  });
});

describe('a cancellation', () => {
  const cancel = (taskId: string, tenant = WRITER.tenant) => cancelTask({ taskId }, { ...WRITER, tenant }, engine);

  it('answers the task as it then is', async () => {
    expect(await cancel(TASK)).toMatchObject({
      task: { id: 'task-1', state: 'CANCELLED' },
      userErrors: [],
      replayed: false,
    });
  });

  it('of an unknown or foreign task is refused', async () => {
    const unknown = { task: null, userErrors: [{ code: 'NOT_FOUND', field: ['input', 'taskId'] }] };
    expect(await cancel('x')).toMatchObject(unknown);
    expect(await cancel(encodeId('Task', 'task-9'))).toMatchObject(unknown);
    expect(await cancel(TASK, 'other')).toMatchObject(unknown);
  });
});

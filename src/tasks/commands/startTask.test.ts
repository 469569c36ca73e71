import { beforeEach, describe, expect, it } from 'vitest';
import { FakeProvider } from '../../../test/support/fakes/fakeProvider.ts';
import { FakeTasks, WRITER } from '../../../test/support/fakes/fakeTasks.ts';
import { Directory } from '../../directory/directory.ts';
import type { NewTaskItem, TaskKind } from '../task.ts';
import type { Complaints } from './userErrors.ts';
import { write, type WriteInput, type Writer } from './startTask.ts';

interface Item {
  [name: string]: unknown;
  wrong?: boolean;
}

const directory = new Directory([new FakeProvider({ name: 'hr' }).integration]);
let engine: FakeTasks;
let plans: number;

beforeEach(() => {
  engine = new FakeTasks();
  plans = 0;
});

const plan = (items: readonly Item[], _: Directory, complaints: Complaints): NewTaskItem[] => {
  plans += 1;
  return items.map((item, index) => {
    if (item.wrong) complaints.at(index, 'wrong').add('INVALID', 'This is wrong.');
    const work = {
      operation: 'assign',
      write: { employeeId: '1', skillId: `${index}`, value: null, scale: null },
    } as const;
    return { index, key: null, integration: 'hr', work, conversion: null, warnings: [] };
  });
};

const ask = (
  input: WriteInput<Item>,
  { kind = 'RATE_SKILLS', writer = WRITER }: { kind?: TaskKind; writer?: Writer } = {},
) => write(kind, input, writer, { directory, engine }, plan);

const codes = ({ userErrors }: Awaited<ReturnType<typeof ask>>) =>
  userErrors.map(({ code, field }) => `${code} ${field.join('.')}`);

describe('a write', () => {
  it('is stored as a task before it is answered', async () => {
    const answer = await ask({ items: [{}, {}] });
    expect(answer).toMatchObject({ task: { id: 'task-1', kind: 'RATE_SKILLS' }, userErrors: [], replayed: false });
    expect(engine.started[0]).toMatchObject({ ...WRITER, idempotency: null });
    expect(engine.calls).toEqual(['start']);
  });

  it('makes no task when anything is wrong, and says everything that is', async () => {
    const answer = await ask({ items: [{ wrong: true }, {}, { wrong: true }], idempotencyKey: ' ' });
    expect(answer.task).toBeNull();
    expect(codes(answer)).toEqual([
      'INVALID input.idempotencyKey',
      'INVALID input.items.0.wrong',
      'INVALID input.items.2.wrong',
    ]);
    expect(engine.calls).toEqual([]);
  });

  it('takes 1 to 1000 items', async () => {
    expect(codes(await ask({ items: [] }))).toEqual(['INVALID_COUNT input.items']);
    expect(codes(await ask({ items: Array.from({ length: 1001 }, () => ({})) }))).toEqual([
      'INVALID_COUNT input.items',
    ]);
    expect(plans).toBe(0);
    expect((await ask({ items: Array.from({ length: 1000 }, () => ({})) })).task?.counts.total).toBe(1000);
  });

  it('that only checks makes no task and claims no key', async () => {
    const input = { items: [{}], idempotencyKey: 'k', validateOnly: true };
    expect(await ask(input)).toEqual({ task: null, userErrors: [], replayed: false });
    expect(codes(await ask({ ...input, items: [{ wrong: true }] }))).toEqual(['INVALID input.items.0.wrong']);
    expect(engine.calls).toEqual([]);
    expect((await ask({ ...input, validateOnly: false })).replayed).toBe(false);
  });
});

describe('an idempotency key', () => {
  const once = { items: [{ employee: { id: '1' }, level: 0.5 }], idempotencyKey: 'k' };

  it('answers the same task to the same input, without checking it again', async () => {
    const first = await ask(once);
    plans = 0;
    expect(await ask(once)).toEqual({ task: first.task, userErrors: [], replayed: true });
    expect(plans).toBe(0);
    expect(engine.started).toHaveLength(1);
  });

  it('is the same input whatever the order of fields and whether nothing is null or absent', async () => {
    await ask({ ...once, items: [{ key: null, level: 0.5, employee: { workEmail: undefined, id: '1' } }] });
    expect((await ask(once)).replayed).toBe(true);
  });

  it.each<[string, Item[]]>([
    ['another value', [{ employee: { id: '1' }, level: 0.6 }]],
    ['a further item', [{ employee: { id: '1' }, level: 0.5 }, {}]],
    ['a value for another field', [{ employee: { id: '1' }, numeric: 0.5 }]],
    ['text for a number', [{ employee: { id: '1' }, level: '0.5' }]],
  ])('with %s is refused', async (_, items) => {
    await ask(once);
    const answer = await ask({ ...once, items });
    expect(answer).toMatchObject({ task: null, replayed: false });
    expect(codes(answer)).toEqual(['IDEMPOTENCY_KEY_REUSED input.idempotencyKey']);
    expect(engine.started).toHaveLength(1);
  });

  it('with items in another order is another input', async () => {
    await ask({ items: [{ a: 1 }, { a: 2 }], idempotencyKey: 'k' });
    expect(codes(await ask({ items: [{ a: 2 }, { a: 1 }], idempotencyKey: 'k' }))).toEqual([
      'IDEMPOTENCY_KEY_REUSED input.idempotencyKey',
    ]);
  });

  it('of another mutation is refused', async () => {
    await ask(once);
    expect(codes(await ask(once, { kind: 'ASSIGN_SKILLS' }))).toEqual(['IDEMPOTENCY_KEY_REUSED input.idempotencyKey']);
  });

  it('of another client or tenant, or of a subject of another issuer, is another key', async () => {
    await ask(once);
    expect((await ask(once, { writer: { ...WRITER, client: 'other' } })).replayed).toBe(false);
    expect((await ask(once, { writer: { ...WRITER, tenant: 'other' } })).replayed).toBe(false);
    for (const issuer of ['https://idp.test', 'https://partners.test']) {
      expect((await ask(once, { writer: { ...WRITER, issuer } })).replayed).toBe(false);
      expect((await ask(once, { writer: { ...WRITER, issuer } })).replayed).toBe(true);
    }
    expect(engine.started).toHaveLength(5);
  });

  it('that two calls bring at once starts one task', async () => {
    engine.blind = true;
    const [first, second] = await Promise.all([ask(once), ask(once)]);
    expect([first.replayed, second.replayed]).toEqual([false, true]);
    expect(second.task).toEqual(first.task);
    expect(codes(await ask({ ...once, items: [{}] }))).toEqual(['IDEMPOTENCY_KEY_REUSED input.idempotencyKey']);
  });

  it('has 1 to 255 characters', async () => {
    for (const idempotencyKey of ['', ' ', 'x'.repeat(256)]) {
      expect(codes(await ask({ ...once, idempotencyKey }))).toEqual(['INVALID input.idempotencyKey']);
    }
    expect((await ask({ ...once, idempotencyKey: 'x'.repeat(255) })).task).not.toBeNull();
  });

  it('left out makes every call a new task', async () => {
    await ask({ ...once, idempotencyKey: null });
    await ask({ items: once.items });
    expect(engine.calls).toEqual(['start', 'start']);
    expect(engine.started).toHaveLength(2);
  });
});

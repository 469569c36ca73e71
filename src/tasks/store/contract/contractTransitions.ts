import { expect, it } from 'vitest';
import { isFinalItem, itemTransition, ITEM_TRANSITIONS, type ItemEvent, type ItemFacts } from '../../stateMachine.ts';
import { TASK_ITEM_STATES, type TaskItemState } from '../../task.ts';
import { change, NOW, rating, waiting, type StoreBench } from './contractBench.ts';

/** An item as it stands before an event. */
interface Situation {
  state: TaskItemState;
  inFlight: boolean;
  uncertain: boolean;
  cancelRequested: boolean;
}

const BOTH = [false, true];

/** Every state that an item can stand in: to be asked to stop and still unfinished, it must be in flight. */
const SITUATIONS: Situation[] = TASK_ITEM_STATES.flatMap((state) =>
  isFinalItem(state)
    ? [{ state, inFlight: false, uncertain: false, cancelRequested: false }]
    : BOTH.flatMap((inFlight) =>
        BOTH.flatMap((uncertain) =>
          (inFlight ? BOTH : [false]).map((cancelRequested) => ({ state, inFlight, uncertain, cancelRequested })),
        ),
      ),
);

/** Walks every row of the table of transitions, and what it refuses. */
export function transitionContract(bench: StoreBench): void {
  let skill = 0;

  /** Puts an item there; its version there is `last`, also where it is final. */
  async function placed({ state, inFlight, uncertain, cancelRequested }: Situation) {
    const skillId = `transition${(skill += 1)}`;
    const stored = bench.task([rating(skillId, 1)]);
    await bench.start(stored);
    const { progress } = waiting({ uncertain });
    await bench.set(stored.id, { state: isFinalItem(state) ? 'RUNNING' : state, inFlight, progress });
    const last = await bench.only(stored.id);
    if (isFinalItem(state)) await bench.finish(stored.id, state);
    if (cancelRequested) await bench.store.cancel(bench.tenant, stored.id, NOW);
    return { id: stored.id, skillId, last: isFinalItem(state) ? { ...last, version: last.version + 1 } : last };
  }

  /** What the table says: the next state, and the row that says so. */
  function expected(event: ItemEvent, facts: ItemFacts, before: TaskItemState, asked: TaskItemState) {
    const row = itemTransition(event, facts);
    return { row, state: row === undefined ? before : row.to === 'asked' ? asked : row.to };
  }

  it('moves an item as the table of transitions says, and refuses everything else', async () => {
    const walked = new Set<unknown>();
    const stateOf = async (id: string) => (await bench.store.item(bench.tenant, id, 0))?.state;
    for (const situation of SITUATIONS) {
      const { state, inFlight, uncertain, cancelRequested } = situation;
      const facts = { open: !isFinalItem(state), idle: !inFlight, waits: false, cancelRequested, uncertain };

      for (const asked of TASK_ITEM_STATES) {
        for (const sends of isFinalItem(asked) ? [false] : BOTH) {
          const { id, last } = await placed(situation);
          const waits = !isFinalItem(asked) && !sends;
          const then = expected('change', { ...facts, waits }, state, asked);
          await bench.store.apply(id, [change(last, { state: asked, inFlight: sends })], NOW);
          expect(await stateOf(id), `${JSON.stringify(situation)}, changed to ${asked}`).toBe(then.state);
          walked.add(then.row);
        }
      }

      const stopped = await placed(situation);
      const afterCancel = expected('cancel', facts, state, state);
      await bench.store.cancel(bench.tenant, stopped.id, NOW);
      expect(await stateOf(stopped.id), `${JSON.stringify(situation)}, cancelled`).toBe(afterCancel.state);
      walked.add(afterCancel.row);

      const overtaken = await placed(situation);
      const afterLater = expected('supersede', facts, state, state);
      await bench.start(bench.task([rating(overtaken.skillId, 2)]));
      expect(await stateOf(overtaken.id), `${JSON.stringify(situation)}, overtaken`).toBe(afterLater.state);
      walked.add(afterLater.row);
    }
    expect(ITEM_TRANSITIONS.filter((row) => !walked.has(row))).toEqual([]);
  });
}

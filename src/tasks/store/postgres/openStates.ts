import { OPEN_ITEM_STATES } from '../../stateMachine.ts';

/** The states of unfinished items as a list of SQL. */
export const OPEN_STATES = `(${OPEN_ITEM_STATES.map((state) => `'${state}'`).join(', ')})`;

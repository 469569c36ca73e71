import { USER_ERROR_CODES, type UserError as UserErrorShape } from '../../src/tasks/commands/userErrors.ts';
import type { WriteAnswer } from '../../src/tasks/commands/startTask.ts';
import { builder } from '../builder.ts';
import { described } from '../described.ts';
import { TaskRef } from './task.ts';

const UserErrorCodeEnum = builder.enumType('UserErrorCode', {
  description: 'Kinds of error the caller can correct.',
  values: described(USER_ERROR_CODES, {
    INVALID: 'Empty, blank or malformed.',
    INVALID_COUNT: 'More or fewer items than allowed.',
    DUPLICATE: 'The same thing twice in one input.',
    NOT_FOUND: 'No such employee, skill, record, integration or task.',
    AMBIGUOUS: 'Fits several; name it by id or record.',
    OUT_OF_RANGE: "Outside the scale's range, or a level outside 0 to 1.",
    OFF_STEP: 'Between two steps of the scale.',
    UNKNOWN_OPTION: 'No level of the scale has this option id.',
    WRONG_SCALE: 'A number for a single-select scale, or an option for a numeric one.',
    NOT_RATABLE: 'The skill cannot be rated there, or its scale cannot take a level.',
    UNSUPPORTED: 'The integration cannot do or store this; see `Integration.capabilities`.',
    NO_TARGET: 'No integration has a record of both and can do this.',
    IDEMPOTENCY_KEY_REUSED: 'The idempotency key was used with another input.',
    NOT_RETRYABLE: 'The task still runs, or has expired or nothing to do again.',
  }),
});

export const UserError = builder.objectRef<UserErrorShape>('UserError');
UserError.implement({
  description: 'Something the caller can correct.',
  fields: (t) => ({
    code: t.expose('code', { type: UserErrorCodeEnum, description: 'The kind of error.' }),
    message: t.exposeString('message', { description: 'The same in a sentence that can be shown.' }),
    field: t.exposeStringList('field', {
      description:
        'Path of the value from the argument down, list positions as digits, e.g. input, items, 3, proficiency, numeric.',
    }),
  }),
});

export const TaskPayload = builder.objectRef<WriteAnswer>('TaskPayload');
TaskPayload.implement({
  description: 'What came of asking for a write.',
  fields: (t) => ({
    task: t.expose('task', {
      type: TaskRef,
      nullable: true,
      description: 'The task, stored before this answer; null when there are `userErrors` or with `validateOnly`.',
    }),
    userErrors: t.expose('userErrors', {
      type: [UserError],
      description: 'What to correct; empty when accepted.',
    }),
    replayed: t.exposeBoolean('replayed', {
      description: 'Whether this is the task of an earlier call with the same idempotency key.',
    }),
  }),
});

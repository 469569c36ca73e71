import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { sendablePart } from './incrementalResult.ts';

const rules = {
  mask: (error: GraphQLError) =>
    new GraphQLError('masked', { path: error.path, extensions: { code: 'INTERNAL', unexpected: true } }),
  extensions: () => ({ receipt: 1 }),
};
const data = { data: null, path: ['employee'] };

describe('a part that is sent', () => {
  it('shows no error of what was deferred as it was thrown', () => {
    const error = new GraphQLError('the database said no to alice@example.test', { path: ['employee', 'skills'] });
    expect(sendablePart({ incremental: [{ ...data, errors: [error] }], hasNext: true }, rules)).toEqual({
      incremental: [
        { ...data, errors: [{ message: 'masked', path: ['employee', 'skills'], extensions: { code: 'INTERNAL' } }] },
      ],
      hasNext: true,
    });
  });

  it('carries extensions when it is the last, and not before', () => {
    expect(sendablePart({ data: {}, hasNext: true }, rules)).toEqual({ data: {}, hasNext: true });
    expect(sendablePart({ hasNext: false }, rules)).toEqual({ hasNext: false, extensions: { receipt: 1 } });
  });
});

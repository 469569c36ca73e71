import { describe, expect, it } from 'vitest';
import { PROBLEM_CODES, problemOf, ProviderError } from './problem.ts';

describe('ProviderError', () => {
  it('is retryable where the same attempt may succeed later unchanged', () => {
    const retryable = PROBLEM_CODES.filter((code) => new ProviderError(code, 'x').retryable);
    expect(retryable).toEqual([
      'UNREACHABLE',
      'UNAVAILABLE',
      'TIMEOUT',
      'BREAKER_OPEN',
      'RATE_LIMITED',
      'FIRST_SYNC_PENDING',
    ]);
    expect(new ProviderError('TIMEOUT', 'x', { retryable: false }).retryable).toBe(false);
    expect(new ProviderError('REJECTED', 'x', { retryable: true }).retryable).toBe(true);
  });

  it("keeps the provider's words under another message, and in a copy", () => {
    const said = new ProviderError('FORBIDDEN', 'No.', { providerMessage: 'The scope is missing.', status: 403 });
    const outer = new ProviderError('NOT_OFFERED', 'Not offered.', { cause: said });
    expect(outer.toProblem().providerMessage).toBe('The scope is missing.');
    expect(said.with({ mayHaveApplied: true })).toMatchObject({
      ...said.toProblem(),
      status: 403,
      mayHaveApplied: true,
    });
    expect(new ProviderError('FORBIDDEN', 'No.').toProblem()).not.toHaveProperty('providerMessage');
  });

  it('becomes plain data without its cause', () => {
    const cause = new Error('secret');
    const error = new ProviderError('RATE_LIMITED', 'Too many.', {
      retryAfterSeconds: 3,
      providerCode: 'E1',
      requestId: 'r1',
      status: 429,
      cause,
    });
    expect(error.cause).toBe(cause);
    const problem = problemOf(error);
    expect(problem).toEqual({
      code: 'RATE_LIMITED',
      message: 'Too many.',
      retryable: true,
      retryAfterSeconds: 3,
      providerCode: 'E1',
      requestId: 'r1',
    });
    expect(structuredClone(problem)).toEqual(problem);
  });

  it.each([[new TypeError('Ada Lovelace is undefined')], ['text'], [null]])(
    'shows nothing of %s, which is none',
    (thrown) => {
      expect(problemOf(thrown)).toEqual({
        code: 'INTERNAL',
        message: 'The gateway failed on this item.',
        retryable: false,
        retryAfterSeconds: null,
        providerCode: null,
        requestId: null,
      });
    },
  );
});

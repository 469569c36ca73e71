import type { Call, WriteResult } from '../../../src/domain/ports.ts';
import { ProviderError } from '../../../src/domain/problem.ts';

/** What a write threw as ProviderError; given up under way counts as sent. Anything else is a fault of ours and goes on up. */
export function problemOfWrite(error: unknown, call: Call): ProviderError {
  if (error instanceof ProviderError) return error;
  if (!call.signal?.aborted) throw error;
  return new ProviderError('OUTCOME_UNKNOWN', 'The write was given up before the provider answered.', {
    mayHaveApplied: true,
    cause: error,
  });
}

/** The result of a write of which only its error is known. */
export function lost(error: ProviderError): Extract<WriteResult<never>, { state: 'failed' | 'unknown' }> {
  return { state: error.mayHaveApplied ? 'unknown' : 'failed', error };
}

/** The result of a write that a later reading shows not to have taken effect: it may be tried again, unless refused. */
export function notApplied(
  error: ProviderError,
  retryable = error.code !== 'REJECTED',
): Extract<WriteResult<never>, { state: 'failed' }> {
  return {
    state: 'failed',
    error: error.with({ retryable, mayHaveApplied: false, behind: false, cause: error }),
  };
}

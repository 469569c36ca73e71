/** Results that all writes share. */
import type { Call, WriteResult } from '../../../src/domain/ports.ts';
import { ProviderError } from '../../../src/domain/problem.ts';

/** A record that the provider, or its documented rules, do not take; `reason` is what the provider says of it. */
export function refused(
  { code = null, reason = null }: { code?: string | null; reason?: string | null },
  message = 'The provider refused this record.',
): Extract<WriteResult<never>, { state: 'failed' }> {
  return {
    state: 'failed',
    error: new ProviderError('REJECTED', message, { providerCode: code, providerMessage: reason }),
  };
}

/** Sent, and nothing says what came of it. */
export function unconfirmed(message = 'The provider did not say what became of this record.'): ProviderError {
  return new ProviderError('OUTCOME_UNKNOWN', message, {
    mayHaveApplied: true,
  });
}

/** A failed sending as the result of what it carried: unknown where it may have been done. Throws what is no failure of the provider. */
export function failureResult(error: unknown, call: Call): Extract<WriteResult<never>, { error: ProviderError }> {
  // Cut off after it may have gone out: nothing says what became of it.
  if (!(error instanceof ProviderError) && call.signal?.aborted !== true) throw error;
  const failure = error instanceof ProviderError ? error : unconfirmed();
  return { state: failure.mayHaveApplied ? 'unknown' : 'failed', error: failure };
}

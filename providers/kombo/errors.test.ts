import { describe, expect, it } from 'vitest';
import { failureOf, failureOfTask } from './errors.ts';

const LOG = 'https://app.kombo.dev/my-prod/logs?interactionId=123456';

function answer(status: number, body: unknown, headers: Record<string, string> = {}) {
  return { status, headers, text: typeof body === 'string' ? body : JSON.stringify(body) };
}

function vendorError(status: number, code: string | null, headers?: Record<string, string>) {
  const error = { code, title: null, message: 'Jane Doe is not allowed', log_url: LOG };
  return answer(status, { status: 'error', error }, headers);
}

function seen(response: ReturnType<typeof answer>) {
  const error = failureOf(response);
  return error && [error.code, error.retryable, error.mayHaveApplied, error.retryAfterSeconds];
}

describe('failureOf', () => {
  it.each([
    ['PLATFORM.RATE_LIMIT_EXCEEDED', 429, ['RATE_LIMITED', true, false, null]],
    ['PLATFORM.CONCURRENCY_LIMIT_EXCEEDED', 429, ['RATE_LIMITED', true, false, 1]],
    ['PLATFORM.INTEGRATION_NOT_FOUND', 404, ['SETUP_INCOMPLETE', false, false, null]],
    ['PLATFORM.INPUT_INVALID', 400, ['REJECTED', false, false, null]],
    ['PLATFORM.INPUT_INVALID', 404, ['NOT_FOUND', false, false, null]],
    ['PLATFORM.UNKNOWN_ERROR', 500, ['UNAVAILABLE', false, true, null]],
    ['PLATFORM.IP_NOT_WHITELISTED', 403, ['FORBIDDEN', false, false, null]],
    ['PLATFORM.AUTHENTICATION_INVALID', 401, ['UNAUTHENTICATED', false, false, null]],
    ['PLATFORM.TASK_TIMED_OUT', 504, ['TIMEOUT', false, true, null]],
    ['INTEGRATION.PERMISSION_MISSING', 403, ['FORBIDDEN', false, false, null]],
    ['INTEGRATION.AUTHENTICATION_INVALID', 401, ['UNAUTHENTICATED', false, false, null]],
    ['INTEGRATION.QA_FAILED', 409, ['SETUP_INCOMPLETE', false, false, null]],
    ['INTEGRATION.QA_FAILED', 503, ['SETUP_INCOMPLETE', false, false, null]],
    ['INTEGRATION.SETUP_SYNC_PENDING', 409, ['FIRST_SYNC_PENDING', true, false, 60]],
    ['INTEGRATION.SETUP_SYNC_PENDING', 503, ['FIRST_SYNC_PENDING', true, false, 60]],
    ['INTEGRATION.SETUP_INCOMPLETE', 409, ['SETUP_INCOMPLETE', false, false, null]],
    ['INTEGRATION.INACTIVE', 409, ['SETUP_INCOMPLETE', false, false, null]],
    ['INTEGRATION.MODEL_NOT_AVAILABLE', 400, ['NOT_OFFERED', false, false, null]],
    ['INTEGRATION.MODEL_DISABLED', 403, ['NOT_OFFERED', false, false, null]],
    ['INTEGRATION.ACTION_NOT_AVAILABLE', 400, ['NOT_OFFERED', false, false, null]],
    ['INTEGRATION.ACTION_DISABLED', 403, ['NOT_OFFERED', false, false, null]],
    ['REMOTE.SERVICE_UNAVAILABLE', 503, ['UNAVAILABLE', true, true, null]],
    ['REMOTE.RATE_LIMIT_EXCEEDED', 429, ['RATE_LIMITED', true, false, null]],
    ['REMOTE.INPUT_INVALID', 400, ['REJECTED', false, false, null]],
    ['REMOTE.UNKNOWN_HTTP_ERROR', 502, ['UNAVAILABLE', false, true, null]],
    ['HRIS.EMPLOYEE_ALREADY_EXISTS', 409, ['CONFLICT', false, false, null]],
    ['HRIS.STAFFING_ENTITY_CLOSED', 400, ['REJECTED', false, false, null]],
    ['HRIS.SOMETHING_NEW', 422, ['REJECTED', false, false, null]],
    [null, 403, ['FORBIDDEN', false, false, null]],
    [null, 503, ['UNAVAILABLE', true, true, null]],
  ])('%s with %i', (code, status, expected) => {
    expect(seen(vendorError(status, code))).toEqual(expected);
  });

  it('is found under status 200 whatever the order of the keys, and not among the records', () => {
    const error = { code: 'PLATFORM.INPUT_INVALID', message: 'x', log_url: `${LOG}${'9'.repeat(200)}` };
    expect(seen(answer(200, { error, warnings: [], status: 'error' }))).toEqual(['REJECTED', false, false, null]);
    expect(seen(answer(200, `\ufeff {"x": 1, "status" : "error", "error": ${JSON.stringify(error)}}`))).toEqual([
      'REJECTED',
      false,
      false,
      null,
    ]);
    expect(seen(answer(200, { status: 'success', data: { results: [{ status: 'error', error }] } }))).toBeNull();
  });

  it('the code decides before the status', () => {
    expect(seen(vendorError(500, 'PLATFORM.INPUT_INVALID'))).toEqual(['REJECTED', false, false, null]);
    expect(seen(vendorError(200, 'PLATFORM.AUTHENTICATION_INVALID'))).toEqual(['UNAUTHENTICATED', false, false, null]);
  });

  it.each([
    'PLATFORM.UNKNOWN_ERROR',
    'PLATFORM.TASK_TIMED_OUT',
    'REMOTE.SERVICE_UNAVAILABLE',
    'REMOTE.UNKNOWN_HTTP_ERROR',
  ])('%s may have taken effect, whatever the status says', (code) => {
    const found = [200, 400, 424, 500].map((status) => failureOf(vendorError(status, code))?.mayHaveApplied);
    expect(found).toEqual([true, true, true, true]);
  });

  it('tells failures of the HR system from its own', () => {
    const isBehind = (code: string) => failureOf(vendorError(503, code))?.behind;
    expect(
      ['REMOTE.SERVICE_UNAVAILABLE', 'REMOTE.UNKNOWN_HTTP_ERROR', 'REMOTE.RATE_LIMIT_EXCEEDED'].map(isBehind),
    ).toEqual([true, true, true]);
    expect(isBehind('PLATFORM.UNKNOWN_ERROR')).toBe(false);
  });

  it.each([
    ['HTML of the load balancer', answer(503, '<html>503</html>'), ['UNAVAILABLE', true, true, null]],
    ['text', answer(502, 'Bad Gateway'), ['UNAVAILABLE', false, true, null]],
    ['nothing', answer(500, ''), ['UNAVAILABLE', false, true, null]],
    ['JSON that is no object', answer(500, 'null'), ['UNAVAILABLE', false, true, null]],
    ['a message alone', answer(400, { error: { message: 'no' } }), ['REJECTED', false, false, null]],
    [
      'the older first sync: 503 with a message alone',
      answer(503, { status: 'error', error: { message: 'anything' } }),
      ['FIRST_SYNC_PENDING', true, true, 60],
    ],
    ['a redirection', answer(302, ''), ['UNREADABLE', false, true, null]],
    ['a missing route', answer(404, 'Not Found'), ['NOT_FOUND', false, false, null]],
    ['a route that is not built', answer(501, ''), ['NOT_OFFERED', false, false, null]],
  ])('reads %s', (_name, response, expected) => {
    expect(seen(response)).toEqual(expected);
  });

  it('waits as Retry-After says, else until the window resets', () => {
    const code = 'PLATFORM.RATE_LIMIT_EXCEEDED';
    const reset = { 'ratelimit-reset': '57' };
    expect(failureOf(vendorError(429, code, { ...reset, 'retry-after': '3' }))?.retryAfterSeconds).toBe(3);
    expect(failureOf(vendorError(429, code, reset))?.retryAfterSeconds).toBe(57);
    // The window says nothing of the writes in flight.
    expect(failureOf(vendorError(429, 'PLATFORM.CONCURRENCY_LIMIT_EXCEEDED', reset))?.retryAfterSeconds).toBe(1);
  });

  it('shows the code, the words and what support asks for', () => {
    expect(failureOf(vendorError(400, 'REMOTE.INPUT_INVALID'))?.toProblem()).toEqual({
      code: 'REJECTED',
      message: 'The provider rejected the input.',
      retryable: false,
      retryAfterSeconds: null,
      providerCode: 'REMOTE.INPUT_INVALID',
      providerMessage: 'Jane Doe is not allowed',
      requestId: '123456',
    });
    const titled = { status: 'error', error: { title: 'This is not supported.', message: null } };
    expect(failureOf(answer(400, titled))?.providerMessage).toBe('This is not supported.');
    expect(failureOf(answer(400, 'The start date is missing.'))?.providerMessage).toBe('The start date is missing.');
    expect(failureOf(answer(500, 'at Jane Doe (main.js:1)'))?.providerMessage).toBeNull();
    expect(failureOfTask({ code: 'REMOTE.INPUT_INVALID', message: 'Bad date' }).providerMessage).toBe('Bad date');
    expect(failureOf(vendorError(400, 'Jane Doe'))?.providerCode).toBeNull();
  });

  it('lets good answers pass', () => {
    expect(failureOf(answer(200, { status: 'success', data: { error: 'x' } }))).toBeNull();
  });
});

describe('failureOfTask', () => {
  it.each([
    ['INTEGRATION.AUTHENTICATION_INVALID', ['UNAUTHENTICATED', false, false]],
    ['REMOTE.SERVICE_UNAVAILABLE', ['UNAVAILABLE', true, false]],
    ['PLATFORM.INPUT_INVALID', ['REJECTED', false, false]],
    ['PLATFORM.TASK_TIMED_OUT', ['TIMEOUT', false, true]],
    [null, ['REJECTED', false, false]],
  ])('%s', (code, expected) => {
    const error = failureOfTask({ code, title: null, message: 'x', log_url: null });
    expect([error.code, error.retryable, error.mayHaveApplied]).toEqual(expected);
  });

  it('an error that cannot be read is a rejection', () => {
    expect(failureOfTask('no').code).toBe('REJECTED');
  });
});

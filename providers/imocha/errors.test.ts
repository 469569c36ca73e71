import { describe, expect, it } from 'vitest';
import type { HttpResponse } from '../../src/outbound/transport/undiciTransport.ts';
import { failureOf } from './errors.ts';

const answer = (status: number, body: unknown = '', headers: HttpResponse['headers'] = {}): HttpResponse => ({
  status,
  headers,
  text: typeof body === 'string' ? body : JSON.stringify(body),
});

describe('the words of the provider', () => {
  it.each([
    [{ statusCode: 400, message: 'The job code is unknown.' }, 'The job code is unknown.'],
    [{ errors: ['One.', 'Two.'] }, 'One. Two.'],
    [{ title: 'One or more errors.', status: 400, errors: { email: ['is taken'] } }, 'email: is taken'],
    [{ title: 'One or more errors.', status: 400 }, 'One or more errors.'],
    [{ error: 'No such employee.' }, 'No such employee.'],
    ['The body is empty.', 'The body is empty.'],
    ['<html>400</html>', null],
    ['', null],
  ])('of %j are %j', (body, words) => {
    expect(failureOf(answer(400, body))?.providerMessage).toBe(words);
  });
});

describe('failureOf', () => {
  it.each([
    [400, { type: 'x', title: 'Invalid', status: 400, errors: { pageNumber: ['secret'] } }, 'REJECTED', false],
    [400, { errors: ['secret'] }, 'REJECTED', false],
    [401, { statusCode: 401, message: 'secret' }, 'UNAUTHENTICATED', false],
    [401, '', 'UNAUTHENTICATED', false],
    [401, { result: null, errors: ['secret'] }, 'REJECTED', false],
    [403, { statusCode: 403, message: 'secret' }, 'FORBIDDEN', false],
    [403, '<html>secret</html>', 'FORBIDDEN', false],
    [404, { error: 'secret' }, 'NOT_FOUND', false],
    [405, null, 'NOT_OFFERED', false],
    [408, 'secret', 'TIMEOUT', false],
    [409, { message: 'secret' }, 'CONFLICT', false],
    [422, { errors: 'secret' }, 'REJECTED', false],
    [429, { statusCode: 429, message: 'secret' }, 'RATE_LIMITED', false],
    [500, 'secret', 'UNAVAILABLE', true],
    [500, { statusCode: 400, message: 'secret' }, 'UNAVAILABLE', true],
    [501, { statusCode: 501, message: 'secret' }, 'NOT_OFFERED', false],
    [503, '<html>secret</html>', 'UNAVAILABLE', true],
    [504, '', 'TIMEOUT', true],
    [302, '', 'UNREADABLE', false],
    [404, { statusCode: 403, message: 'secret' }, 'FORBIDDEN', false],
    [200, { statusCode: 401, message: 'secret' }, 'UNAUTHENTICATED', false],
    [200, { statusCode: 500, message: 'secret' }, 'UNAVAILABLE', true],
    [200, { result: null, errors: ['secret'] }, 'REJECTED', false],
  ])('reads %i with %j as %s', (status, body, code, mayHaveApplied) => {
    const failure = failureOf(answer(status, body));
    expect(failure).toMatchObject({ code, status, mayHaveApplied });
    expect(failure?.message).not.toContain('secret');
  });

  it.each([
    [200, { items: [], pageNumber: 0, totalPages: 0, totalCount: 0 }],
    [200, { employeeId: 1, status: 'inactive', title: 'Engineer', skills: [] }],
    [200, { failed: [{ email: 'a@example.test', employeeId: 0, errors: 'x' }], successful: [] }],
    [201, {}],
    [204, ''],
    [200, 'null'],
    [200, '<html></html>'],
  ])('finds no failure in %i with %j', (status, body) => {
    expect(failureOf(answer(status, body))).toBeNull();
  });

  it('says when to come back after 429, in seconds or from a date, and nothing where the vendor does not', () => {
    const retryAfter = (headers: HttpResponse['headers']) => failureOf(answer(429, '', headers))?.retryAfterSeconds;
    expect(retryAfter({ 'retry-after': '7' })).toBe(7);
    expect(retryAfter({ 'retry-after': 'Thu, 01 Jan 2015 00:00:00 GMT' })).toBe(0);
    expect(retryAfter({})).toBeNull();
  });

  it('keeps the id of the request and the status that the body states', () => {
    const problem = { title: 'Invalid', status: 400, traceId: '00-ab-01' };
    expect(failureOf(answer(400, problem))).toMatchObject({ requestId: '00-ab-01', providerCode: '400' });
    expect(failureOf(answer(500, 'x', { 'x-request-id': 'r-1' }))).toMatchObject({
      requestId: 'r-1',
      providerCode: null,
    });
  });
});

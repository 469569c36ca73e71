import { describe, expect, it } from 'vitest';
import type { ProviderError } from '../../src/domain/problem.ts';
import { failureOf, isBlamed } from './errors.ts';

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
  status,
  headers,
  text: typeof body === 'string' ? body : JSON.stringify(body),
});

const failing = (status: number, body: unknown, headers?: Record<string, string>): ProviderError => {
  const error = failureOf(answer(status, body, headers));
  if (!error) throw new Error('no failure');
  return error;
};

const oauth = { errors: [{ type: 'oauth', message: 'Invalid OAuth 2 Request' }] };
const system = { errors: [{ type: 'system', message: 'Ada is on holiday' }] };
const validation = { errors: [{ type: 'validation', message: 'Level is invalid', field: 'level', index: 0 }] };

describe('an answer', () => {
  it.each([
    [200, { count: 0, results: [], users: {} }],
    [200, { count: 1, results: [], skills: { 1: { name: 'errors' } } }],
    [200, { results: [], errors: [] }],
    [201, { results: [] }],
    [204, ''],
    [200, 'no JSON'],
  ])('of %i %o is no failure', (status, body) => {
    expect(failureOf(answer(status, body))).toBeNull();
  });

  it.each([
    [401, oauth, 'UNAUTHENTICATED', false],
    [403, oauth, 'UNAUTHENTICATED', false],
    [400, { error: 'invalid_grant', error_description: 'expired' }, 'UNAUTHENTICATED', false],
    [400, { error: 'access_denied' }, 'FORBIDDEN', false],
    [404, { error: 'There is no such page' }, 'NOT_FOUND', false],
    [422, validation, 'REJECTED', false],
    [400, validation, 'REJECTED', false],
    [400, system, 'REJECTED', false],
    [422, system, 'REJECTED', false],
    [422, { errors: ['Level is invalid'] }, 'REJECTED', false],
    [422, { error_message: 'Level is invalid' }, 'REJECTED', false],
    [422, { errors: [{ type: 'astrological', message: 'Mercury' }] }, 'REJECTED', false],
    [401, '', 'UNAUTHENTICATED', false],
    [403, system, 'FORBIDDEN', false],
    [404, system, 'NOT_FOUND', false],
    [405, '', 'NOT_OFFERED', false],
    [501, system, 'NOT_OFFERED', false],
    [409, '', 'CONFLICT', false],
    [429, system, 'RATE_LIMITED', true],
    [500, system, 'UNAVAILABLE', true],
    [502, '<html>Bad Gateway</html>', 'UNAVAILABLE', true],
    [503, system, 'UNAVAILABLE', true],
    [504, '<html>', 'UNAVAILABLE', true],
    [302, '', 'UNREADABLE', false],
  ])('of %i %o is %s', (status, body, code, retryable) => {
    expect(failing(status, body)).toMatchObject({ code, retryable, status });
  });

  it.each([
    [oauth, 'UNAUTHENTICATED', false],
    [validation, 'REJECTED', false],
    [{ errors: { type: 'validation' } }, 'REJECTED', false],
    [system, 'UNAVAILABLE', true],
    [{ errors: ['Something'] }, 'UNAVAILABLE', true],
    [{ error_message: 'Something' }, 'UNAVAILABLE', true],
  ])('of 200 with %o is a failure, %s, that may have been carried out: %s', (body, code, mayHaveApplied) => {
    expect(failing(200, body)).toMatchObject({ code, status: 200, mayHaveApplied });
  });

  it.each([
    [422, false],
    [429, false],
    [500, true],
    [501, false],
    [504, true],
  ])('of %i to a write may have been carried out: %s', (status, applied) => {
    expect(failing(status, system).mayHaveApplied).toBe(applied);
  });

  it('passes on the request id, the kind of error when to come back, and what the provider says of it', () => {
    const error = failing(429, system, { 'retry-after': '3', 'x-request-id': 'r-1' });
    expect(error.toProblem()).toEqual({
      code: 'RATE_LIMITED',
      message: 'The provider asks for fewer requests.',
      retryable: true,
      retryAfterSeconds: 3,
      providerCode: 'system',
      providerMessage: 'Ada is on holiday',
      requestId: 'r-1',
    });
    expect(error.message).not.toContain('Ada');
    expect(failing(422, { errors: [{ type: 'validation', field: 'no name, but a sentence' }] }).providerCode).toBe(
      'validation',
    );
  });
});

describe('the words of the provider', () => {
  it.each([
    [
      { errors: [{ type: 'validation', message: 'Level is invalid' }, { message: 'User is locked' }] },
      'Level is invalid User is locked',
    ],
    [{ errors: ['Name has already been taken'] }, 'Name has already been taken'],
    [{ errors: { message: 'Name is too long' } }, 'Name is too long'],
    [{ error_message: 'Not here.' }, 'Not here.'],
    [{ error: 'access_denied', error_description: 'The scope is missing.' }, 'The scope is missing.'],
    ['Skill is archived', 'Skill is archived'],
    ['<html>422</html>', null],
    [{ errors: [{ type: 'validation' }] }, null],
  ])('of %j are %j', (body, words) => {
    expect(failing(422, body).providerMessage).toBe(words);
  });
});

describe('the items of a bulk that an answer blames', () => {
  it('are those at the positions that it names', () => {
    const error = failing(422, {
      errors: [
        { type: 'validation', field: 'skill_id', message: 'taken', index: 1 },
        { type: 'validation', field: 'user_id', message: 'invalid', index: 4 },
        { type: 'validation', field: 'base', message: 'no position' },
        { type: 'validation', field: 'base', message: 'odd position', index: 'x' },
      ],
    });
    expect([0, 1, 2, 3, 4].filter((index) => isBlamed(error, index))).toEqual([1, 4]);
  });

  it('are none in an answer that names none', () => {
    expect(isBlamed(failing(422, { errors: ['taken'] }), 0)).toBe(false);
    expect(isBlamed(failing(502, '<html>'), 0)).toBe(false);
  });
});

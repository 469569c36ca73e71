import { describe, expect, it } from 'vitest';
import { plainReason, providerText, withoutCredentials } from './providerText.ts';

describe('the words of a provider', () => {
  it.each<[unknown[], string | null]>([
    [[' The job code\n is unknown. '], 'The job code is unknown.'],
    [[null, 7, '', '\u200b', {}, []], null],
    [['No.', ['No.', 'Never.']], 'No. Never.'],
    [[{ email: ['is taken', 'is short'], $: 'No array.' }], 'email: is taken email: is short No array.'],
    [['<!doctype html><p>Bad</p>'], null],
    [['a\0b\u202ec\ud800'], 'a bc\ufffd'],
    [[['1.', '2.', '3.', '4.', '5.', '6.']], '1. 2. 3. 4. 5.'],
    [[{ a: { b: { c: { d: 'deep' } } } }], null],
  ])('in %j are %j', (values, words) => {
    expect(providerText(...values)).toBe(words);
  });

  it('are 500 characters at most, none of them cut in two', () => {
    const long = providerText('😀'.repeat(1_000_000));
    expect(Array.from(long ?? '')).toHaveLength(500);
    expect(long).toBe(`${'😀'.repeat(499)}…`);
  });

  it('are a plain body of a refusal, and not what a failing server writes', () => {
    expect(plainReason('The key is missing.', 400)).toBe('The key is missing.');
    expect([plainReason('at x (main.js:1)', 500), plainReason('{"a":1}', 400), plainReason('ok', 200)]).toEqual([
      null,
      null,
      null,
    ]);
  });

  it('hold no credentials', () => {
    const headers = { authorization: 'Bearer key-1234567', accept: 'x' };
    expect(withoutCredentials('The key key-1234567 may not do this, Bearer abc.', headers)).toBe(
      'The key [redacted] may not do this, [redacted]',
    );
  });
});

import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { checkSite } from './csrf.ts';
import { createOrigins } from './origins.ts';

const ORIGINS = createOrigins({
  configured: ['https://app.example.com'],
  loopback: false,
  log: { warn: () => {} },
});
const check = (method: string, headers: Record<string, string | undefined>) => () =>
  checkSite({ method, headers } as unknown as IncomingMessage, ORIGINS);

describe('a GET', () => {
  it.each(['cross-site', 'same-site'])('that a page of another site makes a browser send (%s) is refused', (site) => {
    expect(check('GET', { 'sec-fetch-site': site })).toThrow(
      expect.objectContaining({ status: 403, code: 'CROSS_SITE_REQUEST' }),
    );
    expect(check('GET', { 'sec-fetch-site': site, origin: 'https://evil.example' })).toThrow('CORS_ORIGINS');
    expect(check('GET', { 'sec-fetch-site': site, origin: 'https://app.example.com' })).not.toThrow();
  });

  it.each([{}, { 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-site': 'none' }])('with %o passes', (headers) => {
    expect(check('GET', headers)).not.toThrow();
  });
});

it('a POST passes: browsers ask before they send JSON', () => {
  expect(check('POST', { 'sec-fetch-site': 'cross-site' })).not.toThrow();
});

import { describe, expect, it } from 'vitest';
import { isReceiptWanted } from './receiptRequest.ts';

const byHeader = (header: string | null) => isReceiptWanted({ header, body: '{}', url: '/graphql' });
const byBody = (body: string) => isReceiptWanted({ header: null, body, url: '/graphql' });
const byUrl = (url: string) => isReceiptWanted({ header: null, body: undefined, url });

describe('isReceiptWanted', () => {
  it('goes by the header', () => {
    expect(['1', 'true', 'True'].map(byHeader)).toEqual([true, true, true]);
    expect([null, '', '0', 'false', '2', 'yes'].map(byHeader)).toEqual([false, false, false, false, false, false]);
  });

  it("goes by the request's extensions", () => {
    expect(byBody('{"query":"{ a }","extensions":{"receipt":true}}')).toBe(true);
    expect(byUrl('/graphql?query={a}&extensions=%7B%22receipt%22%3Atrue%7D')).toBe(true);
  });

  it('lets the header win', () => {
    expect(isReceiptWanted({ header: '0', body: '{"extensions":{"receipt":true}}', url: '/graphql' })).toBe(false);
  });

  it.each([
    '{"variables":{"receipt":true}}',
    '{"extensions":{"receipt":1}}',
    '{"extensions":"receipt"}',
    '{"query":"\\"receipt\\""}',
    '["receipt"]',
    'null "receipt"',
    '{"receipt"',
  ])('takes nothing else for it: %s', (body) => {
    expect(byBody(body)).toBe(false);
  });

  it.each(['/graphql', '/graphql?extensions=', '/graphql?extensions={', '/graphql?receipt=true'])(
    'takes no other query string for it: %s',
    (url) => {
      expect(byUrl(url)).toBe(false);
    },
  );
});

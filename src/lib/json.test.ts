import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonSyntaxError, parseJson } from './json.ts';

function faultOf(text: string): string {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error.message;
    throw error;
  }
  return 'none';
}

describe('parseJson', () => {
  it.each([
    ['', 'line 1, column 1: a value is expected'],
    ['{\n  "a": 1,\n}', 'line 3, column 1: a key in double quotes is expected'],
    ['{\n  "a": 1\n  "b": 2\n}', 'line 3, column 3: a comma or } is expected'],
    ['{ "a" 1 }', 'line 1, column 7: a colon is expected'],
    ["{ 'a': 1 }", 'line 1, column 3: a key in double quotes or } is expected'],
    ['{\r\n  // a comment\r\n}', 'line 2, column 3: a key in double quotes or } is expected'],
    ['[1, 2,]', 'line 1, column 7: a value is expected'],
    ['[1 2]', 'line 1, column 4: a comma or ] is expected'],
    ['[}', 'line 1, column 2: a value or ] is expected'],
    ['{ "a": ks_live_secret }', 'line 1, column 8: a value is expected'],
    ['{ "a": 01 }', 'line 1, column 8: a value is expected'],
    ['"a\nb"', 'line 1, column 1: a value is expected'],
    ['{} {}', 'line 1, column 4: nothing more is expected'],
    ['{ "tenants": {', 'line 1, column 15: a key in double quotes or } is expected'],
  ])('says where %j is wrong', (text, fault) => {
    expect(faultOf(text)).toBe(`is not valid JSON at ${fault}`);
  });

  it('takes a byte order mark, which editors on Windows write', () => {
    expect(parseJson('\uFEFF{ "a": [1, null, "é"] }')).toEqual({ a: [1, null, 'é'] });
    expect(faultOf('\uFEFF}')).toContain('line 1, column 1');
  });

  it('nests as deeply as JSON.parse', () => {
    expect(faultOf('['.repeat(50_000))).toContain('column 50001');
  });

  it('finds a fault in exactly the texts that JSON.parse refuses, and never quotes them', () => {
    const broken = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '}', ']', '"', ':', 'x', '0', '.', '\\', '\n', '{', '['))
      .map(([json, place, piece]) => {
        const at = place % (json.length + 1);
        return json.slice(0, at) + piece + json.slice(at + 1);
      });
    fc.assert(
      fc.property(broken, (text) => {
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        expect(faultOf(text)).toMatch(isJson ? /^none$/ : /^is not valid JSON at line \d+, column \d+: [a-z]/);
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});

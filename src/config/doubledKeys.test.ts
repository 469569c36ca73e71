import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { doubledKeys } from './doubledKeys.ts';

describe('keys that stand twice in an object', () => {
  it('are found wherever they are, and however they are written', () => {
    const text = String.raw`{
      "a": { "b": 1, "c": [{ "d": "}", "d": 2 }, { "d": [","], "e": 3, "\u0064": 4 }], "b": {} },
      "f": [[], [{ "g": "\"{", "h": "h" }]],
      "a": null
    }`;
    expect(doubledKeys(text)).toEqual([['a', 'c', 0, 'd'], ['a', 'c', 1, 'd'], ['a', 'b'], ['a']]);
  });

  it('are none in what was written from values', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(doubledKeys(text)).toEqual([]);
      }),
    );
  });

  it('are found in any object that has one more', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (object) => {
        const [key = ''] = Object.keys(object);
        const text = `${JSON.stringify(object).slice(0, -1)},${JSON.stringify(key)}:0}`;
        expect(doubledKeys(`[1,${text}]`)).toEqual([[1, key]]);
      }),
    );
  });
});

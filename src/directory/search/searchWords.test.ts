import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closeness, errorsAllowed, indexedWords, searchedWords, typingErrors } from './searchWords.ts';

describe('the words of a text', () => {
  it.each<[string, string[]]>([
    ['C', ['c']],
    ['C++', ['c++']],
    ['C#', ['c#']],
    ['.NET', ['net', '.net']],
    ['ASP.NET Core', ['aspnet', 'asp', 'net', '.net', 'core']],
    ['Node.js', ['nodejs', 'node', 'js', '.js']],
    ['CI/CD', ['cicd', 'ci', 'cd']],
    ['CI+CD', ['cicd', 'ci', 'cd']],
    ['C++17', ['c++17', 'c++', '17']],
    ["Porter's Five Forces", ['porters', 'five', 'forces']],
    ['Ökonométrie Straße', ['okonometrie', 'strasse']],
    ['ＰＹＴＨＯＮ', ['python']],
    ['数据分析', ['数据分析']],
    ['रीमा', ['रीमा']],
    ['ががく', ['ががく'.normalize('NFKD')]],
    ['Łódź', ['lodz']],
    ['C\u200b++', ['c++']],
    ['Levi`s Levi´s Leviʼs', ['levis']],
    ['++ — !', []],
    ['', []],
  ])('%s', (text, words) => {
    expect(indexedWords(text)).toEqual(words);
  });

  it('of a name are also two that stand together, but not across names', () => {
    expect(indexedWords('Node JS Developer\nBackend', { joined: true })).toEqual([
      'node',
      'js',
      'nodejs',
      'developer',
      'jsdeveloper',
      'backend',
    ]);
  });

  it.each<[string, string[]]>([
    ['Node.js', ['node', 'js']],
    ['.net core', ['.net', 'core']],
    ['asp.net', ['asp', 'net']],
    ['  C++ ,  c# ', ['c++', 'c#']],
    ['???', []],
  ])('that are looked for: %s', (text, words) => {
    expect(searchedWords(text)).toEqual(words);
  });

  it('that are looked for are found in the same text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const indexed = indexedWords(text);
        for (const word of searchedWords(text)) expect(indexed).toContain(word);
      }),
    );
  });
});

describe('closeness', () => {
  it.each<[string, string, number | null]>([
    ['java', 'java', 1],
    ['java', 'javascript', 0.68],
    ['jav', 'java', 0.75],
    ['pyhton', 'python', 0.45],
    ['pythn', 'python', 0.45],
    ['kuberntse', 'kubernetes', 0.35],
    ['c', 'c++', 0.6 + 0.2 / 3],
    ['c++', 'c', null],
    ['c++', 'c#', null],
    ['.net', 'net', null],
    ['9001', '9002', null],
    ['go', 'no', null],
    ['rust', 'test', null],
  ])('of %s to %s is %s', (searched, indexed, expected) => {
    const rounded = (close: number | null) => close && Math.round(close * 1e9) / 1e9;
    expect(rounded(closeness(searched, indexed))).toBe(rounded(expected));
  });

  it('is more for the same word than for a beginning, and for that than for an error', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{4,12}$/), fc.stringMatching(/^[a-z]{1,30}$/), (word, rest) => {
        const beginning = closeness(word, word + rest) ?? 0;
        expect(beginning).toBeLessThan(1);
        expect(beginning).toBeGreaterThan(0.55);
        const swapped = `${word[1]}${word[0]}${word.slice(2)}`;
        expect(swapped === word || (closeness(word, swapped) ?? 0) < 0.55).toBe(true);
        expect(closeness(word, swapped)).not.toBeNull();
      }),
    );
  });
});

describe('typing errors', () => {
  const letters = fc.stringMatching(/^[abc]{0,7}$/);

  it.each<[string, string, number]>([
    ['python', 'python', 0],
    ['pyhton', 'python', 1],
    ['pythn', 'python', 1],
    ['pythoon', 'python', 1],
    ['pithon', 'python', 1],
    ['pihton', 'python', 2],
    ['', 'ab', 2],
    ['abcdef', 'uvwxyz', 3],
  ])('of %s for %s are %i', (a, b, errors) => {
    expect(typingErrors(a, b, 2)).toBe(errors);
  });

  it('are as many there as back, and none only for the same', () => {
    fc.assert(
      fc.property(letters, letters, fc.integer({ min: 0, max: 4 }), (a, b, most) => {
        const errors = typingErrors(a, b, most);
        expect(errors).toBe(typingErrors(b, a, most));
        expect(errors === 0).toBe(a === b);
        expect(errors).toBeLessThanOrEqual(most + 1);
        // A smaller bound never changes a count within it.
        expect(typingErrors(a, b, 20) <= most ? errors : most + 1).toBe(errors);
      }),
    );
  });

  it('are forgiven in words that are long enough', () => {
    expect(['sql', 'java', 'testing', 'kubernetes', 'web3', 'utf8'].map(errorsAllowed)).toEqual([0, 1, 1, 2, 0, 0]);
  });
});

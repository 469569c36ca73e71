import { expect, it } from 'vitest';
import { checkNesting } from './nesting.ts';

it('refuses more than 200 brackets within brackets, of whatever kind', () => {
  expect(() => checkNesting('{'.repeat(200) + '}'.repeat(200))).not.toThrow();
  expect(() => checkNesting('{[('.repeat(67))).toThrow('nested more than 200 levels');
});

it('counts what is open at once, not what there is', () => {
  expect(() => checkNesting('{a(b: [1])} '.repeat(500))).not.toThrow();
});

it('passes over brackets in texts, block texts and comments', () => {
  const many = '{'.repeat(300);
  expect(() =>
    checkNesting(`{ a(b: "\\"${many}") } # ${many}\n { c(d: """ ${many} \\""" ${many} """) }`),
  ).not.toThrow();
});

it.each([
  ['a text', '"', '\\"'],
  ['a block text', '"""', '\\""" '],
])('passes once over %s without an end, whatever quotes are in it', (_, start, piece) => {
  // Minutes, where each quote within begins a search to the end.
  expect(() => checkNesting(start + piece.repeat(250_000))).not.toThrow();
});

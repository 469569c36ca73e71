import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  comparePositions,
  decodeCursor,
  encodeCursor,
  pageOf,
  type Direction,
  type Page,
  type PageArgs,
  type Position,
} from './paging.ts';

const itself = (position: Position) => position;
const at = (key: string | null, id = key ?? 'none'): Position => ({ key, id });
const LETTERS = ['a', 'b', 'c', 'd', 'e'].map((letter) => at(letter));

/** A page as text: `<` more before, `>` more after. */
const page = (args: PageArgs, items: readonly Position[] = LETTERS, direction: Direction = 'ASC') => {
  const { items: found, hasNext, hasPrevious } = pageOf(items, itself, args, direction);
  return `${hasPrevious ? '<' : ''}${found.map(({ id }) => id).join('')}${hasNext ? '>' : ''}`;
};

describe('a page', () => {
  it.each<[string, PageArgs, string]>([
    ['nothing given', {}, 'abcde'],
    ['first', { first: 2 }, 'ab>'],
    ['first, exactly all', { first: 5 }, 'abcde'],
    ['first, more than there is', { first: 9 }, 'abcde'],
    ['first 0', { first: 0 }, '>'],
    ['first after', { first: 2, after: at('b') }, '<cd>'],
    ['first after, to the end', { first: 3, after: at('b') }, '<cde'],
    ['after the last', { first: 2, after: at('e') }, '<'],
    ['last', { last: 2 }, '<de'],
    ['last, exactly all', { last: 5 }, 'abcde'],
    ['last before', { last: 2, before: at('d') }, '<bc>'],
    ['last before, to the start', { last: 2, before: at('c') }, 'ab>'],
    ['before the first', { last: 2, before: at('a') }, '>'],
    ['first between', { first: 1, after: at('a'), before: at('d') }, '<b>'],
    ['first between, all of it', { first: 5, after: at('a'), before: at('d') }, '<bc'],
    ['last between, all of it', { last: 5, after: at('a'), before: at('d') }, 'bc>'],
    ['nulls as if not given', { first: 2, after: null, last: null, before: null }, 'ab>'],
    ['before ahead of after', { first: 2, after: at('d'), before: at('b') }, '<'],
  ])('with %s', (_, args, expected) => {
    expect(page(args)).toBe(expected);
  });

  it('goes on where it stood after the item of its cursor was removed', () => {
    const left = LETTERS.filter(({ id }) => id !== 'b');
    expect(page({ first: 2, after: at('b') }, left)).toBe('<cd>');
    expect(page({ last: 2, before: at('b') }, left)).toBe('a>');
  });

  it('shows what was inserted after the cursor and not what was inserted before it', () => {
    const grown = [at('a'), at('aa'), at('b'), at('bb'), at('c')];
    expect(pageOf(grown, itself, { first: 2, after: at('b') }).items.map(({ id }) => id)).toEqual(['bb', 'c']);
  });

  it('of an empty list has nothing around it', () => {
    expect(page({ first: 3 }, [])).toBe('');
    expect(page({ last: 3, before: at('a') }, [])).toBe('');
  });
});

describe('the order', () => {
  const sorted = (direction: Direction, ...positions: Position[]) =>
    positions.toSorted((a, b) => comparePositions(a, b, direction)).map(({ key, id }) => key ?? `null ${id}`);

  it('has items without a key last in both directions', () => {
    expect(sorted('ASC', at(null), at('b'), at('a'))).toEqual(['a', 'b', 'null none']);
    expect(sorted('DESC', at(null), at('b'), at('a'))).toEqual(['b', 'a', 'null none']);
  });

  it('breaks ties by id, upwards in both directions', () => {
    for (const direction of ['ASC', 'DESC'] as const) {
      const ids = [at('x', '2'), at(null, '4'), at('x', '1'), at(null, '3')]
        .toSorted((a, b) => comparePositions(a, b, direction))
        .map(({ id }) => id);
      expect(ids).toEqual(['1', '2', '3', '4']);
    }
  });

  it('is that of people, not of code points', () => {
    expect(sorted('ASC', at('Zoe'), at('Ärmel'), at('apple'), at('Item 10'), at('Item 9'))).toEqual([
      'apple',
      'Ärmel',
      'Item 9',
      'Item 10',
      'Zoe',
    ]);
  });

  it('tells keys apart that collate alike', () => {
    const [a, b] = [at('item 01', 'z'), at('item 1', 'a')];
    expect(comparePositions(a, b)).not.toBe(0);
    expect(Math.sign(comparePositions(a, b))).toBe(-Math.sign(comparePositions(b, a)));
  });
});

describe('a cursor', () => {
  it('leads back to its position', () => {
    fc.assert(
      fc.property(fc.option(fc.string({ unit: 'binary' })), fc.string(), (key, id) => {
        expect(decodeCursor('people', encodeCursor('people', { key, id }))).toEqual({ key, id });
      }),
    );
  });

  it('of another list is none of this', () => {
    expect(decodeCursor('skills', encodeCursor('people', at('a')))).toBeNull();
  });

  it.each([
    ['empty', ''],
    ['no base64', '%%%'],
    ['no JSON', Buffer.from('nonsense').toString('base64url')],
    ['no array', Buffer.from('{"0":"people"}').toString('base64url')],
    ['too short', Buffer.from('["people","a"]').toString('base64url')],
    ['too long', Buffer.from('["people","a","b","c"]').toString('base64url')],
    ['a number for a key', Buffer.from('["people",1,"b"]').toString('base64url')],
    ['no id', Buffer.from('["people","a",null]').toString('base64url')],
    ['long', encodeCursor('people', at('a'.repeat(13_000)))],
    ['deep', Buffer.from('['.repeat(100_000)).toString('base64url')],
  ])('that is junk (%s) is none', (_, cursor) => {
    expect(decodeCursor('people', cursor)).toBeNull();
  });
});

describe('walking page by page', () => {
  const lists = fc
    .uniqueArray(fc.tuple(fc.option(fc.constantFrom('a', 'B', 'b', 'ä', 'item 1', 'item 01', 'z')), fc.nat(50)), {
      selector: ([, id]) => id,
      maxLength: 30,
    })
    .map((pairs) => pairs.map(([key, id]): Position => ({ key, id: String(id) })));

  it('gives the list exactly once, forwards and backwards, whatever the direction and the size', () => {
    fc.assert(
      fc.property(
        lists,
        fc.constantFrom<Direction>('ASC', 'DESC'),
        fc.integer({ min: 1, max: 7 }),
        (items, direction, size) => {
          const list = items.toSorted((a, b) => comparePositions(a, b, direction));
          const forwards: Position[] = [];
          for (let after: Position | null = null, more = true; more;) {
            const found: Page<Position> = pageOf(list, itself, { first: size, after }, direction);
            expect(found.hasPrevious).toBe(forwards.length > 0);
            forwards.push(...found.items);
            // Through a cursor, as a client does.
            after = decodeCursor('x', encodeCursor('x', found.items.at(-1) ?? at('')));
            more = found.hasNext;
          }
          expect(forwards).toEqual(list);
          let backwards: Position[] = [];
          for (let before: Position | null = null, more = true; more;) {
            const found: Page<Position> = pageOf(list, itself, { last: size, before }, direction);
            expect(found.hasNext).toBe(backwards.length > 0);
            backwards = [...found.items, ...backwards];
            before = found.items[0] ?? null;
            more = found.hasPrevious;
          }
          expect(backwards).toEqual(list);
        },
      ),
    );
  });

  it('never repeats an item and misses none that stayed, while others come and go', () => {
    fc.assert(
      fc.property(lists, lists, fc.integer({ min: 1, max: 4 }), (before, during, size) => {
        const sorted = (items: readonly Position[]) => items.toSorted((a, b) => comparePositions(a, b));
        const stayed = before.filter(({ key, id }) => during.some((other) => other.id === id && other.key === key));
        let list = sorted(before);
        const seen: Position[] = [];
        for (let after: Position | null = null, more = true; more; list = sorted(during)) {
          const found: Page<Position> = pageOf(list, itself, { first: size, after });
          seen.push(...found.items);
          after = found.items.at(-1) ?? after;
          more = found.hasNext;
        }
        const keys = seen.map(({ key, id }) => `${key}|${id}`);
        expect(new Set(keys).size).toBe(keys.length);
        // A list that ended on its first page has been read as a whole.
        expect(before.length <= size || stayed.every((item) => keys.includes(`${item.key}|${item.id}`))).toBe(true);
      }),
    );
  });
});

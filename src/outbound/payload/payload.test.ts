import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Call, DriftNote, UnreadableRecord } from '../../domain/ports.ts';
import { ProviderError } from '../../domain/problem.ts';
import {
  optionalDate,
  optionalEmail,
  optionalId,
  optionalInstant,
  optionalKey,
  optionalNumber,
  optionalText,
  parseJson,
  pagesReader,
  readRows,
  readRowsOrNull,
  requiredArray,
  requiredId,
  ShapeError,
  tellsUnread,
  unreadable,
  UnreadableRows,
  type Json,
} from './payload.ts';

const zone = process.env.TZ;
// Far from UTC, so that a time read as local shows.
beforeAll(() => {
  process.env.TZ = 'America/New_York';
});
afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

describe('shape', () => {
  it('reads JSON with a byte order mark, nothing as undefined, and says what is no JSON', () => {
    expect(parseJson('\ufeff{"a":1}')).toEqual({ a: 1 });
    expect(parseJson(' \n')).toBeUndefined();
    expect(() => parseJson('<html>')).toThrow(expect.objectContaining({ code: 'UNREADABLE', mayHaveApplied: true }));
  });

  it('reads numeric and textual ids as text, and no other value', () => {
    expect([7, '7', '007', 'a b'].map(optionalId)).toEqual(['7', '7', '007', 'a b']);
    expect([null, undefined, '', '  ', 1.5, 2 ** 60, Number.NaN, true, {}, []].map(optionalId)).toEqual(
      Array.from({ length: 10 }, () => null),
    );
  });

  it('reads no id from a text that is too long for one or cannot be stored, and says so', () => {
    expect(['x'.repeat(256), 'x'.repeat(257), 'a\0b', 'a\ud83d'].map(optionalId)).toEqual([
      'x'.repeat(256),
      null,
      null,
      null,
    ]);
    const notes: DriftNote[] = [];
    const context = { operation: 'employees', path: 'items', drift: (note: DriftNote) => void notes.push(note) };
    const rows = readRows([{ id: 'x'.repeat(1_000_000) }, { id: '1' }], (raw) => requiredId(raw, 'id'), context);
    expect(rows).toEqual(['1']);
    const expected = 'id of at most 256 whole characters';
    expect(notes).toEqual([{ operation: 'employees', path: 'items.*.id', expected, found: 'string' }]);
  });

  it('reads rows with their long texts cut, and notes each as drift', () => {
    const notes: DriftNote[] = [];
    const context = { operation: 'ratings', path: 'items', drift: (note: DriftNote) => void notes.push(note) };
    const [row] = readRows([{ source: 's'.repeat(1_000_000) }], ({ source }) => ({ sourceLabel: source }), context);
    expect(row?.sourceLabel).toHaveLength(2_000);
    const expected = 'text of at most 2000 characters';
    expect(notes).toEqual([{ operation: 'ratings', path: 'items.*.sourceLabel', expected, found: 'longer text' }]);
  });

  it('reads numbers also from text', () => {
    expect([3, '3', ' 2.50 ', 0, '0'].map(optionalNumber)).toEqual([3, 3, 2.5, 0, 0]);
    expect(['', ' ', 'x', Number.NaN, Infinity, 'Infinity', null, true].map(optionalNumber)).toEqual(
      Array.from({ length: 8 }, () => null),
    );
  });

  it('reads text trimmed, blank as null, and only plausible e-mail addresses', () => {
    expect([' a ', '', ' ', 3, null].map(optionalText)).toEqual(['a', null, null, null, null]);
    expect(['\u200b', '\ufeff a\u200b\n', 'a\u200db', '❤\ufe0f'].map(optionalText)).toEqual([
      null,
      'a',
      'a\u200db',
      '❤\ufe0f',
    ]);
    expect(['\u200bA.b@exam\u00adple.test', 'ａ@example.test'].map(optionalEmail)).toEqual([
      'A.b@example.test',
      'a@example.test',
    ]);
    expect([' E\u200b12 ', 12, '\u200b', true].map(optionalKey)).toEqual(['E12', '12', null, null]);
    expect([' A.b@example.test', 'a b@example.test', 'a@', 'nobody', 'ü@example.test'].map(optionalEmail)).toEqual([
      'A.b@example.test',
      null,
      null,
      null,
      null,
    ]);
  });

  it.each([
    ['2025-02-03T10:00:00-08:00', '2025-02-03T18:00:00.000Z'],
    ['2025-02-03T10:00:00+0530', '2025-02-03T04:30:00.000Z'],
    ['2025-02-03T10:00:00.1234567Z', '2025-02-03T10:00:00.123Z'],
    ['2025-02-03t10:00:00z', '2025-02-03T10:00:00.000Z'],
    ['2025-02-03T10:00:00', '2025-02-03T10:00:00.000Z'],
    ['2025-02-03 10:00:00', '2025-02-03T10:00:00.000Z'],
    ['2025-02-03 10:00:00 +02:00', '2025-02-03T08:00:00.000Z'],
    ['2025-02-03', '2025-02-03T00:00:00.000Z'],
    ['2025-02-31T10:00:00Z', null],
    ['2025-13-01', null],
    ['2025-02-03T25:00:00Z', null],
    ['12', null],
    ['02/03/2025', null],
    ['yesterday', null],
    [1738576800000, null],
    [null, null],
  ])('reads %j as the instant %j wherever it runs', (value, expected) => {
    expect(optionalInstant(value)).toBe(expected);
  });

  it.each([
    ['2025-02-03', '2025-02-03'],
    ['2025-02-03T23:30:00-08:00', '2025-02-03'],
    ['2025-02-03 23:30', '2025-02-03'],
    ['2025-02-31', null],
    ['2025-02-030', null],
    ['3 Feb 2025', null],
    ['', null],
  ])('reads %j as the day %j', (value, expected) => {
    expect(optionalDate(value)).toBe(expected);
  });

  it('keeps any instant of the calendar and never throws on junk', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
        (date) => {
          expect(optionalInstant(date.toISOString())).toBe(date.toISOString());
          expect(optionalDate(date.toISOString())).toBe(date.toISOString().slice(0, 10));
          const toSeconds = date.toISOString().slice(0, 19);
          for (const utc of ['', 'Z', '+00:00']) expect(optionalInstant(toSeconds + utc)).toBe(`${toSeconds}.000Z`);
          expect(optionalInstant(date.toISOString().slice(0, 23))).toBe(date.toISOString());
        },
      ),
    );
    fc.assert(
      fc.property(fc.anything(), (junk) => {
        for (const read of [optionalDate, optionalEmail, optionalId, optionalInstant, optionalNumber, optionalText]) {
          const value = read(junk);
          expect(value === null || typeof value === 'string' || Number.isFinite(value)).toBe(true);
        }
      }),
    );
  });

  it('leaves an unreadable record out, notes path and types but no value, and keeps its neighbours', () => {
    const notes: DriftNote[] = [];
    const context = { operation: 'ratings', path: 'data.results', drift: (note: DriftNote) => notes.push(note) };
    const rows = readRows(
      [{ id: 1 }, { id: { secret: 'Ada' } }, 'text', null, { id: 'b' }],
      (raw) => requiredId(raw, 'id'),
      context,
    );
    expect(rows).toEqual(['1', 'b']);
    expect(notes).toEqual([
      { operation: 'ratings', path: 'data.results.*.id', expected: 'id', found: 'object' },
      { operation: 'ratings', path: 'data.results.*', expected: 'object', found: 'string' },
      { operation: 'ratings', path: 'data.results.*', expected: 'object', found: 'null' },
    ]);
  });

  it('is no answer where rows came and none can be read, and an empty one where none came', () => {
    const context = { operation: 'ratings', path: 'data', drift: () => {} };
    const id = (raw: Json) => requiredId(raw, 'id');
    expect(() => readRows([{}, null], id, context)).toThrow(UnreadableRows);
    expect(new UnreadableRows()).toMatchObject({ code: 'UNREADABLE', retryable: false });
    expect(readRows([], id, context)).toEqual([]);
    expect(readRowsOrNull([{}], id, context)).toBeNull();
    expect(readRowsOrNull([{ id: 1 }], id, context)).toEqual(['1']);
  });

  it("samples the record by names and types, without a value and without names that could be somebody's", () => {
    const samples: unknown[] = [];
    const skill = { skillId: null, name: 'Java', '17': {}, 'ada@example.com': 1, 'Ada Lovelace': [] };
    const people = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`field${index}`, '']));
    const context = {
      operation: 'ratings',
      path: 'items',
      drift: (_: DriftNote, sampleOf?: () => unknown) => samples.push(sampleOf?.()),
    };
    const read = (raw: Json) => {
      const id = (raw['skill'] as Json | undefined)?.['skillId'];
      if (id === 1) return;
      throw new ShapeError('skill.skillId', 'id', id);
    };
    readRows([{ skill: { skillId: 1 } }, { skill, score: 3, notes: { Ada: 1 } }, people, 'text'], read, context);
    expect(samples[0]).toEqual([
      { name: 'skill', type: 'object' },
      { name: 'score', type: 'number' },
      { name: 'notes', type: 'object' },
      { name: 'skill.*', type: 'object' },
      { name: 'skill.skillId', type: 'null' },
      { name: 'skill.name', type: 'string' },
    ]);
    expect(samples[1]).toHaveLength(40);
    expect(samples[2]).toEqual([]);
  });

  it('tells of each record that is left out whose it is, as far as it shows that', () => {
    const told: UnreadableRecord[] = [];
    const call: Call = { purpose: 'walk', onUnreadable: (record) => told.push(record) };
    const leftOut = tellsUnread(call, 'ratings', (raw) => raw['owner']);
    const context = { operation: 'ratings', path: 'items', drift: () => {}, leftOut };
    const id = (raw: Json) => requiredId(raw, 'id');
    const read = pagesReader(context);
    read([{ id: 1 }, { owner: 7 }, { owner: '' }, 'text'], id);
    read([{ owner: 'b' }], id);
    expect(told).toEqual(['7', null, null, 'b'].map((owner) => ({ of: 'ratings', id: owner })));
    expect(tellsUnread({ purpose: 'walk' }, 'ratings')).toBeUndefined();
  });

  it('leaves out a record none of whose own rows can be read, noted once', () => {
    const notes: DriftNote[] = [];
    const context = { operation: 'ratings', path: 'items', drift: (note: DriftNote) => notes.push(note) };
    const skills = (raw: Json) =>
      readRows(requiredArray(raw['skills'], 'skills'), (skill) => requiredId(skill, 'id'), {
        ...context,
        path: 'items.*.skills',
      });
    const [good, bad] = [{ skills: [{ id: 1 }, {}] }, { skills: [{}] }];
    expect(readRows([bad, good, { skills: [] }], skills, context)).toEqual([['1'], []]);
    expect(notes.map(({ path }) => path)).toEqual(['items.*.skills.*.id', 'items.*.skills.*.id']);
    expect(() => readRows([bad], skills, context)).toThrow(UnreadableRows);
  });

  it('ends a list at a page that cannot be read, but not at one bad record alone on the last page', () => {
    const context = { operation: 'ratings', path: 'data', drift: () => {} };
    const id = (raw: Json) => requiredId(raw, 'id');
    const first = pagesReader(context);
    expect(() => first([{}], id)).toThrow(UnreadableRows);
    const walk = pagesReader(context);
    expect(walk([], id)).toEqual([]);
    expect(() => walk([{}], id)).toThrow(UnreadableRows);
    expect(walk([{ id: 1 }, {}], id)).toEqual(['1']);
    expect(walk([{}], id)).toEqual([]);
    expect(() => walk([{}, {}], id)).toThrow(UnreadableRows);
    const changes = pagesReader(context, { isAmongKnown: true });
    expect(changes([{}], id)).toEqual([]);
    expect(() => changes([{}, {}], id)).toThrow(UnreadableRows);
  });

  it('passes a bug on instead of counting it as drift', () => {
    const context = { operation: 'ratings', path: 'data', drift: () => {} };
    const bug = () => {
      throw new TypeError('bug');
    };
    expect(() => readRows([{}], bug, context)).toThrow('bug');
    expect(() => unreadable(new TypeError('bug'), 'ratings', () => {})).toThrow('bug');
  });

  it('turns a shape of the whole answer into UNREADABLE once, and leaves a typed error as it is', () => {
    const notes: DriftNote[] = [];
    let caught: unknown;
    try {
      requiredArray({}, 'data.results');
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(ShapeError);
    const error = unreadable(caught, 'ratings', (note) => notes.push(note));
    expect(error).toMatchObject({ code: 'UNREADABLE', mayHaveApplied: true });
    expect(notes).toEqual([{ operation: 'ratings', path: 'data.results', expected: 'array', found: 'object' }]);
    const typed = new ProviderError('NOT_FOUND', 'Gone.');
    expect(unreadable(typed, 'ratings', (note) => notes.push(note))).toBe(typed);
    expect(notes).toHaveLength(1);
  });
});

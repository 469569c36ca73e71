import { describe, expect, it } from 'vitest';
import { boundedRow, LONGEST_DESCRIPTION, LONGEST_LIST, LONGEST_TEXT, type NoteChange } from './boundedRow.ts';

function bounded<Row>(row: Row): { row: Row; notes: Parameters<NoteChange>[0][] } {
  const notes: Parameters<NoteChange>[0][] = [];
  return { row: boundedRow(row, (note) => notes.push(note)), notes };
}

describe('a row', () => {
  it('stays the same object where it is as it should be', () => {
    const row = {
      name: 'Ünïcode 👩🏽‍💻',
      scale: { options: [{ id: '1', name: 'Low' }] },
      synonyms: ['a'],
      changedAt: null,
    };
    const result = bounded(row);
    expect(result.row).toBe(row);
    expect(result.notes).toEqual([]);
  });

  it('has texts cut that are too long, between characters, and says which', () => {
    const { row, notes } = bounded({
      name: 'n'.repeat(LONGEST_TEXT + 1),
      sourceLabel: '👩'.repeat(LONGEST_TEXT),
      description: 'd'.repeat(LONGEST_TEXT + 1),
      url: `https://hr.test/${'u'.repeat(LONGEST_TEXT)}`,
      kept: 'k'.repeat(LONGEST_TEXT),
    });
    expect(row.name).toBe(`${'n'.repeat(LONGEST_TEXT - 1)}…`);
    expect(row.sourceLabel).toBe(`${'👩'.repeat(LONGEST_TEXT / 2 - 1)}…`);
    expect(row.description).toHaveLength(LONGEST_TEXT + 1);
    expect(row.url).toBeNull();
    expect(row.kept).toHaveLength(LONGEST_TEXT);
    const expected = `text of at most ${LONGEST_TEXT} characters`;
    expect(notes).toEqual(['name', 'sourceLabel', 'url'].map((path) => ({ path, expected, found: 'longer text' })));
    expect(bounded({ description: 'd'.repeat(1_000_000) }).row.description).toHaveLength(LONGEST_DESCRIPTION);
  });

  it('has no text that cannot be stored', () => {
    const { row, notes } = bounded({ name: 'a\0b', scale: { options: [{ name: '\ud83d' }, { name: 'x\udc00y' }] } });
    expect(row).toEqual({ name: 'ab', scale: { options: [{ name: '\ufffd' }, { name: 'x\ufffdy' }] } });
    expect(notes.map(({ path }) => path)).toEqual(['name', 'scale.options.*.name', 'scale.options.*.name']);
  });

  it('has lists of texts cut that are too long, and none of rows', () => {
    const rows = Array.from({ length: LONGEST_LIST + 1 }, (_, index) => ({ id: String(index) }));
    const { row, notes } = bounded({ synonyms: rows.map(({ id }) => id), expectedSkills: rows });
    expect(row.synonyms).toHaveLength(LONGEST_LIST);
    expect(row.expectedSkills).toBe(rows);
    expect(notes).toEqual([{ path: 'synonyms', expected: `at most ${LONGEST_LIST} entries`, found: 'more entries' }]);
    expect(boundedRow(rows, () => expect.unreachable())).toBe(rows);
  });
});

import { describe, expect, it } from 'vitest';
import {
  isPlaceholder,
  isPlaceholderDay,
  isPlaceholderEmail,
  isPlaceholderName,
  isPlaceholderNumber,
  isPlaceholderPart,
} from './placeholders.ts';

describe('placeholders', () => {
  it.each([
    '',
    ' - ',
    '–',
    '...',
    '?',
    'N/A',
    'n.a.',
    '#N/A',
    '#REF!',
    'ｎ／ａ',
    'TBA',
    'T.B.D.',
    'unknown',
    '(none)',
    'NULL',
  ])('%j says nothing, in any field', (text) => {
    expect(isPlaceholder(text)).toBe(true);
    expect(isPlaceholderNumber(text)).toBe(true);
    expect(isPlaceholderName(text)).toBe(true);
  });

  it.each(['unbekannt', 'Non renseigné', 'Não informado', 'неизвестно', '不明', '없음', 'Not\u200b available'])(
    '%j says nothing, in other languages',
    (text) => {
      expect(isPlaceholder(text)).toBe(true);
    },
  );

  it.each(['0', '000', '99999', 'XXX', 'test1'])('%j is no number', (text) => {
    expect(isPlaceholderNumber(text)).toBe(true);
  });

  it.each(['1', '007', '9999', 'E12', '12345', 'N-1', 'NA12', '#12'])('%j is a number', (text) => {
    expect(isPlaceholderNumber(text)).toBe(false);
  });

  it.each(['Test User', 'New  Employee', 'First Last', 'Unknown Unknown', 'John Doe', 'xxx', '- -'])(
    '%j is the name of nobody',
    (name) => {
      expect(isPlaceholderName(name)).toBe(true);
    },
  );

  it.each(['Li Na', 'Nan Goldin', 'Ka Wai Lam', 'Will New', 'Ann Person', 'Malcolm X', 'John Dore', 'रीमा'])(
    '%j is a name',
    (name) => {
      expect(isPlaceholderName(name)).toBe(false);
      for (const part of name.split(' ')) expect(isPlaceholderPart(part)).toBe(false);
    },
  );

  it.each(['none@example.test', 'no-reply@example.test', 'N.A@example.test', 'lea@noemail.com', 'lea@hr.invalid'])(
    '%j is the address of nobody',
    (email) => {
      expect(isPlaceholderEmail(email)).toBe(true);
    },
  );

  it.each(['lea@example.test', 'noel@example.test', 'x@example.test', 'na.li@example.test', 'lea@noneberg.de'])(
    '%j is an address',
    (email) => {
      expect(isPlaceholderEmail(email)).toBe(false);
    },
  );

  it.each([
    ['1900-01-01', true],
    ['0001-01-01', true],
    ['1970-01-01', true],
    ['9999-12-31', true],
    ['2000-01-01', true],
    ['1971-01-01', false],
    ['2000-01-03', false],
  ])('%s as a first day: %j', (day, expected) => {
    expect(isPlaceholderDay(day)).toBe(expected);
  });
});

/** Compares person names in any script. Doubt counts as disagreement. */
import { wordsAsLetters, type Letter } from './letters.ts';
import { isPlaceholder, isPlaceholderName, isPlaceholderPart } from './placeholders.ts';
import type { EmployeeRow } from '../records.ts';

export type NamedRow = Pick<EmployeeRow, 'name' | 'givenName' | 'familyName'>;

type Word = readonly Letter[];

/**
 * The words of a row's name: given and family name where it has both, otherwise the whole name. A placeholder has none.
 */
export function nameWords(row: NamedRow): Word[] {
  return knownParts(row).flatMap(wordsAsLetters);
}

/** The words of the given name, or of the whole name where it is not split. */
export function givenWords(row: NamedRow): Word[] {
  const parts = partsOf(row);
  return parts.length === 2
    ? knownParts({ ...row, familyName: null, name: null }).flatMap(wordsAsLetters)
    : nameWords(row);
}

function partsOf({ name, givenName, familyName }: NamedRow): string[] {
  const parts = [givenName, familyName].filter((part) => part !== null);
  return parts.length === 2 || name === null ? parts : [name];
}

/** Nothing for `Test User`; only the given name for `Rima N/A`. */
function knownParts(row: NamedRow): string[] {
  const parts = partsOf(row);
  if (isPlaceholderName(parts.join(' ')) || parts.every(isPlaceholder)) return [];
  return parts.filter((part) => !isPlaceholderPart(part));
}

/**
 * Whether two names can be one person's: the same words, or every word of the shorter in the longer, an initial
 * standing for a word. A missing name, or a single word against several, does not agree. Accents may be left out, but
 * two different ones disagree, and vowel signs are letters. Names in Chinese, Japanese and Korean are compared as a
 * whole.
 */
export function namesAgree(a: NamedRow, b: NamedRow): boolean {
  const [mine, theirs] = [nameWords(a), nameWords(b)];
  if (isHalf(a, mine) || isHalf(b, theirs)) return false;
  if (isUnspaced(mine) && isUnspaced(theirs)) return areSameUnspaced(mine, theirs);
  const [shorter, longer] = mine.length <= theirs.length ? [mine, theirs] : [theirs, mine];
  if (shorter.length === 0) return false;
  if (shorter.length === 1 && longer.length > 1) return false;
  const same = comparison(mine, theirs);
  const left = [...longer];
  // Whole words first, so that the J of `J. Jones` does not take the Jones of `Jones, James`.
  const unmet = shorter.filter((word) => !take(left, (other) => same(word, other)));
  if (unmet.length === shorter.length) return false;
  return unmet.every((word) => take(left, (other) => isInitialOf(word, other) || isInitialOf(other, word)));
}

/** Whether a placeholder has left one word of a name: half a name, unlike that of people who have one word only. */
function isHalf(row: NamedRow, words: readonly Word[]): boolean {
  return words.length === 1 && knownParts(row).length < partsOf(row).length;
}

/** Whether two names have a word in common. */
export function shareWord(a: readonly Word[], b: readonly Word[]): boolean {
  const same = comparison(a, b);
  return a.some((word) => b.some((other) => same(word, other)));
}

/** Removes the first match from the list; answers whether there was one. */
function take(words: Word[], fits: (word: Word) => boolean): boolean {
  const at = words.findIndex(fits);
  if (at >= 0) words.splice(at, 1);
  return at >= 0;
}

/** Han, kana and Hangul: names are written with or without a space, the family name first or last. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]|ー/u;

function isUnspaced(words: readonly Word[]): boolean {
  return words.length > 0 && words.every((word) => word.every(({ base }) => UNSPACED.test(base)));
}

function areSameUnspaced(a: readonly Word[], b: readonly Word[]): boolean {
  const whole = (words: readonly Word[]) => words.map(textOf).join('').normalize('NFC');
  const [mine, theirs, turned] = [whole(a), whole(b), whole(b.toReversed())];
  // One character is half a name.
  return Array.from(mine).length > 1 && (mine === theirs || mine === turned || whole(a.toReversed()) === theirs);
}

/**
 * How words of these two names are compared. Where marks are tones, as in Vietnamese, and both names have some, they
 * are part of the word: Hoa, Hòa and Hóa are three people.
 */
function comparison(a: readonly Word[], b: readonly Word[]): (a: Word, b: Word) => boolean {
  const names = [a, b].map((words) => words.flat());
  const exact =
    names.every((letters) => letters.some(({ accents }) => accents !== '')) &&
    names.some((letters) => letters.some(({ accents }) => TONES.test(accents)));
  const same = exact ? areExactly : areNearly;
  return (word, other) => areSame(word, other, same) || areSame(spelledOut(word), spelledOut(other), same);
}

/** Marks that only languages with tones write: hook, horn, dot below, two marks on one letter. */
const TONES = /[\u0309\u031b\u0323]|../u;

type Same = (a: Letter, b: Letter) => boolean;

const areExactly: Same = (a, b) => a.base === b.base && a.accents === b.accents;

/** Whether one word is the other without its accents. */
const areNearly: Same = (a, b) => a.base === b.base && (hasAll(a.accents, b.accents) || hasAll(b.accents, a.accents));

function hasAll(marks: string, some: string): boolean {
  return Array.from(some).every((mark) => marks.includes(mark));
}

function areSame(a: Word, b: Word, same: Same): boolean {
  return a.length === b.length && a.every((letter, index) => same(letter, b[index] as Letter));
}

/** `ä`, `ö`, `ü` and `å` as they are written without the accent: ae, oe, ue, aa. */
function spelledOut(word: Word): Word {
  return word.flatMap((letter) => {
    const { base, accents } = letter;
    const second =
      accents === '\u0308' && 'aou'.includes(base) ? 'e' : accents === '\u030a' && base === 'a' ? 'a' : null;
    return second === null ? [letter] : [base, second].map((plain) => ({ base: plain, accents: '' }));
  });
}

/** Whether the word is an initial of the other. */
function isInitialOf(word: Word, other: Word): boolean {
  const [letter, first] = [word[0], other[0]];
  return word.length === 1 && !!letter && !!first && !UNSPACED.test(letter.base) && areNearly(letter, first);
}

function textOf(word: Word): string {
  return word.map(({ base, accents }) => base + accents).join('');
}

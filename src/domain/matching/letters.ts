/**
 * Normalizes the letters of names and keys in any script: which characters are the same letter, which marks are accents
 * that people leave out, and which are part of the letter.
 */

/** Invisible characters: zero-width spaces and joiners, text directions, soft hyphens, variation selectors. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}]+/gu;

/** Apostrophes, and the quotes, accents and modifier letters that are typed instead. */
export const APOSTROPHES = /['’‘‛`´ʹʻʼʽʾʿˈˋ′‵＇ꞌ՚׳]/gu;

/** A text without its invisible characters. */
export function visible(text: string): string {
  return ASCII.test(text) ? text : text.replace(INVISIBLE, '');
}

/** The key form of a text: NFKC, without invisible characters, with single spaces, trimmed. */
export function textKey(text: string): string {
  return visible(text).normalize('NFKC').replace(/\s+/g, ' ').trim();
}

/** The same, case-folded. */
export function foldedKey(text: string): string {
  return textKey(text).toLowerCase();
}

/** Characters below this need no normalization. */
// eslint-disable-next-line no-control-regex -- the range begins with NUL
const ASCII = /^[\0-\x7f]*$/;

/**
 * Scripts in which marks after a letter are accents or points that many people and systems leave out (`é`, `ή`, `שׁ`,
 * `مّ`). In all others (Devanagari, Bengali, Thai, Khmer, kana, …) a mark is a vowel or makes another consonant.
 */
const ACCENTED = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}]/u;
/** In Cyrillic, `ё` and marks of stress are optional; `й`, `ї` and `ќ` are letters. */
const CYRILLIC = /\p{Script=Cyrillic}/u;
const CYRILLIC_ACCENT = /^[еЕ]\u0308$|^[^гкГК][\u0300\u0301]$/u;
/** The dot of Indic scripts that marks sounds of other languages (`फ़`), and is often left out. */
const NUKTA = /[\u093c\u09bc\u0a3c\u0abc\u0b3c\u0cbc]/gu;

/** Letters that Unicode does not decompose, as the letter and accent, or the letters, for which they stand. */
const COMPOUND: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o\u0308',
  æ: 'a\u0308',
  œ: 'o\u0308',
  ł: 'l\u0335',
  đ: 'd\u0335',
  ð: 'd\u0335',
  þ: 'th',
  ı: 'i',
  ς: 'σ',
  // Persian and Arabic keyboards have different code points for one letter.
  ک: 'ك',
  ی: 'ي',
  // Stretches a word; not a letter.
  ـ: '',
};
const COMPOUNDS = new RegExp(`[${Object.keys(COMPOUND).join('')}]`, 'gu');

/** A letter with its marks. */
export interface Letter {
  /** The letter, with the marks without which it would be another letter. */
  base: string;
  /** The marks that may be left out. */
  accents: string;
}

/** Lower case and decomposed (NFKD), without apostrophes and invisible characters. */
function decomposed(text: string): string {
  const lower = text.replace(APOSTROPHES, '').toLowerCase();
  if (ASCII.test(lower)) return lower;
  return lower
    .normalize('NFKD')
    .replace(INVISIBLE, '')
    .replace(COMPOUNDS, (letter) => COMPOUND[letter] ?? letter);
}

/** Splits a letter from the marks after it. */
function letterOf(base: string, marks: string): Letter {
  if (marks === '') return { base, accents: '' };
  if (ACCENTED.test(base)) return { base, accents: marks };
  const own = CYRILLIC.test(base)
    ? Array.from(marks)
        .filter((mark) => !CYRILLIC_ACCENT.test(base + mark))
        .join('')
    : marks.replace(NUKTA, '');
  return {
    base: base + own,
    accents: Array.from(marks)
      .filter((mark) => !own.includes(mark))
      .join(''),
  };
}

const CLUSTER = /(\P{M})(\p{M}*)/gu;
const MARKED = /(\P{M})(\p{M}+)/gu;
const NO_WORD = /[^\p{L}\p{N}\p{M}]+/u;

/** The words of a name as letters, ignoring case, punctuation, apostrophes and invisible characters. */
export function wordsAsLetters(name: string): Letter[][] {
  return decomposed(name)
    .split(NO_WORD)
    .map((word) => Array.from(word.matchAll(CLUSTER), ([, base = '', marks = '']) => letterOf(base, marks)))
    .filter((letters) => letters.length > 0);
}

/** A text for searching: lower case, without accents, apostrophes and invisible characters. Vowel signs stay. */
export function withoutAccents(text: string): string {
  return decomposed(text).replace(MARKED, (_, base: string, marks: string) => letterOf(base, marks).base);
}

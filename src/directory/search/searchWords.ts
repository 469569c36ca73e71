/** The words by which skills are found. Letters that differ in case, width or accent only are one letter. */
import { withoutAccents } from '../../domain/matching/letters.ts';

/** A word, with the signs that distinguish C, C++ and C#; a lone plus counts only at the end of a word, as in `A+`. */
const WORD = /[\p{L}\p{N}\p{M}]+(?:\+{2,}|#|\+(?![\p{L}\p{N}\p{M}]))?/gu;

/**
 * The words under which a text is found: each word, each run of words without a blank as one (`Node.js` is also
 * `nodejs`), and a word with the dot before it (`.net`). A name is also found by two of its words written as one.
 */
export function indexedWords(text: string, { joined = false }: { joined?: boolean } = {}): string[] {
  const words: string[] = [];
  for (const line of withoutAccents(text).split('\n')) {
    let before: string | null = null;
    for (const chunk of line.split(/\s+/)) {
      const parts = chunk.match(WORD) ?? [];
      if (parts.length > 1) words.push(parts.join(''));
      let end = 0;
      for (const part of parts) {
        words.push(part);
        const start = chunk.indexOf(part, end);
        if (chunk[start - 1] === '.') words.push(`.${part}`);
        if (joined && before !== null) words.push(before + part);
        end = start + part.length;
        before = part;
      }
    }
  }
  return [...new Set(words)];
}

/** The words to search for; a dot belongs to a word only after a blank, as in `.NET` but not in `Node.js`. */
export function searchedWords(text: string): string[] {
  return withoutAccents(text)
    .split(/\s+/)
    .flatMap((chunk) => {
      const [first, ...rest] = chunk.match(WORD) ?? [];
      if (first === undefined) return [];
      return [chunk.startsWith(`.${first}`) ? `.${first}` : first, ...rest];
    });
}

/** The number of typing errors to tolerate: none in a short word or a number, which one error turns into another. */
export function errorsAllowed(word: string): number {
  if (word.length < 4 || /[\p{N}+#.]/u.test(word)) return 0;
  return word.length < 8 ? 1 : 2;
}

/**
 * How well an indexed word matches the word searched for: 1 when equal, less for a prefix (the shorter, the less),
 * least with typing errors, null for no match.
 */
export function closeness(searched: string, indexed: string): number | null {
  if (indexed === searched) return 1;
  if (indexed.startsWith(searched)) return 0.6 + (0.2 * searched.length) / indexed.length;
  const allowed = errorsAllowed(searched);
  if (allowed === 0) return null;
  const errors = typingErrors(searched, indexed, allowed);
  return errors > allowed ? null : 0.55 - 0.1 * errors;
}

/** Letters added, omitted, replaced, or swapped with their neighbour (optimal string alignment); at most `most + 1`. */
export function typingErrors(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let older: number[] = [];
  let old = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min((old[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (old[j - 1] ?? 0) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) least = Math.min(least, (older[j - 2] ?? 0) + 1);
      row.push(least);
    }
    if (Math.min(...row) > most) return most + 1;
    older = old;
    old = row;
  }
  return Math.min(old[b.length] ?? 0, most + 1);
}

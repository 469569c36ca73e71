import type { Employee } from '../../domain/entities.ts';
import { APOSTROPHES, withoutAccents } from '../../domain/matching/letters.ts';

/**
 * All words, each after a space, so that a search for a prefix is a substring search. Includes the parts of double
 * names and what follows an apostrophe.
 */
export function searchText({ displayName, workEmail, employeeNumber, jobTitle }: Employee): string {
  const text = [displayName, workEmail, employeeNumber, jobTitle].join(' ');
  const words = wordsOf(text);
  const parts = words.flatMap((word) => (word.includes('-') ? word.split('-').slice(1) : []));
  const split = text.replace(APOSTROPHES, ' ');
  return ['', ...words, ...parts, ...(split === text ? [] : wordsOf(split))].join(' ');
}

/** The words of a text without case and accents. */
export function wordsOf(text: string): string[] {
  return withoutAccents(text)
    .split(/[^\p{L}\p{N}\p{M}@.+-]+/u)
    .filter((word) => word !== '');
}

import type { Employee } from '../domain/entities.ts';

/** Every word, each after a space, so that looking for a beginning is looking for a piece of text. Parts of a double name, too. */
export function searchText({ displayName, workEmail, employeeNumber, jobTitle }: Employee): string {
  const words = wordsOf([displayName, workEmail, employeeNumber, jobTitle].join(' '));
  const parts = words.flatMap((word) => (word.includes('-') ? word.split('-').slice(1) : []));
  return ['', ...words, ...parts].join(' ');
}

/** The words of a text without case and marks. */
export function wordsOf(text: string): string[] {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}@.+-]+/u)
    .filter((word) => word !== '');
}

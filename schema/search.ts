import { requestError } from './errors.ts';

/** Characters of a search: more than the longest names have. Each of its words is looked for in every name. */
const LONGEST_SEARCH = 200;

/** The text to search for, empty where there is nothing to; refused with BAD_USER_INPUT where it is too long. */
export function searchOf(given: string | null | undefined, field: string): string {
  const text = given?.trim() ?? '';
  if (text.length > LONGEST_SEARCH) {
    throw requestError('BAD_USER_INPUT', `\`${field}\` takes at most ${LONGEST_SEARCH} characters.`, field);
  }
  return text;
}

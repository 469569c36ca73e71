/**
 * Which employee records are one person: employee number or external id first, then work e-mail with agreeing names.
 * Doubt leaves records apart and says why: a wrong merge shows one person another person's ratings.
 */
import { Grouping, indexBy, repeated, type Group, type Placed } from './match.ts';
import type { EmployeeRow } from './records.ts';

/** Pure. `placed` comes in order of integration precedence, which also decides the anchor of a group. */
export function matchEmployees(
  placed: readonly Placed<EmployeeRow>[],
  integrations: readonly string[],
): Group<EmployeeRow>[] {
  const groups = new Grouping(placed, integrations);
  matchByNumber(placed, groups);
  matchByEmail(placed, groups);
  return groups.all();
}

function matchByNumber(placed: readonly Placed<EmployeeRow>[], groups: Grouping<EmployeeRow>): void {
  for (const records of indexBy(placed, (row) => row.employeeNumber).values()) {
    if (records.length < 2) continue;
    const ambiguous = repeated(records);
    eachPair(records, (a, b) => {
      if (a.integration === b.integration || ambiguous.has(a.integration) || ambiguous.has(b.integration)) {
        groups.part(a, b, 'DUPLICATE_KEY');
      } else if (unrelated(a.row, b.row)) {
        groups.part(a, b, 'NAMES_DISAGREE');
      } else if (groups.of(a) !== groups.of(b) && !groups.wouldClash(a, b)) {
        groups.join(a, b, 'EXTERNAL_ID');
      }
    });
  }
}

function matchByEmail(placed: readonly Placed<EmployeeRow>[], groups: Grouping<EmployeeRow>): void {
  for (const records of indexBy(placed, (row) => row.workEmail?.toLowerCase() ?? null).values()) {
    if (records.length < 2) continue;
    const shared = repeated(records);
    eachPair(records, (a, b) => {
      if (groups.of(a) === groups.of(b)) return;
      if (a.integration === b.integration || shared.has(a.integration) || shared.has(b.integration)) {
        groups.part(a, b, 'SHARED_EMAIL');
      } else if (!namesAgree(a.row, b.row)) {
        groups.part(a, b, 'NAMES_DISAGREE');
      } else if (groups.wouldClash(a, b) || numbersDisagree(groups.of(a), groups.of(b))) {
        groups.part(a, b, 'KEYS_DISAGREE');
      } else {
        groups.join(a, b, 'WORK_EMAIL');
      }
    });
  }
}

function eachPair<T>(items: readonly T[], visit: (a: T, b: T) => void): void {
  items.forEach((a, i) => items.slice(i + 1).forEach((b) => visit(a, b)));
}

/** Whether any number of one group differs from any number of the other; a missing number disagrees with nothing. */
function numbersDisagree(a: Group<EmployeeRow>, b: Group<EmployeeRow>): boolean {
  const numbers = new Set(
    [...a.members, ...b.members].flatMap((member) =>
      member.row.employeeNumber === null ? [] : [member.row.employeeNumber],
    ),
  );
  return numbers.size > 1;
}

/** Equal numbers, and yet nothing else in common: two numbering systems that happen to meet. */
function unrelated(a: EmployeeRow, b: EmployeeRow): boolean {
  if (a.workEmail === null || b.workEmail === null) return false;
  if (a.workEmail.toLowerCase() === b.workEmail.toLowerCase()) return false;
  const [mine, theirs] = [nameTokens(a), nameTokens(b)];
  return mine.length > 0 && theirs.length > 0 && !mine.some((token) => theirs.includes(token));
}

/**
 * Whether two names can be one person's: the same words, or every word of the shorter in the longer, an initial
 * standing for a word. A missing name, or a single word against several, is no agreement.
 */
export function namesAgree(a: EmployeeRow, b: EmployeeRow): boolean {
  const [shorter, longer] = [nameTokens(a), nameTokens(b)].toSorted((x, y) => x.length - y.length);
  if (!shorter || !longer || shorter.length === 0) return false;
  if (shorter.length === 1 && longer.length > 1) return false;
  const left = [...longer];
  let whole = 0;
  for (const token of shorter) {
    let at = left.indexOf(token);
    if (at >= 0) whole += 1;
    else at = left.findIndex((other) => isInitialOf(token, other) || isInitialOf(other, token));
    if (at < 0) return false;
    left.splice(at, 1);
  }
  return whole > 0;
}

function isInitialOf(token: string, word: string): boolean {
  return token.length === 1 && word.startsWith(token);
}

/** A name's words without case, marks and punctuation: `Léa O'Brien` is lea, obrien. */
function nameTokens(row: EmployeeRow): string[] {
  const parts = [row.givenName, row.familyName].filter((part) => part !== null);
  const name = parts.length === 2 ? parts.join(' ') : (row.name ?? parts.join(' '));
  return name
    .normalize('NFKD')
    .replace(/[\p{M}'’]/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((token) => token !== '');
}

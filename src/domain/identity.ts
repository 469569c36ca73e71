/**
 * Which employee records are one person: employee number or external id first, then work e-mail with agreeing names.
 * Doubt leaves records apart and says why: a wrong merge shows one person another person's ratings.
 */
import { Grouping, repeated, type Group, type Placed } from './match.ts';
import type { EmployeeRow } from './records.ts';

/**
 * Pure, and the same whatever the order of an integration's records. `placed` comes in order of integration precedence,
 * which also decides the anchor of a group.
 */
export function matchEmployees(
  placed: readonly Placed<EmployeeRow>[],
  integrations: readonly string[],
): Group<EmployeeRow>[] {
  const groups = new Grouping(placed, integrations);
  matchByNumber(groups);
  matchByEmail(groups);
  return groups.all();
}

function matchByNumber(groups: Grouping<EmployeeRow>): void {
  for (const records of groups.sharing((row) => row.employeeNumber)) {
    const ambiguous = repeated(records);
    groups.partAll(records, ambiguous, 'DUPLICATE_KEY');
    eachPairOfOthers(records, ambiguous, (a, b) => {
      if (groups.of(a) === groups.of(b)) return;
      // Across the groups: a record without an address must not tie two people together.
      if (groups.anyAcross(a, b, unrelated)) groups.part(a, b, 'NAMES_DISAGREE');
      else groups.join(a, b, 'EXTERNAL_ID');
    });
  }
}

function matchByEmail(groups: Grouping<EmployeeRow>): void {
  for (const records of groups.sharing((row) => row.workEmail?.toLowerCase() ?? null)) {
    const shared = repeated(records);
    groups.partAll(records, shared, 'SHARED_EMAIL');
    eachPairOfOthers(records, shared, (a, b) => {
      if (groups.of(a) === groups.of(b)) return;
      // Across the groups: `A. Smith` agrees with Alice and with Adam, who are still two.
      if (!namesAgree(a.row, b.row) || groups.anyAcross(a, b, namesDisagree)) {
        groups.part(a, b, 'NAMES_DISAGREE');
      } else if (groups.wouldClash(a, b) || numbersDisagree(groups.of(a), groups.of(b))) {
        groups.part(a, b, 'KEYS_DISAGREE');
      } else {
        groups.join(a, b, 'WORK_EMAIL');
      }
    });
  }
}

/** Pairs of the records outside these integrations: at most one record of each other one, so they are few. */
function eachPairOfOthers(
  records: readonly Placed<EmployeeRow>[],
  integrations: ReadonlySet<string>,
  visit: (a: Placed<EmployeeRow>, b: Placed<EmployeeRow>) => void,
): void {
  const others = records.filter((record) => !integrations.has(record.integration));
  others.forEach((a, i) => others.slice(i + 1).forEach((b) => visit(a, b)));
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

/**
 * Equal numbers, and yet nothing else in common: two numbering systems that happen to meet. A missing address is nothing
 * in common; a missing name is no reason to doubt the number.
 */
function unrelated(a: EmployeeRow, b: EmployeeRow): boolean {
  if (a.workEmail !== null && a.workEmail.toLowerCase() === b.workEmail?.toLowerCase()) return false;
  const [mine, theirs] = [nameTokens(a), nameTokens(b)];
  return mine.length > 0 && theirs.length > 0 && !mine.some((token) => theirs.includes(token));
}

function namesDisagree(a: EmployeeRow, b: EmployeeRow): boolean {
  return nameTokens(a).length > 0 && nameTokens(b).length > 0 && !namesAgree(a, b);
}

/**
 * Whether two names can be one person's: the same words, or every word of the shorter in the longer, an initial
 * standing for a word. A missing name, or a single word against several, is no agreement.
 */
export function namesAgree(a: EmployeeRow, b: EmployeeRow): boolean {
  const [mine, theirs] = [nameTokens(a), nameTokens(b)];
  const [shorter, longer] = mine.length <= theirs.length ? [mine, theirs] : [theirs, mine];
  if (shorter.length === 0) return false;
  if (shorter.length === 1 && longer.length > 1) return false;
  const left = [...longer];
  // Whole words first, so that the J of `J. Jones` does not take the Jones of `Jones, James`.
  const unmet = shorter.filter((token) => !take(left, (other) => other === token));
  if (unmet.length === shorter.length) return false;
  return unmet.every((token) => take(left, (other) => isInitialOf(token, other) || isInitialOf(other, token)));
}

/** Takes the first that fits out of the list; whether there was one. */
function take(tokens: string[], fits: (token: string) => boolean): boolean {
  const at = tokens.findIndex(fits);
  if (at >= 0) tokens.splice(at, 1);
  return at >= 0;
}

function isInitialOf(token: string, word: string): boolean {
  return token.length === 1 && word.startsWith(token);
}

/** Rows never change, and the same ones are matched again at every rebuild: half the time of matching is in names. */
const tokensOf = new WeakMap<EmployeeRow, readonly string[]>();

/** A name's words without case, marks and punctuation: `Léa O'Brien` is lea, obrien. */
function nameTokens(row: EmployeeRow): readonly string[] {
  const known = tokensOf.get(row);
  if (known) return known;
  const parts = [row.givenName, row.familyName].filter((part) => part !== null);
  const name = parts.length === 2 ? parts.join(' ') : (row.name ?? parts.join(' '));
  const tokens = name
    .normalize('NFKD')
    .replace(/[\p{M}'’]/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((token) => token !== '');
  tokensOf.set(row, tokens);
  return tokens;
}

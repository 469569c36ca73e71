/**
 * Which employee records are one person: employee number or external id first, then work e-mail with agreeing names.
 * Doubt leaves records apart and says why: a wrong merge shows one person another person's ratings.
 */
import type { Link } from './links.ts';
import { Grouping, repeated, type Group, type Placed } from './match.ts';
import { nameWords, namesAgree, shareWord } from './personNames.ts';
import type { EmployeeRow } from './records.ts';
import { inSteps, runSteps, type Steps } from './steps.ts';

/**
 * Pure, and the same whatever the order of an integration's records. `placed` comes in order of integration precedence,
 * which also decides the anchor of a group. What people decided (`links`) wins over every rule.
 */
export function matchEmployees(
  placed: readonly Placed<EmployeeRow>[],
  integrations: readonly string[],
  links: readonly Link[] = [],
): Group<EmployeeRow>[] {
  return runSteps(matchEmployeesInSteps(placed, integrations, links));
}

/** The same, with pauses. Two records can be joined only when a chain of equal numbers, e-mails or links connects them. */
export function* matchEmployeesInSteps(
  placed: readonly Placed<EmployeeRow>[],
  integrations: readonly string[],
  links: readonly Link[],
): Steps<Group<EmployeeRow>[]> {
  const decisions = links.filter(({ kind }) => kind === 'employee');
  const groups = yield* Grouping.begin(placed, integrations, decisions);
  const byNumber = yield* groups.sharing(numberKey);
  yield* inSteps(byNumber, (records) => joinByNumber(groups, records));
  const byEmail = yield* groups.sharing(emailKey);
  yield* inSteps(byEmail, (records) => joinByEmail(groups, records));
  return yield* groups.all();
}

/** What people type where a number is required and there is none. Each is equal to every other of its kind, and says nothing. */
const PLACEHOLDER = /^(?:0+|[-.?]+|n\/?a|none|null|nil|tbd|unknown)$/i;

/** A number as it is compared; null when it is none. */
function numberKey({ employeeNumber }: EmployeeRow): string | null {
  return employeeNumber === null || PLACEHOLDER.test(employeeNumber) ? null : employeeNumber;
}

/** An e-mail as it is compared. */
export function emailKey({ workEmail }: EmployeeRow): string | null {
  return workEmail?.toLowerCase() ?? null;
}

function joinByNumber(groups: Grouping<EmployeeRow>, records: readonly Placed<EmployeeRow>[]): void {
  const ambiguous = repeated(records);
  groups.partAll(records, ambiguous, 'DUPLICATE_KEY');
  eachPairOfOthers(records, ambiguous, (a, b) => {
    if (groups.of(a) === groups.of(b)) return;
    if (groups.isParted(a, b)) groups.part(a, b, 'UNLINKED');
    // Without links no group has two records of an integration here; with them one may.
    else if (groups.wouldClash(a, b)) groups.part(a, b, 'KEYS_DISAGREE');
    // Across the groups: a record without an address must not tie two people together.
    else if (groups.anyAcross(a, b, doubtful)) groups.part(a, b, 'NAMES_DISAGREE');
    else groups.join(a, b, 'EXTERNAL_ID');
  });
}

function joinByEmail(groups: Grouping<EmployeeRow>, records: readonly Placed<EmployeeRow>[]): void {
  const shared = repeated(records);
  groups.partAll(records, shared, 'SHARED_EMAIL');
  eachPairOfOthers(records, shared, (a, b) => {
    if (groups.of(a) === groups.of(b)) return;
    if (groups.isParted(a, b)) groups.part(a, b, 'UNLINKED');
    // Across the groups: `A. Smith` agrees with Alice and with Adam, who are still two.
    else if (!namesAgree(a.row, b.row) || groups.anyAcross(a, b, namesDisagree)) {
      groups.part(a, b, 'NAMES_DISAGREE');
    } else if (groups.wouldClash(a, b) || numbersDisagree(groups.of(a), groups.of(b))) {
      groups.part(a, b, 'KEYS_DISAGREE');
    } else {
      groups.join(a, b, 'WORK_EMAIL');
    }
  });
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
  const numbers = new Set([...a.members, ...b.members].map(({ row }) => numberKey(row)));
  numbers.delete(null);
  return numbers.size > 1;
}

/**
 * Equal numbers, and yet nothing that confirms them: a successor got the number, or two systems that count for themselves
 * meet. An equal address confirms, agreeing names do, and for those who changed theirs one word of it and the first day.
 * Where a name is missing, only two different addresses are a doubt.
 */
function doubtful(a: EmployeeRow, b: EmployeeRow): boolean {
  const [mine, theirs] = [emailKey(a), emailKey(b)];
  if (mine !== null && mine === theirs) return false;
  if (nameWords(a).length === 0 || nameWords(b).length === 0) return mine !== null && theirs !== null;
  if (namesAgree(a, b)) return false;
  const sameFirstDay = a.startDate !== null && a.startDate === b.startDate;
  return !sameFirstDay || !shareWord(nameWords(a), nameWords(b));
}

function namesDisagree(a: EmployeeRow, b: EmployeeRow): boolean {
  return nameWords(a).length > 0 && nameWords(b).length > 0 && !namesAgree(a, b);
}

/**
 * Decides which employee records are one person: by employee number or external id first, then by work e-mail with
 * agreeing names. In doubt, records stay apart with a conflict: a wrong merge shows one person another person's
 * ratings.
 */
import { CommonValues } from './commonValues.ts';
import { foldedKey, textKey } from './letters.ts';
import type { Link } from '../links.ts';
import { Grouping, repeated, type Group, type Placed } from './grouping.ts';
import { givenWords, nameWords, namesAgree, shareWord } from './personNames.ts';
import { isPlaceholderDay, isPlaceholderEmail, isPlaceholderNumber } from './placeholders.ts';
import type { EmployeeRow } from '../records.ts';
import { inSteps, runSteps, type Steps } from '../../lib/steps.ts';

/**
 * Pure, and independent of the order of an integration's records. `placed` is in order of integration precedence, which
 * also decides the anchor of a group. People's decisions (`links`) win over every rule.
 */
export function matchEmployees(
  placed: readonly Placed<EmployeeRow>[],
  integrations: readonly string[],
  links: readonly Link[] = [],
  common?: CommonValues,
): Group<EmployeeRow>[] {
  return runSteps(matchEmployeesInSteps(placed, integrations, links, common));
}

/**
 * The same, with pauses. Two records can be joined only when a chain of equal numbers, e-mails or links connects them.
 * `common` is counted over all records, even where `placed` is only a part of them.
 */
export function* matchEmployeesInSteps(
  placed: readonly Placed<EmployeeRow>[],
  integrations: readonly string[],
  links: readonly Link[],
  common?: CommonValues,
): Steps<Group<EmployeeRow>[]> {
  const decisions = links.filter(({ kind }) => kind === 'employee');
  const groups = yield* Grouping.begin(placed, integrations, decisions);
  const byNumber = yield* groups.sharing(numberKey);
  const byEmail = yield* groups.sharing(emailKey);
  const matching: Matching = {
    groups,
    common: common ?? (yield* CommonValues.of(placed)),
    nobodysNumbers: new Set(byNumber.filter(isHeldByMany).map(([first]) => first && numberKey(first.row))),
    sharedEmails: new Set(
      byEmail.filter((records) => repeated(records).size > 0).map(([first]) => first && emailKey(first.row)),
    ),
  };
  yield* inSteps(byNumber, (records) => joinByNumber(matching, records));
  yield* inSteps(byEmail, (records) => joinByEmail(matching, records));
  return yield* groups.all();
}

interface Matching {
  groups: Grouping<EmployeeRow>;
  common: CommonValues;
  /** Numbers that an integration gives to many records, and so to no person. */
  nobodysNumbers: ReadonlySet<string | null | undefined>;
  /** Addresses that an integration has more than once. */
  sharedEmails: ReadonlySet<string | null | undefined>;
}

/**
 * An employee number, normalized for lookups: leading zeros and case matter, invisible characters and kinds of dash do
 * not.
 */
export function numberText(number: string): string {
  return textKey(number).replace(/[\p{Pd}\u2212]/gu, '-');
}

/** The key by which numbers are matched; null where the record has none. */
export function numberKey({ employeeNumber }: EmployeeRow): string | null {
  return employeeNumber === null || isPlaceholderNumber(employeeNumber) ? null : numberText(employeeNumber);
}

/** An e-mail address, normalized for lookups. */
export function emailText(email: string): string {
  return foldedKey(email);
}

/** The key by which addresses are matched; null where the record has none. */
export function emailKey({ workEmail }: EmployeeRow): string | null {
  return workEmail === null || isPlaceholderEmail(workEmail) ? null : emailText(workEmail);
}

/** The most records of an integration with one key before the key counts as a placeholder: a re-hire has two. */
const MAX_OF_ONE = 3;

function isHeldByMany(records: readonly Placed<EmployeeRow>[]): boolean {
  const counts = new Map<string, number>();
  for (const { integration } of records) counts.set(integration, (counts.get(integration) ?? 0) + 1);
  return [...counts.values()].some((count) => count > MAX_OF_ONE);
}

/** The integrations for which a key is no evidence: those that have it twice, and all if one has it many times. */
function undecided(records: readonly Placed<EmployeeRow>[]): ReadonlySet<string> {
  return isHeldByMany(records) ? new Set(records.map(({ integration }) => integration)) : repeated(records);
}

function joinByNumber(matching: Matching, records: readonly Placed<EmployeeRow>[]): void {
  const { groups } = matching;
  const ambiguous = undecided(records);
  groups.partAll(records, ambiguous, 'DUPLICATE_KEY');
  eachPairOfOthers(records, ambiguous, (a, b) => {
    if (groups.of(a) === groups.of(b)) return;
    if (groups.isParted(a, b)) groups.part(a, b, 'UNLINKED');
    // Here only links can have put two records of an integration into one group.
    else if (groups.wouldClash(a, b)) groups.part(a, b, 'KEYS_DISAGREE');
    // Compares across groups: a record without an address must not join two people.
    else if (groups.anyAcross(a, b, (mine, theirs) => doubtful(matching, mine, theirs))) {
      groups.part(a, b, 'NAMES_DISAGREE');
    } else groups.join(a, b, 'EXTERNAL_ID');
  });
}

function joinByEmail(matching: Matching, records: readonly Placed<EmployeeRow>[]): void {
  const { groups } = matching;
  const shared = undecided(records);
  groups.partAll(records, shared, 'SHARED_EMAIL');
  eachPairOfOthers(records, shared, (a, b) => {
    if (groups.of(a) === groups.of(b)) return;
    if (groups.isParted(a, b)) groups.part(a, b, 'UNLINKED');
    // Compares across groups: `A. Smith` agrees with Alice and with Adam, who are two people.
    else if (!namesConfirm(matching, a.row, b.row) || groups.anyAcross(a, b, namesDisagree)) {
      groups.part(a, b, 'NAMES_DISAGREE');
    } else if (groups.wouldClash(a, b) || numbersDisagree(matching, groups.of(a), groups.of(b))) {
      groups.part(a, b, 'KEYS_DISAGREE');
    } else {
      groups.join(a, b, 'WORK_EMAIL');
    }
  });
}

/** Pairs of records outside these integrations: at most one record per integration, so there are few. */
function eachPairOfOthers(
  records: readonly Placed<EmployeeRow>[],
  integrations: ReadonlySet<string>,
  visit: (a: Placed<EmployeeRow>, b: Placed<EmployeeRow>) => void,
): void {
  const others = records.filter((record) => !integrations.has(record.integration));
  others.forEach((a, i) => others.slice(i + 1).forEach((b) => visit(a, b)));
}

/** Whether a number of one group differs from a number of the other; a missing number never differs. */
function numbersDisagree({ nobodysNumbers }: Matching, a: Group<EmployeeRow>, b: Group<EmployeeRow>): boolean {
  const numbers = [...a.members, ...b.members].map(({ row }) => numberKey(row));
  return new Set(numbers.filter((number) => number !== null && !nobodysNumbers.has(number))).size > 1;
}

/**
 * Whether equal numbers lack confirmation: a successor may have got the number, or two systems number independently. An
 * equal personal address confirms them, agreeing names do, and for people who changed their name a given name and the
 * first day. Where a name is missing, only two different addresses are a reason for doubt.
 */
function doubtful(matching: Matching, a: EmployeeRow, b: EmployeeRow): boolean {
  const [mine, theirs] = [a, b].map((row) => {
    const email = emailKey(row);
    return matching.sharedEmails.has(email) ? null : email;
  });
  if (mine !== null && mine === theirs) return false;
  const [name, other] = [nameWords(a), nameWords(b)];
  if (name.length === 0 || other.length === 0) return mine !== null && theirs !== null;
  return !namesConfirm(matching, a, b) && !firstDaysConfirm(matching, a, b);
}

function namesConfirm({ common }: Matching, a: EmployeeRow, b: EmployeeRow): boolean {
  return namesAgree(a, b) && !common.hasName(a) && !common.hasName(b);
}

/** Whether both have the same given name and first day, and the day is not common. */
function firstDaysConfirm({ common }: Matching, a: EmployeeRow, b: EmployeeRow): boolean {
  const day = a.startDate;
  if (day === null || day !== b.startDate || isPlaceholderDay(day) || common.hasDay(day)) return false;
  return shareWord(givenWords(a), givenWords(b));
}

function namesDisagree(a: EmployeeRow, b: EmployeeRow): boolean {
  return nameWords(a).length > 0 && nameWords(b).length > 0 && !namesAgree(a, b);
}

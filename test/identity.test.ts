import { describe, expect, it } from 'vitest';
import { matchEmployees } from '../src/domain/matching/employeeMatch.ts';
import type { Placed } from '../src/domain/matching/grouping.ts';
import type { EmployeeRow } from '../src/domain/records.ts';
import { PEOPLE, TRAPS, type FixtureRecord, type Trap } from './fixtures/people.ts';
import { employeeRow } from './support/fakes/fakeProvider.ts';

/** The lowest recall over all people; the rule reached 0.843 when this was written. */
const RECALL = 0.84;

interface Labelled extends Placed<EmployeeRow> {
  /** Position in PEOPLE. */
  person: number;
  trap: Trap;
}

function toRow([, remoteId, name, workEmail, employeeNumber, startDate]: FixtureRecord): EmployeeRow {
  const names = typeof name === 'string' || name === null ? { name } : { givenName: name[0], familyName: name[1] };
  return employeeRow(remoteId, { ...names, workEmail, employeeNumber, startDate });
}

const LABELLED: Labelled[] = PEOPLE.flatMap(({ trap, records }, person) =>
  records.map((record) => ({ integration: record[0], row: toRow(record), person, trap })),
);

interface Tally {
  people: number;
  /** Pairs of records: in one object and of one person, in one object and of two, of one person and apart. */
  right: number;
  wrong: number;
  missed: number;
}

/** Pairs are counted by the trap of the first record's person. Two records of one integration are never one object. */
function tally(records: readonly Labelled[]): Map<Trap, Tally> {
  const groups = matchEmployees(records, ['hr', 'lms', 'crm']);
  const groupOf = new Map(groups.flatMap(({ members }, index) => members.map(({ row }) => [row, index] as const)));
  const tallies = new Map<Trap, Tally>();
  for (const { trap } of PEOPLE) {
    const known = tallies.get(trap) ?? { people: 0, right: 0, wrong: 0, missed: 0 };
    tallies.set(trap, { ...known, people: known.people + 1 });
  }
  records.forEach((a, index) => {
    const counts = tallies.get(a.trap);
    if (!counts) throw new Error('a trap without people');
    for (const b of records.slice(index + 1)) {
      const together = groupOf.get(a.row) === groupOf.get(b.row);
      const same = a.person === b.person;
      if (together && same) counts.right += 1;
      else if (together) counts.wrong += 1;
      else if (same && a.integration !== b.integration) counts.missed += 1;
    }
  });
  return tallies;
}

const precision = ({ right, wrong }: Tally) => (right + wrong === 0 ? 1 : right / (right + wrong));
const recall = ({ right, missed }: Tally) => (right + missed === 0 ? 1 : right / (right + missed));

function sum(tallies: readonly Tally[]): Tally {
  const total = { people: 0, right: 0, wrong: 0, missed: 0 };
  for (const { people, right, wrong, missed } of tallies) {
    total.people += people;
    total.right += right;
    total.wrong += wrong;
    total.missed += missed;
  }
  return total;
}

function line(name: string, counts: Tally): string {
  const { people, right, wrong, missed } = counts;
  const numbers = [people, right, wrong, missed].map((value) => String(value).padStart(7)).join('');
  return `${name.padEnd(18)}${numbers}${precision(counts).toFixed(3).padStart(11)}${recall(counts).toFixed(3).padStart(8)}`;
}

const HEADING = `${'trap'.padEnd(18)} people  right  wrong missed  precision  recall`;

const order = (integration: string) => ['hr', 'lms', 'crm'].indexOf(integration);
/** The traps' records turned round: the order of pages must not decide who is who. */
const TURNED = LABELLED.toReversed().toSorted((a, b) => order(a.integration) - order(b.integration));

describe('the identity rule over the labelled people', () => {
  it('has at least 200 people, and every trap', () => {
    expect(PEOPLE.length).toBeGreaterThanOrEqual(200);
    expect(new Set(PEOPLE.map(({ trap }) => trap))).toEqual(new Set(Object.keys(TRAPS)));
    expect(new Set(LABELLED.map(({ row }) => row.remoteId)).size).toBe(LABELLED.length);
  });

  it('never takes two people for one, and finds most of what belongs together', () => {
    const tallies = tally(LABELLED);
    const total = sum([...tallies.values()]);
    const table = [HEADING, ...[...tallies].map(([trap, counts]) => line(trap, counts)), line('all', total)];
    console.info(table.join('\n'));
    expect(Object.fromEntries([...tallies].filter(([, { wrong }]) => wrong > 0))).toEqual({});
    expect(precision(total)).toBe(1);
    expect(recall(total)).toBeGreaterThanOrEqual(RECALL);
  });

  it('judges the same whatever the order of the records', () => {
    expect(tally(TURNED).size).toBe(tally(LABELLED).size);
    expect(sum([...tally(TURNED).values()])).toEqual(sum([...tally(LABELLED).values()]));
  });
});

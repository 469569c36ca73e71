import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { employeeRow } from '../../../test/support/fakes/fakeProvider.ts';
import { createWorkforce, SYSTEMS } from '../../simulator/workforce.ts';
import { matchEmployees } from './employeeMatch.ts';
import type { Link } from '../links.ts';
import type { Group, Placed } from './grouping.ts';
import type { EmployeeRow } from '../records.ts';

const INTEGRATIONS = ['hr', 'talent', 'projects'];

type Values = Partial<EmployeeRow>;
const LEA: Values = { givenName: 'Léa', familyName: 'Martin', workEmail: 'lea@example.test', employeeNumber: '1' };
const BOB: Values = { givenName: 'Bob', familyName: 'Stone', workEmail: 'bob@example.test', employeeNumber: '2' };

const record = (place: string, values: Values): Placed<EmployeeRow> => ({
  integration: place.split(' ')[0] ?? '',
  row: employeeRow(place, values),
});

/** Records by place, e.g. `hr` or `hr old`, in the order given, matched. */
const match = (people: Record<string, Values>) =>
  matchEmployees(
    Object.entries(people).map(([place, values]) => record(place, values)),
    INTEGRATIONS,
  );

/** Who is with whom, by place. */
const partition = (groups: readonly Group<EmployeeRow>[]) =>
  groups.map(({ members }) => members.map(({ row }) => row.remoteId).join('+'));

const rules = (groups: readonly Group<EmployeeRow>[]) =>
  groups.flatMap(({ members }) => members.map(({ row, rule }) => `${row.remoteId} ${rule}`));

const conflicts = (groups: readonly Group<EmployeeRow>[]) =>
  groups.flatMap((group) =>
    group.conflicts.map(({ record: mine, other, reason }) => `${mine.row.remoteId}|${other.row.remoteId} ${reason}`),
  );

describe('matching by number', () => {
  it('joins equal numbers, and says by which rule', () => {
    const groups = match({ hr: LEA, talent: LEA, projects: LEA });
    expect(rules(groups)).toEqual(['hr ANCHOR', 'talent EXTERNAL_ID', 'projects EXTERNAL_ID']);
    expect(conflicts(groups)).toEqual([]);
  });

  it('joins a renamed address under an equal number', () => {
    const groups = match({ hr: LEA, talent: { ...LEA, workEmail: 'lea.dupont@example.test' } });
    expect(rules(groups)).toEqual(['hr ANCHOR', 'talent EXTERNAL_ID']);
  });

  it('joins an equal number where a name is missing', () => {
    expect(partition(match({ hr: LEA, talent: { employeeNumber: '1' } }))).toEqual(['hr+talent']);
  });

  it('leaves an equal number apart where a name is missing and the addresses differ', () => {
    const groups = match({ hr: LEA, talent: { employeeNumber: '1', workEmail: 'l@example.test' } });
    expect(conflicts(groups)).toContain('hr|talent NAMES_DISAGREE');
  });

  it('joins who changed name and address under an equal number only with the same first day', () => {
    const before = { ...LEA, familyName: 'Dupont', workEmail: 'lea.dupont@example.test' };
    const began = (a: string | null, b: string | null) =>
      partition(match({ hr: { ...LEA, startDate: a }, talent: { ...before, startDate: b } }));
    expect(began('2021-03-01', '2021-03-01')).toEqual(['hr+talent']);
    expect(began('2021-03-01', '2014-03-01')).toEqual(['hr', 'talent']);
    expect(began(null, null)).toEqual(['hr', 'talent']);
  });

  it('takes a placeholder for no number', () => {
    for (const employeeNumber of ['N/A', '000', '-', 'none']) {
      const [hr, talent] = [
        { ...LEA, employeeNumber },
        { ...BOB, workEmail: LEA.workEmail, employeeNumber },
      ];
      expect(partition(match({ hr, talent }))).toEqual(['hr', 'talent']);
    }
    expect(rules(match({ hr: { ...LEA, employeeNumber: 'TBD' }, talent: LEA }))).toEqual([
      'hr ANCHOR',
      'talent WORK_EMAIL',
    ]);
  });

  it.each([' 1', '1\u200b', '１', '\u20601\ufeff'])('reads %j as the number 1', (employeeNumber) => {
    const groups = match({ hr: LEA, talent: { ...LEA, employeeNumber, workEmail: null } });
    expect(rules(groups)).toEqual(['hr ANCHOR', 'talent EXTERNAL_ID']);
  });

  it('reads every dash in a number as one', () => {
    const numbered = (employeeNumber: string) => ({ ...LEA, employeeNumber, workEmail: null });
    expect(partition(match({ hr: numbered('E-12'), talent: numbered('E‑12'), projects: numbered('E–12') }))).toEqual([
      'hr+talent+projects',
    ]);
  });

  it('leaves numbers apart that meet by chance: no word of the name and no address in common', () => {
    const groups = match({ hr: LEA, talent: { ...BOB, employeeNumber: '1' } });
    expect(partition(groups)).toEqual(['hr', 'talent']);
    expect(conflicts(groups)).toEqual(['hr|talent NAMES_DISAGREE', 'talent|hr NAMES_DISAGREE']);
  });

  it('leaves other names apart under an equal number when an address is missing', () => {
    expect(partition(match({ hr: { ...LEA, workEmail: null }, talent: { ...BOB, employeeNumber: '1' } }))).toEqual([
      'hr',
      'talent',
    ]);
  });

  it('does not tie two people together by a record that has something of both', () => {
    const between = { employeeNumber: '1' };
    const groups = match({ hr: LEA, talent: between, projects: { ...BOB, employeeNumber: '1' } });
    expect(partition(groups)).toEqual(['hr+talent', 'projects']);
  });

  it('takes a number with leading zeros for another one', () => {
    const groups = match({ hr: LEA, talent: { ...LEA, employeeNumber: '0001' } });
    expect(partition(groups)).toEqual(['hr', 'talent']);
    expect(conflicts(groups)).toContain('hr|talent KEYS_DISAGREE');
  });

  it('joins a re-hire to the record with the same address and leaves the old one apart', () => {
    const groups = match({ 'hr old': { ...LEA, workEmail: null }, hr: LEA, talent: LEA });
    expect(rules(groups)).toEqual(['hr old ANCHOR', 'hr ANCHOR', 'talent WORK_EMAIL']);
    expect(conflicts(groups)).toEqual([
      'hr old|hr DUPLICATE_KEY',
      'hr old|talent DUPLICATE_KEY',
      'hr|hr old DUPLICATE_KEY',
      'talent|hr old DUPLICATE_KEY',
    ]);
  });
});

describe('matching by address', () => {
  it('joins a missing number by address and agreeing name, case ignored', () => {
    const groups = match({ hr: LEA, talent: { ...LEA, employeeNumber: null, workEmail: 'LEA@Example.TEST' } });
    expect(rules(groups)).toEqual(['hr ANCHOR', 'talent WORK_EMAIL']);
  });

  it('leaves an equal address with other names apart', () => {
    const groups = match({ hr: LEA, talent: { ...BOB, employeeNumber: null, workEmail: 'lea@example.test' } });
    expect(partition(groups)).toEqual(['hr', 'talent']);
    expect(conflicts(groups)).toEqual(['hr|talent NAMES_DISAGREE', 'talent|hr NAMES_DISAGREE']);
  });

  it('leaves an equal address with a missing name apart', () => {
    expect(partition(match({ hr: LEA, talent: { workEmail: 'lea@example.test' } }))).toEqual(['hr', 'talent']);
  });

  it('leaves an equal address and name with other numbers apart', () => {
    const groups = match({ hr: LEA, talent: { ...LEA, employeeNumber: '9' } });
    expect(partition(groups)).toEqual(['hr', 'talent']);
    expect(conflicts(groups)).toEqual(['hr|talent KEYS_DISAGREE', 'talent|hr KEYS_DISAGREE']);
  });

  it('leaves a shared mailbox apart, on every side', () => {
    const team = { workEmail: 'team@example.test', employeeNumber: null };
    const groups = match({ hr: { ...LEA, ...team }, 'hr two': { ...BOB, ...team }, talent: { ...LEA, ...team } });
    expect(partition(groups)).toEqual(['hr', 'hr two', 'talent']);
    expect(conflicts(groups)).toEqual([
      'hr|hr two SHARED_EMAIL',
      'hr|talent SHARED_EMAIL',
      'hr two|hr SHARED_EMAIL',
      'hr two|talent SHARED_EMAIL',
      'talent|hr SHARED_EMAIL',
      'talent|hr two SHARED_EMAIL',
    ]);
  });

  it('keeps two ids of one person in one integration apart, joining the one with the number', () => {
    const groups = match({ hr: LEA, talent: LEA, 'talent two': { ...LEA, employeeNumber: null } });
    expect(partition(groups)).toEqual(['hr+talent', 'talent two']);
    expect(conflicts(groups)).toEqual([
      'hr|talent two SHARED_EMAIL',
      'talent|talent two SHARED_EMAIL',
      'talent two|hr SHARED_EMAIL',
      'talent two|talent SHARED_EMAIL',
    ]);
  });

  it('leaves a namesake at another address alone, without a conflict', () => {
    const groups = match({ hr: LEA, talent: { ...LEA, employeeNumber: null, workEmail: 'lea.two@example.test' } });
    expect(partition(groups)).toEqual(['hr', 'talent']);
    expect(conflicts(groups)).toEqual([]);
  });

  it('does not tie Alice and Adam together by an A.', () => {
    const at = { workEmail: 'smith@example.test', familyName: 'Smith' };
    const groups = match({
      hr: { ...at, givenName: 'Alice' },
      talent: { ...at, givenName: 'A.' },
      projects: { ...at, givenName: 'Adam' },
    });
    expect(partition(groups)).toEqual(['hr+talent', 'projects']);
  });
});

describe('all rules together', () => {
  const people: [string, Values][] = [
    ['hr', LEA],
    ['talent', { ...LEA, workEmail: 'renamed@example.test' }],
    ['projects', { ...LEA, employeeNumber: null }],
    ['talent other', { ...LEA, employeeNumber: null }],
  ];

  it('match numbers before addresses, whatever the order of records', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(people, { minLength: 4 }), (shuffled) => {
        const groups = match(Object.fromEntries(shuffled));
        expect(partition(groups).toSorted()).toEqual(['hr+talent+projects', 'talent other']);
        expect(groups.find(({ members }) => members.length === 3)?.members.map(({ rule }) => rule)).toEqual([
          'ANCHOR',
          'EXTERNAL_ID',
          'WORK_EMAIL',
        ]);
      }),
    );
  });

  it('take the anchor by precedence, not by order', () => {
    const placed = [record('projects', LEA), record('hr', LEA), record('talent', LEA)];
    expect(rules(matchEmployees(placed, ['talent', 'hr', 'projects']))).toEqual([
      'talent ANCHOR',
      'hr EXTERNAL_ID',
      'projects EXTERNAL_ID',
    ]);
  });

  it('take the anchor by precedence when a record joins a group that has one of higher', () => {
    const [number, address] = [{ employeeNumber: '1' }, { workEmail: 'x@example.test' }];
    const name = { name: 'Lea Martin' };
    const groups = match({
      hr: { ...name, ...number },
      talent: { ...name, ...address },
      projects: { ...name, ...number, ...address },
    });
    expect(rules(groups)).toEqual(['hr ANCHOR', 'talent WORK_EMAIL', 'projects EXTERNAL_ID']);
  });

  const values = fc.record({
    givenName: fc.constantFrom('Léa', 'Lea', 'L.', 'Bob', null),
    familyName: fc.constantFrom('Martin', 'Stone', null),
    workEmail: fc.constantFrom('a@example.test', 'A@example.test', 'b@example.test', null),
    employeeNumber: fc.constantFrom('1', '01', '2', null),
  });
  const crowd = fc.array(fc.tuple(fc.constantFrom(...INTEGRATIONS), values), { maxLength: 7 });
  const placedOf = (entries: readonly [string, Values][]) =>
    entries.map(([integration, row], index) => record(`${integration} ${index}`, row));

  it('put every record into one group, never two of one integration, and give the same for any order', () => {
    fc.assert(
      fc.property(
        crowd.chain((entries) => {
          const placed = placedOf(entries);
          return fc.tuple(fc.constant(placed), fc.shuffledSubarray(placed, { minLength: placed.length }));
        }),
        ([placed, shuffled]) => {
          const groups = matchEmployees(placed, INTEGRATIONS);
          const members = groups.flatMap((group) => group.members.map(({ row }) => row.remoteId));
          expect(members.toSorted()).toEqual(placed.map(({ row }) => row.remoteId).toSorted());
          for (const { members: group } of groups) {
            expect(new Set(group.map(({ integration }) => integration)).size).toBe(group.length);
            expect(group.filter(({ rule }) => rule === 'ANCHOR')).toEqual(group.slice(0, 1));
          }
          expect(partition(matchEmployees(shuffled, INTEGRATIONS)).toSorted()).toEqual(partition(groups).toSorted());
        },
      ),
      { numRuns: 500 },
    );
  });

  it('note every conflict on both sides, and none within a group', () => {
    fc.assert(
      fc.property(crowd, (entries) => {
        const groups = matchEmployees(placedOf(entries), INTEGRATIONS);
        const noted = conflicts(groups);
        const mirrored = groups.flatMap((group) =>
          group.conflicts.map(({ record: mine, other, reason }) => {
            expect(group.members.some(({ row }) => row === other.row)).toBe(false);
            return `${other.row.remoteId}|${mine.row.remoteId} ${reason}`;
          }),
        );
        expect(mirrored.toSorted()).toEqual(noted.toSorted());
      }),
      { numRuns: 300 },
    );
  });

  it('keep few conflicts of a key that thousands share', () => {
    const placed = Array.from({ length: 20_000 }, (_, index) =>
      record(`${index % 2 === 0 ? 'hr' : 'talent'} ${index}`, { ...LEA, employeeNumber: 'n/a' }),
    );
    // 0.1 s alone; pair by pair it would be 200 million pairs.
    const groups = matchEmployees(placed, INTEGRATIONS);
    expect(groups).toHaveLength(20_000);
    for (const group of groups) expect(group.conflicts).toHaveLength(20);
  });
});

describe('a workforce of 1,000 people with all traps', () => {
  it('is matched without one wrong merge', () => {
    const workforce = createWorkforce();
    const personOf = new Map<EmployeeRow, string>();
    const placed = SYSTEMS.flatMap((system) =>
      workforce.people.flatMap((person) =>
        person.records[system].map((known): Placed<EmployeeRow> => {
          const row = employeeRow(known.key, {
            givenName: known.givenName,
            familyName: known.familyName,
            workEmail: known.email,
            employeeNumber: known.number,
          });
          // A namesake in the talent system is somebody else.
          const somebodyElse = person.trap === 'namesake' && system === 'talent';
          personOf.set(row, somebodyElse ? `${person.index} namesake` : String(person.index));
          return { integration: system, row };
        }),
      ),
    );
    const groups = matchEmployees(placed, SYSTEMS);
    const people = (group: Group<EmployeeRow>) => group.members.map(({ row }) => personOf.get(row));
    expect(groups.filter((group) => new Set(people(group)).size > 1)).toEqual([]);
    // Pairs of records of one person in different integrations, and how many of them came together.
    const placesOf = new Map<string | undefined, Map<string, number>>();
    for (const { integration, row } of placed) {
      const places = placesOf.get(personOf.get(row)) ?? new Map<string, number>();
      placesOf.set(personOf.get(row), places.set(integration, 1));
    }
    const pairs = (n: number) => (n * (n - 1)) / 2;
    const possible = [...placesOf.values()].reduce((sum, places) => sum + pairs(places.size), 0);
    const found = groups.reduce((sum, { members }) => sum + pairs(members.length), 0);
    const recall = found / possible;
    console.info(`identity: precision 1.000, recall ${recall.toFixed(3)} (${found} of ${possible} pairs)`);
    expect(recall).toBeGreaterThan(0.9);
  });
});

describe('decisions', () => {
  const at = (day: number) => `2026-01-0${day}T00:00:00.000Z`;
  const link = (verdict: Link['verdict'], a: string, b: string, day = 1): Link => ({
    kind: 'employee',
    verdict,
    a: { integration: a.split(' ')[0] ?? '', remoteId: a },
    b: { integration: b.split(' ')[0] ?? '', remoteId: b },
    by: 'somebody',
    at: at(day),
    note: null,
  });
  const decided = (people: Record<string, Values>, ...links: Link[]) =>
    matchEmployees(
      Object.entries(people).map(([place, values]) => record(place, values)),
      INTEGRATIONS,
      links,
    );

  it('join what no rule would, and show by whom', () => {
    const joined = link('joined', 'hr', 'talent');
    const groups = decided({ hr: LEA, talent: BOB }, joined);
    expect(rules(groups)).toEqual(['hr ANCHOR', 'talent LINK']);
    expect(groups[0]?.members.map((member) => member.link)).toEqual([null, joined]);
  });

  it('part what a rule would join, on both sides and through third records', () => {
    const groups = decided({ hr: LEA, talent: LEA, projects: LEA }, link('parted', 'hr', 'talent'));
    expect(partition(groups)).toEqual(['hr+projects', 'talent']);
    expect(conflicts(groups)).toEqual([
      'hr|talent UNLINKED',
      'projects|talent UNLINKED',
      'talent|hr UNLINKED',
      'talent|projects UNLINKED',
    ]);
  });

  it('count by the last of a pair, whichever way round it names the two', () => {
    const people = { hr: LEA, talent: LEA };
    const [parted, joined] = [link('parted', 'hr', 'talent', 2), link('joined', 'talent', 'hr', 3)];
    expect(rules(decided(people, joined, parted))).toEqual(['hr ANCHOR', 'talent LINK']);
    expect(partition(decided(people, link('joined', 'hr', 'talent', 1), parted))).toEqual(['hr', 'talent']);
  });

  it('of skills, or of records that are gone, say nothing', () => {
    const other: Link = { ...link('joined', 'hr', 'talent'), kind: 'skill' };
    expect(partition(decided({ hr: LEA, talent: BOB }, other, link('joined', 'hr', 'projects')))).toEqual([
      'hr',
      'talent',
    ]);
  });

  it('leave room for one record of an integration: the second is shown beside', () => {
    const groups = decided(
      { hr: LEA, talent: BOB, 'talent b': {} },
      link('joined', 'hr', 'talent', 1),
      link('joined', 'hr', 'talent b', 2),
    );
    expect(partition(groups)).toEqual(['hr+talent', 'talent b']);
    expect(conflicts(groups)).toContain('talent b|hr DUPLICATE_KEY');
  });
});

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createWorkforce, SYSTEMS, type Person, type System, type Trap, type Workforce } from './workforce.ts';

const digest = (workforce: Workforce) => createHash('sha256').update(JSON.stringify(workforce)).digest('hex');
const small = createWorkforce('test', { people: 200, skills: 60, holdingsPerPerson: 6 });
const trapped = (trap: Trap) => small.people.filter((person) => person.trap === trap);
const keys = (workforce: Workforce, system: System) =>
  workforce.people.flatMap((person) => person.records[system].map((record) => record.key));
const known = (person: Person, system: System) => person.records[system].length > 0;

describe('workforce', () => {
  it('is the same bytes for the same seed, and others for another', () => {
    const size = { people: 100, skills: 30, holdingsPerPerson: 4 };
    expect(digest(createWorkforce('a', size))).toBe(digest(createWorkforce('a', size)));
    expect(digest(createWorkforce('a', size))).not.toBe(digest(createWorkforce('b', size)));
  });

  it('has the size asked for', () => {
    expect([small.people.length, small.skills.length]).toEqual([200, 60]);
    expect(small.people.map((person) => person.index)).toEqual(Array.from({ length: 200 }, (_, index) => index));
    const mean = small.holdings.length / 200;
    expect(mean).toBeGreaterThan(3);
    expect(mean).toBeLessThan(9);
  });

  it('has no two records of one key in a system, and no holding twice', () => {
    for (const system of SYSTEMS) expect(new Set(keys(small, system)).size).toBe(keys(small, system).length);
    const pairs = small.holdings.map((holding) => `${holding.personIndex}|${holding.skillIndex}`);
    expect(new Set(pairs).size).toBe(pairs.length);
  });

  it('reports holdings only where person and skill are known, at a level of 0 to 1', () => {
    for (const { personIndex, skillIndex, level, systems } of small.holdings) {
      expect(systems.length).toBeGreaterThan(0);
      for (const system of systems) {
        expect(small.people[personIndex]?.records[system].length).toBeGreaterThan(0);
        expect(small.skills[skillIndex]?.names[system]).not.toBeNull();
      }
      expect(level).toBeGreaterThanOrEqual(0);
      expect(level).toBeLessThanOrEqual(1);
    }
  });

  it('has managers of lower index, so that there is no circle', () => {
    expect(small.people.filter((person) => person.managerIndex === null).map((person) => person.index)).toEqual([0]);
    expect(small.people.every((person) => (person.managerIndex ?? -1) < person.index)).toBe(true);
  });

  it('has people outside a system, people without a skill and skills outside a system', () => {
    for (const system of ['talent', 'projects'] as const) {
      expect(small.people.some((person) => !known(person, system))).toBe(true);
      expect(small.skills.some((skill) => skill.names[system] === null)).toBe(true);
    }
    const holders = new Set(small.holdings.map((holding) => holding.personIndex));
    expect(small.people.some((person) => !holders.has(person.index))).toBe(true);
    expect(small.skills.every((skill) => SYSTEMS.some((system) => skill.names[system] !== null))).toBe(true);
  });

  it('has C, C++ and C# apart in every system', () => {
    for (const name of ['C', 'C++', 'C#']) {
      const skill = small.skills.find((candidate) => candidate.name === name);
      expect(Object.values(skill?.names ?? {}).map((spelling) => spelling?.trim().toUpperCase())).toEqual([
        name,
        name,
        name,
      ]);
    }
  });
});

describe('traps of the workforce', () => {
  it('keeps an inactive old record of a re-hire beside the present one', () => {
    const people = trapped('rehire');
    expect(people.length).toBeGreaterThan(0);
    for (const { records } of people) {
      expect(records.hr).toHaveLength(2);
      expect(records.hr[0]).toMatchObject({ active: false, email: null, number: records.hr[1]?.number });
    }
  });

  it('renames e-mails in one system while the number stays', () => {
    const people = trapped('renamedEmail').filter((person) => known(person, 'talent'));
    expect(people.length).toBeGreaterThan(0);
    for (const { records } of people) {
      expect(records.talent[0]?.email).not.toBe(records.hr[0]?.email);
      expect(records.talent[0]?.number).toBe(records.hr[0]?.number);
    }
  });

  it('leaves numbers out', () => {
    const people = trapped('missingNumber').filter((person) => known(person, 'talent'));
    expect(people.length).toBeGreaterThan(0);
    for (const { records } of people) expect(records.talent[0]?.number).toBeNull();
    const upperCase = trapped('missingNumber').filter((person) => known(person, 'projects'));
    for (const { records } of upperCase) expect(records.projects[0]?.email).toBe(records.hr[0]?.email?.toUpperCase());
  });

  it('gives one mailbox to two people', () => {
    const addresses = trapped('sharedMailbox').map((person) => person.records.hr[0]?.email);
    expect(addresses.length).toBeGreaterThan(1);
    expect(new Set(addresses).size).toBeLessThanOrEqual(Math.ceil(addresses.length / 2));
  });

  it('gives one person two records in the talent system', () => {
    const people = trapped('twoIds').filter((person) => known(person, 'talent'));
    expect(people.length).toBeGreaterThan(0);
    for (const { records } of people) {
      expect(records.talent).toHaveLength(2);
      expect(records.talent[0]?.key).not.toBe(records.talent[1]?.key);
      expect(records.talent[0]?.email).toBe(records.talent[1]?.email);
    }
  });

  it('has namesakes at another address without a number', () => {
    const people = trapped('namesake').filter((person) => known(person, 'talent'));
    expect(people.length).toBeGreaterThan(0);
    for (const { records } of people) {
      expect(records.talent[0]).toMatchObject({ familyName: records.hr[0]?.familyName, number: null });
      expect(records.talent[0]?.email).not.toBe(records.hr[0]?.email);
    }
  });

  it('spells given names differently, and pads numbers with zeros', () => {
    const spelled = trapped('nameSpelling').filter((person) => known(person, 'talent'));
    expect(spelled.length).toBeGreaterThan(0);
    for (const { records } of spelled) expect(records.talent[0]?.givenName).toMatch(/^.\.$/u);
    const padded = trapped('leadingZeros');
    expect(padded.length).toBeGreaterThan(0);
    for (const { records } of padded) expect(records.hr[0]?.number).toMatch(/^0{3,}\d+$/);
  });

  it('has every trap among forty people', () => {
    const traps = new Set(createWorkforce('test', { people: 40, skills: 12 }).people.map((person) => person.trap));
    expect([...traps].filter((trap) => trap !== null).toSorted()).toEqual([
      'leadingZeros',
      'missingNumber',
      'nameSpelling',
      'namesake',
      'rehire',
      'renamedEmail',
      'sharedMailbox',
      'twoIds',
    ]);
  });
});

describe('a large workforce', () => {
  it('of 100,000 people has no key twice', () => {
    const large = createWorkforce('large', { people: 100_000, skills: 1_000, holdingsPerPerson: 12 });
    expect(large.people).toHaveLength(100_000);
    for (const system of SYSTEMS) expect(new Set(keys(large, system)).size).toBe(keys(large, system).length);
    const emails = large.people.filter((person) => person.trap === null).map((person) => person.records.hr[0]?.email);
    expect(new Set(emails).size).toBe(emails.length);
  });
});

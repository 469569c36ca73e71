/** What the contract suite writes: items for each write port, and how to tell that a row shows what one of them asked for. */
import type {
  CertificateWrite,
  EmployeeWrite,
  Ports,
  RatingRemoval,
  RatingWrite,
  SkillWrite,
  StatusWrite,
} from '../../../src/domain/ports.ts';
import { valueOfLevel } from '../../../src/domain/rating.ts';
import type { EmployeeRow, RatingRow, SkillRow } from '../../../src/domain/records.ts';
import type { ReadPort, Row, WritePortName } from './provider.ts';

export type Item = RatingWrite | RatingRemoval | EmployeeWrite | StatusWrite | SkillWrite | CertificateWrite;

/** What the provider holds before anything is written. */
export interface Known {
  employees: readonly EmployeeRow[];
  skills: readonly SkillRow[];
  ratings: readonly RatingRow[];
}

/** How the suite tries one write port. */
export interface WriteCase {
  /** Items of distinct keys, of different people and skills, so that a mixed-up order shows; the same for the same count. */
  items(known: Known, ports: Ports, count: number): Item[];
  /** The same item for something that the provider does not know, or will not take. */
  spoilt(item: Item): Item;
  /** The read that shows what was written, and what it is asked for; null where none shows it at once. */
  shownBy: { port: ReadPort; asked(item: Item): string[] } | null;
  /** Whether a row shows what was asked for. */
  shows(row: Row, item: Item): boolean;
}

/** An id that no provider has given, in digits, since some take nothing else. */
const UNKNOWN_ID = '999999999';

const LETTERS = 'abcdefghijklmnop';

const ratings = (level: boolean): WriteCase => ({
  items({ employees, skills, ratings: rows }, _, count) {
    const held = new Set(rows.map((row) => `${row.employeeId}|${row.skillId}`));
    const pairs = employees.slice(3).flatMap((employee) =>
      skills.flatMap((skill): RatingWrite[] => {
        const value = valueOfLevel(0.75, skill.scale);
        if (value === null || held.has(`${employee.remoteId}|${skill.remoteId}`)) return [];
        const { scale } = skill;
        return [{ employeeId: employee.remoteId, skillId: skill.remoteId, value: level ? value : null, scale }];
      }),
    );
    return Array.from({ length: count }, (__, index) => pairs[index * 41]).filter((pair) => pair !== undefined);
  },
  spoilt: (item) => ({ ...(item as RatingWrite), employeeId: UNKNOWN_ID }),
  shownBy: { port: 'ratingsByEmployees', asked: (item) => [(item as RatingWrite).employeeId] },
  shows: isOfPair,
});

function isOfPair(row: Row, item: Item): boolean {
  const { employeeId, skillId } = item as RatingRemoval;
  return 'skillId' in row && row.employeeId === employeeId && row.skillId === skillId;
}

const removals: WriteCase = {
  items({ ratings: rows }, _, count) {
    const firstOf = new Map<string, RatingRemoval>();
    for (const { employeeId, skillId, skillKeys } of rows) {
      if (skillKeys === null && !firstOf.has(employeeId)) firstOf.set(employeeId, { employeeId, skillId });
    }
    return [...firstOf.values()].slice(3, 3 + count);
  },
  // What is not held is done, whoever does not hold it.
  spoilt: (item) => ({ ...(item as RatingRemoval), employeeId: UNKNOWN_ID }),
  shownBy: { port: 'ratingsByEmployees', asked: (item) => [(item as RatingRemoval).employeeId] },
  shows: isOfPair,
};

const people: WriteCase = {
  items({ employees }, ports, count) {
    const creates = ports.upsertEmployees?.creates === true;
    return Array.from({ length: count }, (_, index): EmployeeWrite => {
      const existing = creates ? null : (employees.filter((row) => row.workEmail !== null)[index + 2] ?? null);
      return {
        existing,
        workEmail: existing?.workEmail ?? `new.person.${index}@example.test`,
        givenName: 'New',
        familyName: `Person${LETTERS[index]}`,
      };
    });
  },
  spoilt(item) {
    const write = item as EmployeeWrite;
    return {
      ...write,
      workEmail: 'not an address',
      existing: write.existing && { ...write.existing, remoteId: UNKNOWN_ID },
    };
  },
  shownBy: { port: 'employees', asked: () => [] },
  shows: (row, item) => 'workEmail' in row && row.workEmail?.toLowerCase() === (item as EmployeeWrite).workEmail,
};

const statuses: WriteCase = {
  items({ employees }, ports, count) {
    // What a port can do decides; most deactivate, and of those that do both this is the more dangerous half.
    const active = ports.setStatus?.deactivates !== true;
    const shared = new Set<string | null>();
    const seen = new Set<string | null>();
    for (const { workEmail } of employees) (seen.has(workEmail) ? shared : seen).add(workEmail);
    return employees
      .filter((row) => row.workEmail !== null && !shared.has(row.workEmail))
      .filter((row) => row.status !== (active ? 'ACTIVE' : 'INACTIVE'))
      .map((row): StatusWrite => ({ employeeId: row.remoteId, active, existing: row }))
      .filter((write) => (ports.setStatus?.refuses?.(write) ?? null) === null)
      .slice(2, 2 + count);
  },
  spoilt(item) {
    const write = item as StatusWrite;
    const existing = { ...write.existing, remoteId: UNKNOWN_ID, workEmail: 'not an address' };
    return { ...write, employeeId: UNKNOWN_ID, existing };
  },
  shownBy: { port: 'employees', asked: () => [] },
  shows(row, item) {
    const { employeeId, active } = item as StatusWrite;
    if (!('status' in row) || row.remoteId !== employeeId) return false;
    return row.status === null || (row.status !== 'INACTIVE') === active;
  },
};

const skills: WriteCase = {
  items({ skills: rows }, { upsertSkills }, count) {
    const creates = upsertSkills?.creates === true;
    const category = rows.map((row) => row.classification?.category ?? null).find((name) => name !== null);
    const required = new Set(upsertSkills?.required);
    return Array.from({ length: count }, (_, index): SkillWrite => {
      const existing = creates ? null : (rows[index + 2] ?? null);
      return {
        externalId: existing?.sourceId ?? `own-skill-${index}`,
        name: `Weather watching ${LETTERS[index]}`,
        existing,
        ...(required.has('description') ? { description: 'Knows what the clouds mean.' } : {}),
        ...(required.has('category') && category ? { category } : {}),
        ...(required.has('rated') ? { rated: true } : {}),
        ...(required.has('active') ? { active: true } : {}),
      };
    });
  },
  spoilt(item) {
    const write = item as SkillWrite;
    return { ...write, name: '', existing: write.existing && { ...write.existing, remoteId: UNKNOWN_ID } };
  },
  shownBy: { port: 'skills', asked: () => [] },
  shows: (row, item) => 'aliases' in row && row.name === (item as SkillWrite).name,
};

const certificates: WriteCase = {
  items({ employees }, _, count) {
    // Some providers find people by their number alone.
    const numbered = employees.filter(({ employeeNumber }) => employeeNumber !== null);
    return numbered.slice(3, 3 + count).map(({ remoteId }, index): CertificateWrite => {
      return { employeeId: remoteId, title: `Certificate ${LETTERS[index]}`, isStandard: false };
    });
  },
  spoilt: (item) => ({ ...(item as CertificateWrite), employeeId: UNKNOWN_ID }),
  shownBy: null,
  shows: () => true,
};

/** How each write port is tried. */
export const WRITE_CASES: Readonly<Record<WritePortName, WriteCase>> = {
  rate: ratings(true),
  assign: ratings(false),
  remove: removals,
  upsertEmployees: people,
  setStatus: statuses,
  upsertSkills: skills,
  addCertificates: certificates,
};

import type { EmployeeRow, RatingRow, SkillRow } from '../domain/records.ts';
import type { SkillMention } from '../domain/roles.ts';
import type { HoldingsCopy, WrittenCopy } from './directoryChange.ts';
import { pack, unpack } from './sharedPack.ts';
import type { SharedStatus } from './sharedStatus.ts';

/** Records a chunk: some 2 ms of JSON. */
const ROWS_A_CHUNK = 500;
/** Rating rows a chunk; they come packed, see below. */
const RATINGS_A_CHUNK = 1000;

/** What is not in the chunks. */
export interface SnapshotHead {
  /** Chunks of each kind, in this order; those that follow are of ratings. */
  chunks: { employees: number; skills: number; learnt: number };
  employeesWritten: WrittenCopy;
  skillsWritten: WrittenCopy;
  ratingsAt: number | null;
  status: SharedStatus;
}

/** Rating rows without what those of one skill say alike: a tenth as much to write and to read. */
interface PackedRatings {
  skills: SkillMention[];
  rows: [skill: number, row: Omit<RatingRow, keyof SkillMention>][];
}

/** The chunks of a copy in order, made as they are asked for. */
export async function* chunksOf(copy: HoldingsCopy): AsyncGenerator<Buffer> {
  for (const rows of [copy.employees, copy.skills, copy.learnt]) {
    for (let at = 0; at < rows.length; at += ROWS_A_CHUNK) yield await pack(rows.slice(at, at + ROWS_A_CHUNK));
  }
  for (const rows of chunksOfRatings(copy.ratings ?? [])) yield await pack(packRatings(rows));
}

/** To be called with the copy as it was given to `chunksOf`. */
export function headOf(copy: HoldingsCopy, status: SharedStatus): SnapshotHead {
  const count = (rows: readonly unknown[]) => Math.ceil(rows.length / ROWS_A_CHUNK);
  return {
    chunks: {
      employees: count(copy.employees),
      skills: count(copy.skills),
      learnt: count(copy.learnt),
    },
    employeesWritten: copy.employeesWritten,
    skillsWritten: copy.skillsWritten,
    ratingsAt: copy.ratingsAt,
    status,
  };
}

/** The copy that a head and its chunks were made of. */
export async function copyFrom(head: SnapshotHead, chunks: AsyncIterable<Buffer>): Promise<HoldingsCopy> {
  const { employees, skills, learnt } = head.chunks;
  const copy = {
    employees: [] as EmployeeRow[],
    skills: [] as SkillRow[],
    learnt: [] as SkillMention[],
    ratings: [] as RatingRow[][],
  };
  let at = 0;
  for await (const chunk of chunks) {
    if (at < employees) copy.employees.push(...(await unpack<EmployeeRow[]>(chunk)));
    else if (at < employees + skills) copy.skills.push(...(await unpack<SkillRow[]>(chunk)));
    else if (at < employees + skills + learnt) copy.learnt.push(...(await unpack<SkillMention[]>(chunk)));
    else copy.ratings.push(unpackRatings(await unpack<PackedRatings>(chunk)));
    at += 1;
  }
  const { employeesWritten, skillsWritten, ratingsAt } = head;
  return { ...copy, ratings: ratingsAt === null ? null : copy.ratings, employeesWritten, skillsWritten, ratingsAt };
}

function* chunksOfRatings(lists: readonly (readonly RatingRow[])[]): Iterable<RatingRow[]> {
  let rows: RatingRow[] = [];
  for (const list of lists) {
    rows.push(...list);
    if (rows.length < RATINGS_A_CHUNK) continue;
    yield rows;
    rows = [];
  }
  if (rows.length > 0) yield rows;
}

function packRatings(rows: readonly RatingRow[]): PackedRatings {
  const skills: SkillMention[] = [];
  const places = new Map<string, number>();
  return {
    skills,
    rows: rows.map((row) => {
      const { skillId, skillKeys, skillName, skillScale, skillClassification, ...rest } = row;
      const known = places.get(skillId);
      const alike = known === undefined ? undefined : skills[known];
      // Rows are kept with what they share as the very same objects.
      const isAlike =
        alike?.skillKeys === skillKeys &&
        alike.skillName === skillName &&
        alike.skillScale === skillScale &&
        alike.skillClassification === skillClassification;
      if (known !== undefined && isAlike) return [known, rest];
      places.set(skillId, skills.length);
      skills.push({ skillId, skillKeys, skillName, skillScale, skillClassification });
      return [skills.length - 1, rest];
    }),
  };
}

function unpackRatings({ skills, rows }: PackedRatings): RatingRow[] {
  return rows.flatMap(([place, row]) => {
    const skill = skills[place];
    return skill ? [{ ...row, ...skill }] : [];
  });
}

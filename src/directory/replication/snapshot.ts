import type { EmployeeRow, RatingRow, SkillRow } from '../../domain/records.ts';
import type { SkillMention } from '../../domain/roles.ts';
import type { RecordsSnapshot, RecordsSnapshotSource } from './directoryChange.ts';
import type { PendingWritesState } from '../views/pendingWritesState.ts';
import { pack, unpackAll } from './codec.ts';
import type { ReplicatedStatus } from './syncStatus.ts';
import { sameRow } from '../views/sameRow.ts';

/** Records per chunk: some 2 ms of JSON. */
const ROWS_PER_CHUNK = 500;
/** Rating rows per chunk, packed as below. */
const RATINGS_PER_CHUNK = 1000;

/** Everything that is not in the chunks. */
export interface SnapshotHead {
  /** The number of chunks of each kind, in this order; the remaining chunks are ratings. */
  chunks: { employees: number; skills: number; learnt: number };
  employeesWritten: PendingWritesState;
  skillsWritten: PendingWritesState;
  ratingsAt: number | null;
  status: ReplicatedStatus;
}

/** Rating rows with what all rows of a skill share written once: a tenth of the bytes. */
interface PackedRatings {
  skills: SkillMention[];
  rows: [
    skill: number,
    parts: readonly string[],
    employeeId: string,
    value: RatingRow['value'],
    source: RatingRow['source'],
    sourceLabel: string,
    remoteId: string | null,
    changedAt: string | null,
  ][];
}

/** The chunks of a snapshot in order, made on demand. */
export async function* chunksOf(copy: RecordsSnapshot): AsyncGenerator<Buffer> {
  for (const rows of [copy.employees, copy.skills, copy.learnt]) {
    for (let at = 0; at < rows.length; at += ROWS_PER_CHUNK) yield await pack(rows.slice(at, at + ROWS_PER_CHUNK));
  }
  for (const rows of chunksOfRatings(copy.ratings ?? [])) yield await pack(packRatings(rows));
}

/** The head of the same snapshot that `chunksOf` is given. */
export function headOf(copy: RecordsSnapshot, status: ReplicatedStatus): SnapshotHead {
  const count = (rows: readonly unknown[]) => Math.ceil(rows.length / ROWS_PER_CHUNK);
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

/** The snapshot of a head and its chunks. Chunks come in groups, which are inflated concurrently. */
export async function snapshotFrom(
  head: SnapshotHead,
  groups: AsyncIterable<readonly Buffer[]>,
): Promise<RecordsSnapshotSource> {
  const { employees, skills, learnt } = head.chunks;
  const chunks = unpackAll(groups);
  const rows = async function <Row>(count: number): Promise<Row[]> {
    const found: Row[] = [];
    for (let left = count; left > 0; left -= 1) {
      const { value, done } = await chunks.next();
      if (done) throw new Error('a snapshot ends early');
      found.push(...(value as Row[]));
    }
    return found;
  };
  const { employeesWritten, skillsWritten, ratingsAt } = head;
  return {
    employees: await rows<EmployeeRow>(employees),
    skills: await rows<SkillRow>(skills),
    learnt: await rows<SkillMention>(learnt),
    // By far the largest part, so it is streamed.
    ratings: ratingsAt === null ? null : ratingsFrom(chunks),
    employeesWritten,
    skillsWritten,
    ratingsAt,
  };
}

async function* ratingsFrom(chunks: AsyncIterable<unknown>): AsyncGenerator<readonly RatingRow[]> {
  const known = new Map<string, SkillMention>();
  for await (const chunk of chunks) yield unpackRatings(chunk as PackedRatings, known);
}

function* chunksOfRatings(lists: readonly (readonly RatingRow[])[]): Iterable<RatingRow[]> {
  let rows: RatingRow[] = [];
  for (const list of lists) {
    rows.push(...list);
    if (rows.length < RATINGS_PER_CHUNK) continue;
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
      const { skillId, skillKeys, skillName, skillScale, skillClassification } = row;
      const { parts, employeeId, value, source, sourceLabel, remoteId, changedAt } = row;
      const known = places.get(skillId);
      const alike = known === undefined ? undefined : skills[known];
      // Rows in the directory share these objects, so identity is enough.
      const isAlike =
        alike?.skillKeys === skillKeys &&
        alike.skillName === skillName &&
        alike.skillScale === skillScale &&
        alike.skillClassification === skillClassification;
      if (known !== undefined && isAlike) {
        return [known, parts, employeeId, value, source, sourceLabel, remoteId, changedAt];
      }
      places.set(skillId, skills.length);
      skills.push({ skillId, skillKeys, skillName, skillScale, skillClassification });
      return [skills.length - 1, parts, employeeId, value, source, sourceLabel, remoteId, changedAt];
    }),
  };
}

/** Rows of one skill share the same objects across all chunks, so that later comparisons are by identity. */
function unpackRatings({ skills, rows }: PackedRatings, known: Map<string, SkillMention>): RatingRow[] {
  const shared = skills.map((skill) => {
    const before = known.get(skill.skillId);
    if (before && sameRow(before, skill)) return before;
    known.set(skill.skillId, skill);
    return skill;
  });
  return rows.flatMap(([place, parts, employeeId, value, source, sourceLabel, remoteId, changedAt]) => {
    const skill = shared[place];
    if (!skill) return [];
    const { skillId, skillKeys, skillName, skillScale, skillClassification } = skill;
    // Field by field: spreading a million rows takes three times as long.
    const row: RatingRow = {
      parts,
      employeeId,
      skillId,
      skillKeys,
      skillName,
      skillScale,
      skillClassification,
      value,
      source,
      sourceLabel,
      remoteId,
      changedAt,
    };
    return [row];
  });
}

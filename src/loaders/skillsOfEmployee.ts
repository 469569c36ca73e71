import type { Directory } from '../directory/directory.ts';
import type { Integration } from '../integrations/integration.ts';
import type { Employee } from '../domain/entities.ts';
import type { EmployeeSkill, SourceStatus } from '../domain/employeeSkill.ts';
import type { RequestCall } from './requestCall.ts';
import { createFanOut, type Asking, type FanOut } from './fanOut.ts';
import { MergedSkills, type Merged, type Part } from './mergedSkills.ts';
import type { RatingReader } from './readers/employeeRatingReader.ts';
import type { Reading } from './readers/ratingReading.ts';
import { answered, notAsked, stillReadingSkills, syncedOf } from './sources.ts';

/** What all asked integrations say an employee holds, and how each of them answered. */
export interface HeldSkills {
  /** By skill name. */
  skills: readonly EmployeeSkill<Integration>[];
  sources: readonly SourceStatus<Integration>[];
}

export interface RatingSources {
  directory: Directory;
  readers: ReadonlyMap<string, RatingReader>;
  /** What has not answered by its deadline is left out of the answer, and goes on to warm the cache. */
  call: RequestCall;
  now?: (() => number) | undefined;
}

/** The key of one question: whose skills. */
export interface HeldSkillsKey extends Asking {
  employee: Employee;
}

export type SkillsOfEmployee = FanOut<HeldSkillsKey, HeldSkills>;

/**
 * Who holds what: all employees of a page become one question to every integration at once, because ids name records and
 * the directory knows which belong together.
 */
export function createSkillsOfEmployee(options: RatingSources): SkillsOfEmployee {
  const synced = syncedOf(options.directory);
  return createFanOut<HeldSkillsKey, Answer, HeldSkills>({
    integrations: options.directory.integrations,
    subjectOf: ({ employee }) => employee.id,
    ask: (integration, keys) => ask(integration, keys, options),
    merge: (keys, answers) => merge(keys, answers, options, synced),
  });
}

/** An integration's readings, or the state that stands for all of them, with how long it took. */
interface Answer {
  integration: Integration;
  readings: ReadonlyMap<string, Reading>;
  latencyMs: number;
}

/** Skills put together and kept, for as long as the readers that they come from. */
const merges = new WeakMap<ReadonlyMap<string, RatingReader>, MergedSkills>();

function mergesOf(readers: ReadonlyMap<string, RatingReader>): MergedSkills {
  const known = merges.get(readers);
  if (known) return known;
  const made = new MergedSkills();
  merges.set(readers, made);
  return made;
}

async function merge(
  keys: readonly HeldSkillsKey[],
  answers: readonly Answer[],
  options: RatingSources,
  synced: ReadonlySet<Integration>,
): Promise<HeldSkills[]> {
  const { directory, readers, now = Date.now } = options;
  const at = now();
  const asked = keys.map((key) => ({
    employee: key.employee,
    ...partsOf(key.employee, answers, directory, at, synced),
  }));
  const mergeAll = () => {
    const view = directory.skills;
    return asked.map(({ employee, parts }) => mergesOf(readers).of(employee, parts, view));
  };
  let merged = mergeAll();
  const strays = merged.flatMap((each) => each.strays);
  if (strays.length > 0) {
    for (const integration of directory.integrations) {
      const rows = strays.filter((stray) => stray.integration === integration).map(({ row }) => row);
      directory.learnSkills(integration.name, rows);
    }
    merged = mergeAll();
  }
  const unread = answers.map(({ integration }) => integration).filter(({ firstSkills }) => firstSkills.isPending);
  const lacking = unread.filter((integration) => merged.some((each) => lacksNames(each, integration)));
  if (lacking.length > 0) {
    const ended = Promise.all(lacking.map(({ firstSkills }) => firstSkills.ended));
    await options.call.deadline.race<unknown>(ended, () => null);
    merged = mergeAll();
  }
  return asked.map(({ sources }, index) => {
    const of = merged[index] ?? { skills: [], strays: [] };
    const isLacking = ({ integration }: SourceStatus<Integration>) =>
      lacking.includes(integration) && lacksNames(of, integration);
    return {
      skills: of.skills,
      sources: sources.map((source) => (isLacking(source) ? stillReadingSkills(source) : source)),
    };
  });
}

/** Whether ratings of the integration are of skills that cannot be shown, or only by their ids. */
function lacksNames({ skills, strays }: Merged, integration: Integration): boolean {
  const isUnnamed = ({ skill, ratings }: EmployeeSkill<Integration>) =>
    skill.records.every(({ row }) => row.name === null) && ratings.some((rating) => rating.integration === integration);
  return strays.some((stray) => stray.integration === integration) || skills.some(isUnnamed);
}

async function ask(
  integration: Integration,
  keys: readonly HeldSkillsKey[],
  { readers, call, now = Date.now }: RatingSources,
): Promise<Answer> {
  const ids = new Set<string>();
  for (const { employee } of keys) {
    for (const { integration: name, row } of employee.records) if (name === integration.name) ids.add(row.remoteId);
  }
  const reader = readers.get(integration.name);
  if (ids.size === 0 || !reader) return { integration, readings: new Map(), latencyMs: 0 };
  const started = now();
  const readings = await reader.read([...ids], call);
  return { integration, readings, latencyMs: Math.round(now() - started) };
}

/** What each asked integration says of one employee, and how it answered. */
function partsOf(
  employee: Employee,
  answers: readonly Answer[],
  directory: Directory,
  at: number,
  synced: ReadonlySet<Integration>,
): { parts: Part[]; sources: SourceStatus<Integration>[] } {
  const parts: Part[] = [];
  const sources: SourceStatus<Integration>[] = [];
  for (const { integration, readings, latencyMs } of answers) {
    const record = employee.records.find((member) => member.integration === integration.name);
    const reading = record && readings.get(record.row.remoteId);
    sources.push(
      reading
        ? answered(integration, reading, latencyMs, at)
        : notAsked(integration, 'READ_RATINGS_BY_EMPLOYEE', {
            recordsKnown: directory.employeeCount(integration.name),
            wasSynced: synced.has(integration),
          }),
    );
    if (!reading || !('rows' in reading)) continue;
    parts.push({ integration, rows: reading.rows, isKept: reading.state !== 'FRESH' });
  }
  return { parts, sources };
}

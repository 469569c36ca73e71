import type { Directory } from '../directory/directory.ts';
import type { Integration } from '../integrations/integration.ts';
import type { Employee, Skill } from '../domain/entities.ts';
import { SkillRating, type EmployeeSkill, type SourceStatus } from '../domain/employeeSkill.ts';
import { createFanOut, type Asking, type FanOut } from './fanOut.ts';
import type { SkillReading } from './readers/skillRatingReader.ts';
import type { RatingSources } from './skillsOfEmployee.ts';
import { answered, notAsked, syncedOf } from './sources.ts';

/** Who holds a skill as all asked integrations say, in no particular order, and how each of them answered. */
export interface SkillHolders {
  /** Each person once, with every rating of the skill. */
  holders: readonly EmployeeSkill<Integration>[];
  sources: readonly SourceStatus<Integration>[];
}

/** The key of one question: which skill. */
export interface SkillHoldersKey extends Asking {
  skill: Skill;
}

export type HoldersOfSkill = FanOut<SkillHoldersKey, SkillHolders>;

/** Who holds a skill: all skills of a request become one question to every integration at once. */
export function createHoldersOfSkill(options: RatingSources): HoldersOfSkill {
  const { directory, now = Date.now } = options;
  const synced = syncedOf(directory);
  return createFanOut<SkillHoldersKey, Answer, SkillHolders>({
    integrations: directory.integrations,
    subjectOf: ({ skill }) => skill.id,
    ask: (integration, keys) => ask(integration, keys, options),
    merge: (keys, answers) => {
      const at = now();
      return keys.map(({ skill }) => merge(skill, answers, { directory, synced }, at));
    },
  });
}

/** An integration's readings by skill id, with how long they took. */
interface Answer {
  integration: Integration;
  readings: ReadonlyMap<string, SkillReading>;
  latencyMs: number;
}

async function ask(
  integration: Integration,
  keys: readonly SkillHoldersKey[],
  options: RatingSources,
): Promise<Answer> {
  const { readers, call, now = Date.now } = options;
  const { name } = integration;
  const isKnown = (skill: Skill) => skill.records.some((record) => record.integration === name);
  const skills = [...new Set(keys.map(({ skill }) => skill).filter(isKnown))];
  const reader = readers.get(name);
  if (skills.length === 0 || !reader) return { integration, readings: new Map(), latencyMs: 0 };
  const started = now();
  const readings = await reader.readBySkill(skills, call);
  return { integration, readings, latencyMs: Math.round(now() - started) };
}

function merge(
  skill: Skill,
  answers: readonly Answer[],
  { directory, synced }: { directory: Directory; synced: ReadonlySet<Integration> },
  at: number,
): SkillHolders {
  const { employees, skills } = directory;
  // The directory may have put records together anew while providers were asked.
  const current = skills.byId(skill.id) ?? skill;
  const held = new Map<Employee, SkillRating<Integration>[]>();
  const sources: SourceStatus<Integration>[] = [];
  for (const { integration, readings, latencyMs } of answers) {
    const { name } = integration;
    const reading = readings.get(skill.id);
    if (!reading) {
      const known = { recordsKnown: directory.skillCount(name), wasSynced: synced.has(integration) };
      sources.push(notAsked(integration, 'READ_RATINGS_BY_SKILL', known));
      continue;
    }
    const status = answered(integration, reading, latencyMs, at);
    // Rows of people whom the first walk has not reached yet have nobody to belong to.
    const isPartial = integration.sync.lastFullAt === null && 'rows' in reading && status.state !== 'STALE';
    sources.push(isPartial ? { ...status, state: 'PARTIAL' } : status);
    for (const { row, pending } of 'rows' in reading ? reading.rows : []) {
      const employee = employees.byRecord(name, row.employeeId);
      if (!employee) continue;
      const scale = skills.ofRating(name, row)?.scale ?? null;
      const rating = new SkillRating({ employee, skill: current, integration, row, scale, pending });
      const known = held.get(employee);
      if (known) known.push(rating);
      else held.set(employee, [rating]);
    }
  }
  const holders = [...held].map(([employee, ratings]) => ({ employee, skill: current, ratings }));
  return { holders, sources };
}

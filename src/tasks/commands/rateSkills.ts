import type { Directory } from '../../directory/directory.ts';
import type { Integration } from '../../integrations/integration.ts';
import type { EmployeeLookup, SkillLookup } from '../../directory/lookup.ts';
import type { SkillAt } from '../../directory/skills/skillView.ts';
import type { Employee, Skill } from '../../domain/entities.ts';
import { valueOfLevel } from '../../domain/rating.ts';
import { checkKey, employeeOf, known, offered, rowThere, skillOf, usable } from './targets.ts';
import { conversionWarnings, valueFor, type ProficiencyInput, type TargetValue } from './targetValue.ts';
import type { NewTaskItem } from '../task.ts';
import type { Complaints } from './userErrors.ts';
import { write, type WriteAnswer, type WriteDependencies, type WriteInput, type Writer } from './startTask.ts';

export interface AssignSkillItem {
  key?: string | null | undefined;
  employee: EmployeeLookup;
  skill: SkillLookup;
  /** Absent is a bare tag. */
  proficiency?: ProficiencyInput | null | undefined;
  /** The integration's name; chosen when absent. */
  integration?: string | null | undefined;
}

export interface RateSkillItem extends AssignSkillItem {
  proficiency: ProficiencyInput;
}

/** Rates employees' skills, assigning them where needed. */
export function rateSkills(
  input: WriteInput<RateSkillItem>,
  writer: Writer,
  dependencies: WriteDependencies,
): Promise<WriteAnswer> {
  return write('RATE_SKILLS', input, writer, dependencies, planWith('rate'));
}

/** Makes employees hold skills, with or without a rating. */
export function assignSkills(
  input: WriteInput<AssignSkillItem>,
  writer: Writer,
  dependencies: WriteDependencies,
): Promise<WriteAnswer> {
  return write('ASSIGN_SKILLS', input, writer, dependencies, planWith('assign'));
}

/** A place where an item can be written. */
interface Target {
  integration: Integration;
  employeeId: string;
  skill: SkillAt;
}

/** One input item makes one task item per target, in input order and within one by integration precedence. */
function planWith(port: 'rate' | 'assign') {
  return (items: readonly AssignSkillItem[], directory: Directory, complaints: Complaints): NewTaskItem[] => {
    const taken = new Set<string>();
    const keys = new Set<string>();
    return items.flatMap((item, index) => {
      const at = complaints.at(index);
      checkKey(item.key, keys, at);
      return targetsOf(item, port, directory, at).flatMap(({ target, written }) => {
        const { integration, employeeId, skill } = target;
        const pair = JSON.stringify([integration.name, employeeId, skill.remoteId]);
        if (taken.has(pair)) {
          at.add('DUPLICATE', `An earlier item writes the same employee and skill to ${integration.name}.`);
          return [];
        }
        taken.add(pair);
        return {
          index,
          key: item.key ?? null,
          integration: integration.name,
          work: {
            operation: port,
            write: { employeeId, skillId: skill.remoteId, value: written?.value ?? null, scale: skill.scale },
          },
          conversion: written?.conversion ?? null,
          warnings: conversionWarnings(written?.conversion ?? null),
        };
      });
    });
  };
}

interface Written {
  target: Target;
  written: TargetValue | null;
}

function targetsOf(
  item: AssignSkillItem,
  port: 'rate' | 'assign',
  directory: Directory,
  complaints: Complaints,
): Written[] {
  const employee = employeeOf(directory, item.employee, complaints.at('employee'));
  const skill = skillOf(directory, item.skill, complaints.at('skill'));
  const { proficiency } = item;
  const level = proficiency?.level;
  const beyond = typeof level === 'number' && !(level >= 0 && level <= 1);
  if (beyond) complaints.at('proficiency', 'level').add('OUT_OF_RANGE', 'A level lies between 0 and 1.');
  if (!employee || !skill) {
    // A wrong integration name is worth saying together with the rest.
    if (typeof item.integration === 'string') known(directory, item.integration, complaints.at('integration'));
    return [];
  }
  const at = complaints.at('proficiency');
  if (typeof item.integration === 'string') {
    const target = namedTarget(item.integration, employee, skill, port, directory, complaints);
    return target && !beyond ? valued([target], proficiency, at) : [];
  }
  const able = directory.integrations.flatMap(
    (integration) => targetIn(integration, employee, skill, port, directory) ?? [],
  );
  if (able.length === 0) {
    complaints.add('NO_TARGET', 'No integration has a record of both the employee and the skill and can do this.');
    return [];
  }
  return beyond ? [] : chosen(able, proficiency, complaints);
}

/** Where the caller named no integration: a level or a bare tag goes everywhere, a value of one scale to exactly one place. */
function chosen(able: Target[], proficiency: ProficiencyInput | null | undefined, complaints: Complaints): Written[] {
  const at = complaints.at('proficiency');
  if (!proficiency) return valued(able, proficiency, at);
  if (typeof proficiency.level === 'number') {
    const { level } = proficiency;
    const taking = able.filter(({ skill }) => valueOfLevel(level, skill.scale) !== null);
    return valued(taking.length > 0 ? taking : able.slice(0, 1), proficiency, at);
  }
  if (typeof proficiency.optionId === 'string') {
    const { optionId } = proficiency;
    const listing = able.filter(
      ({ skill: { scale } }) =>
        scale?.kind === 'singleSelect' && scale.options.some((option) => option.optionId === optionId),
    );
    if (listing.length === 1) return valued(listing, proficiency, at);
    if (listing.length === 0) {
      // None will do, so naming one would not help: say what is wrong with the likeliest.
      const likeliest = able.find(({ skill }) => skill.scale?.kind === 'singleSelect') ?? able[0];
      return likeliest ? valued([likeliest], proficiency, at) : [];
    }
  }
  if (able.length > 1) {
    const names = able.map(({ integration }) => integration.name).join(', ');
    complaints.add('AMBIGUOUS', `This value could go to ${names}: name the integration, or give a level.`);
    return [];
  }
  return valued(able, proficiency, at);
}

function valued(
  targets: readonly Target[],
  proficiency: ProficiencyInput | null | undefined,
  complaints: Complaints,
): Written[] {
  return targets.flatMap((target) => {
    if (!proficiency) return { target, written: null };
    const written = valueFor(proficiency, target.skill.scale, complaints);
    return written ? { target, written } : [];
  });
}

/** The target in the integration that the caller named; null with a complaint when it cannot be there. */
function namedTarget(
  name: string,
  employee: Employee,
  skill: Skill,
  port: 'rate' | 'assign',
  directory: Directory,
  complaints: Complaints,
): Target | null {
  const integration = known(directory, name, complaints.at('integration'));
  if (!integration) return null;
  if (!usable(integration, port, complaints.at('integration'))) return null;
  rowThere(employee, integration, 'employee', complaints.at('employee'));
  rowThere(skill, integration, 'skill', complaints.at('skill'));
  return targetIn(integration, employee, skill, port, directory);
}

/** Where an employee and a skill can be written in one integration; null when it has no record of one, or cannot. */
function targetIn(
  integration: Integration,
  employee: Employee,
  skill: Skill,
  port: 'rate' | 'assign',
  directory: Directory,
): Target | null {
  if (!offered(integration, port)) return null;
  const there = (record: { integration: string }) => record.integration === integration.name;
  const employeeId = employee.records.find(there)?.row.remoteId;
  const skillId = skill.records.find(there)?.row.remoteId;
  if (employeeId === undefined || skillId === undefined) return null;
  const at = directory.skills.byRecord(integration.name, skillId);
  return at && { integration, employeeId, skill: at };
}

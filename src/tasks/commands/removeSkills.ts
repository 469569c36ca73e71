import type { Directory } from '../../directory/directory.ts';
import type { EmployeeLookup, SkillLookup } from '../../directory/lookup.ts';
import { checkKey, employeeOf, known, rowThere, skillOf, usable } from './targets.ts';
import type { NewTaskItem } from '../task.ts';
import type { Complaints } from './userErrors.ts';
import { write, type WriteAnswer, type WriteDependencies, type WriteInput, type Writer } from './startTask.ts';

export interface RemoveSkillItem {
  key?: string | null | undefined;
  employee: EmployeeLookup;
  skill: SkillLookup;
  /** The integration's name: never chosen for the caller, since a removal cannot be undone. */
  integration: string;
}

/** Takes skills from employees, each in the integration it names. */
export function removeSkills(
  input: WriteInput<RemoveSkillItem>,
  writer: Writer,
  dependencies: WriteDependencies,
): Promise<WriteAnswer> {
  return write('REMOVE_SKILLS', input, writer, dependencies, plan);
}

function plan(items: readonly RemoveSkillItem[], directory: Directory, complaints: Complaints): NewTaskItem[] {
  const taken = new Set<string>();
  const keys = new Set<string>();
  return items.flatMap((item, index) => {
    const at = complaints.at(index);
    checkKey(item.key, keys, at);
    const employee = employeeOf(directory, item.employee, at.at('employee'));
    const skill = skillOf(directory, item.skill, at.at('skill'));
    const integration = known(directory, item.integration, at.at('integration'));
    if (!integration || !usable(integration, 'remove', at.at('integration'))) return [];
    const employeeRow = employee && rowThere(employee, integration, 'employee', at.at('employee'));
    const skillRow = skill && rowThere(skill, integration, 'skill', at.at('skill'));
    if (!employeeRow || !skillRow) return [];
    const removal = { employeeId: employeeRow.remoteId, skillId: skillRow.remoteId };
    const pair = JSON.stringify([integration.name, removal.employeeId, removal.skillId]);
    if (taken.has(pair)) {
      at.add('DUPLICATE', `An earlier item takes the same skill from the same employee in ${integration.name}.`);
    }
    taken.add(pair);
    return {
      index,
      key: item.key ?? null,
      integration: integration.name,
      work: { operation: 'remove' as const, write: removal },
      conversion: null,
      warnings: [],
    };
  });
}

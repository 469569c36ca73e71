import type { Directory } from '../../directory/directory.ts';
import type { EmployeeLookup } from '../../directory/lookup.ts';
import { checkKey, employeeOf, known, rowThere, usable } from './targets.ts';
import type { NewTaskItem } from '../task.ts';
import type { Complaints } from './userErrors.ts';
import { write, type WriteAnswer, type WriteDependencies, type WriteInput, type Writer } from './startTask.ts';

export interface SetEmployeeStatusItem {
  key?: string | null | undefined;
  employee: EmployeeLookup;
  active: boolean;
  /** The integration's name. */
  integration: string;
}

/** Activates or deactivates employees, each in the integration it names. */
export function setEmployeeStatus(
  input: WriteInput<SetEmployeeStatusItem>,
  writer: Writer,
  dependencies: WriteDependencies,
): Promise<WriteAnswer> {
  return write('SET_EMPLOYEE_STATUS', input, writer, dependencies, plan);
}

function plan(items: readonly SetEmployeeStatusItem[], directory: Directory, complaints: Complaints): NewTaskItem[] {
  const taken = new Set<string>();
  const keys = new Set<string>();
  return items.flatMap((item, index) => {
    const at = complaints.at(index);
    const { active } = item;
    checkKey(item.key, keys, at);
    const employee = employeeOf(directory, item.employee, at.at('employee'));
    const integration = known(directory, item.integration, at.at('integration'));
    const port = integration && usable(integration, 'setStatus', at.at('integration'));
    if (!integration || !port) return [];
    const { name } = integration;
    const isAble = active ? port.activates : port.deactivates;
    if (!isAble) at.at('active').add('UNSUPPORTED', `${name} cannot ${active ? 'activate' : 'deactivate'} employees.`);
    const existing = employee && rowThere(employee, integration, 'employee', at.at('employee'));
    if (!existing) return [];
    const change = { employeeId: existing.remoteId, active, existing };
    const refusal = isAble ? (port.refuses?.(change) ?? null) : null;
    if (refusal !== null) at.add('UNSUPPORTED', refusal);
    const identity = JSON.stringify([name, existing.remoteId]);
    if (taken.has(identity)) at.add('DUPLICATE', `An earlier item for ${name} is about the same employee.`);
    taken.add(identity);
    return {
      index,
      key: item.key ?? null,
      integration: name,
      work: { operation: 'setStatus' as const, write: change },
      conversion: null,
      warnings: [],
    };
  });
}

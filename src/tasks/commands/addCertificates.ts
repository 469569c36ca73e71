import type { Directory } from '../../directory/directory.ts';
import type { EmployeeLookup } from '../../directory/lookup.ts';
import { checkKey, checkTexts, employeeOf, known, rowThere, usable } from './targets.ts';
import type { NewTaskItem } from '../task.ts';
import type { Complaints } from './userErrors.ts';
import { write, type WriteAnswer, type WriteDependencies, type WriteInput, type Writer } from './startTask.ts';

export interface AddCertificateItem {
  key?: string | null | undefined;
  employee: EmployeeLookup;
  /** The integration's name. */
  integration: string;
  title: string;
  isStandard: boolean;
  issuer?: string | null | undefined;
  /** YYYY-MM-DD. */
  validTill?: string | null | undefined;
  licenseNumber?: string | null | undefined;
}

/** Adds certificates to employees, each in the integration it names. */
export function addCertificates(
  input: WriteInput<AddCertificateItem>,
  writer: Writer,
  dependencies: WriteDependencies,
): Promise<WriteAnswer> {
  return write('ADD_CERTIFICATES', input, writer, dependencies, plan);
}

function plan(items: readonly AddCertificateItem[], directory: Directory, complaints: Complaints): NewTaskItem[] {
  const taken = new Set<string>();
  const keys = new Set<string>();
  return items.flatMap((item, index) => {
    const at = complaints.at(index);
    checkKey(item.key, keys, at);
    checkTexts(item, ['title', 'issuer', 'licenseNumber'], at);
    const employee = employeeOf(directory, item.employee, at.at('employee'));
    const integration = known(directory, item.integration, at.at('integration'));
    if (!integration || !usable(integration, 'addCertificates', at.at('integration'))) return [];
    const employeeId = employee && rowThere(employee, integration, 'employee', at.at('employee'))?.remoteId;
    if (!employeeId) return [];
    const { title, isStandard, issuer, validTill, licenseNumber } = item;
    // What is added twice stands there twice: no provider tells two of one title apart.
    const identity = JSON.stringify([integration.name, employeeId, title.trim().toLowerCase(), licenseNumber ?? null]);
    if (taken.has(identity)) at.add('DUPLICATE', `An earlier item adds the same certificate in ${integration.name}.`);
    taken.add(identity);
    return {
      index,
      key: item.key ?? null,
      integration: integration.name,
      work: {
        operation: 'addCertificates' as const,
        write: {
          employeeId,
          title,
          isStandard,
          issuer: issuer ?? undefined,
          validTill: validTill ?? undefined,
          licenseNumber: licenseNumber ?? undefined,
        },
      },
      conversion: null,
      warnings: [],
    };
  });
}

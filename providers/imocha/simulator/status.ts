import { isObject } from '../../../src/outbound/payload/payload.ts';
import type { Handling, SimResponse } from '../../../src/simulator/simulator.ts';
import { answerOf, badInput, refusalOf } from './answers.ts';
import { jsonOf } from './pages.ts';
import { employeeBy, type SimulatorData } from './reads.ts';

/** Changes the activation state of one employee (imocha.md#employee-status); all of it is assumed. */
export function patchStatus({ request, effect }: Handling, parameter: string, data: SimulatorData): SimResponse {
  const { store, switches } = data;
  const body = jsonOf(request.body);
  const status = isObject(body) ? body['status'] : undefined;
  if (status !== 'active' && status !== 'inactive') return badInput({ status: ['Neither active nor inactive.'] });
  const employee = employeeBy(parameter, store);
  if (!employee) return refusalOf(404);
  const change = employee.status === status ? 'unchanged' : 'updated';
  if (change === 'updated') store.update(employee, { status });
  effect({ kind: 'employee', key: employee.email.toLowerCase(), change });
  if (switches.statusAnswer === '204') return { status: 204, headers: {}, body: '' };
  const answer = answerOf({ employeeId: employee.employeeId, status }, switches.contentType);
  return switches.statusAnswer === 'empty' ? { ...answer, body: '' } : answer;
}

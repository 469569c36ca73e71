/** The simulated writes: ratings, assignments, new employees. */
import { optionalEmail } from '../../src/outbound/shape.ts';
import { type Handling, jsonResponse, type SimResponse } from '../../src/simulator/simulator.ts';
import {
  assignedProficiency,
  bodyOf,
  optionalString,
  pairOf,
  requiredText,
  valueOnScale,
  writtenProficiency,
} from './simulator-body.ts';
import { employeeScalars } from './simulator-employees.ts';
import { komboId } from './simulator-ids.ts';
import type { ListContext } from './simulator-lists.ts';
import { invalid, Refusal } from './simulator-refusal.ts';
import { ratingRow, ratingRowByNames } from './simulator-render.ts';
import type { Tasks } from './simulator-tasks.ts';
import { addEmployee, type SimEmployee, type SimRating, type SimSkill, upsertRating } from './simulator-world.ts';

type Report = Handling['effect'];

export interface WriteContext extends ListContext {
  tasks: Tasks;
}

/** Upserts under the source that the connected system decides on (sections 11.2 and 12). */
function store(
  { world, switches }: ListContext,
  written: { employee: SimEmployee; skill: SimSkill; value: number | null; changedAt: number },
  report: Report,
): SimRating {
  const { rating, change } = upsertRating(world, { ...written, source: switches.recordUnderSource });
  report({ kind: 'rating', key: `${rating.employee.id}|${rating.skill.id}|${rating.source}`, change });
  return rating;
}

export function postRating(context: WriteContext, { request, effect }: Handling): SimResponse {
  const body = bodyOf(request.body);
  const proficiency = writtenProficiency(body);
  const { employee, skill } = pairOf(context.world, body);
  const value = valueOnScale(proficiency, skill);
  const rating = store(context, { employee, skill, value, changedAt: context.now }, effect);
  // The newest body is answered with warnings, the seed's is not (section 4.1).
  const warnings = 'rating' in body ? { warnings: [] } : {};
  return jsonResponse(200, { status: 'success', data: ratingRow(rating, context.switches), ...warnings });
}

export function postAssignment(context: WriteContext, { request, effect }: Handling): SimResponse {
  const { world, switches, tasks, now } = context;
  const body = bodyOf(request.body);
  const proficiency = assignedProficiency(body);
  const skill = world.skillsById.get(requiredText(body, 'skill_id'));
  requiredText(body, 'employee_id');
  if (skill) valueOnScale(proficiency, skill);
  const work = (changedAt: number, report: Report): SimRating => {
    const pair = pairOf(world, body);
    return store(context, { ...pair, value: valueOnScale(proficiency, pair.skill), changedAt }, report);
  };
  if (switches.assignmentMode === 'sync') {
    return jsonResponse(200, { status: 'success', data: ratingRowByNames(work(now, effect)) });
  }
  const taskId = tasks.submit(now, (dueAt, report) => payloadOf(work(dueAt, report), context));
  return jsonResponse(200, { status: 'success', data: { task_id: taskId } });
}

function payloadOf(rating: SimRating, { switches }: ListContext): unknown {
  const row = ratingRow(rating, switches);
  switch (switches.taskPayload) {
    case 'id':
      return { id: row.id };
    case 'item':
      return [{ origin_id: row.id, status: 'SUCCEEDED', data: row }];
    case 'row':
      return row;
  }
}

const DATE = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?)?Z?$/;

/** Creates; an address that is in use collides (section 14.1). */
export function postEmployee({ world, now }: WriteContext, { request, effect }: Handling): SimResponse {
  const body = bodyOf(request.body);
  const firstName = requiredText(body, 'first_name');
  const lastName = requiredText(body, 'last_name');
  const email = optionalString(body, 'work_email');
  const startDate = optionalString(body, 'start_date');
  if (email !== null && optionalEmail(email) === null) throw invalid('work_email must be an e-mail address');
  if (startDate !== null && !DATE.test(startDate)) throw invalid('start_date must be a date');
  if (email !== null && world.emails.has(email.toLowerCase())) {
    throw new Refusal(409, 'HRIS.EMPLOYEE_ALREADY_EXISTS', 'An employee with this address exists.');
  }
  const remoteId = `new-${world.employees.length + 1}`;
  const employee = addEmployee(world, {
    id: komboId(remoteId),
    remoteId,
    firstName,
    lastName,
    fullName: `${firstName} ${lastName}`,
    email,
    number: null,
    jobTitle: optionalString(body, 'job_title'),
    status: 'ACTIVE',
    startDate: startDate?.slice(0, 10) ?? null,
    department: null,
    location: null,
    manager: null,
    changedAt: now,
    deletedAt: null,
  });
  effect({ kind: 'employee', key: email?.toLowerCase() ?? employee.id, change: 'created' });
  return jsonResponse(200, { status: 'success', data: employeeScalars(employee), warnings: [] });
}

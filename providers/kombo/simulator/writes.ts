/** The simulated writes on what people hold: ratings and assignments. */
import { type Handling, jsonResponse, type SimResponse } from '../../../src/simulator/simulator.ts';
import { assignedProficiency, bodyOf, pairOf, requiredText, valueOnScale, writtenProficiency } from './body.ts';
import type { ListContext } from './lists.ts';
import { ratingRow, ratingRowByNames } from './render.ts';
import type { Tasks } from './tasks.ts';
import { type SimEmployee, type SimRating, type SimSkill, upsertRating } from './world.ts';

type Report = Handling['effect'];

export interface WriteContext extends ListContext {
  tasks: Tasks;
}

/** Upserts under the source that the connected system decides on (kombo.md#rating-writes, kombo.md#rating-rules). */
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
  const proficiency = writtenProficiency(body, context.switches.ratingBody);
  const { employee, skill } = pairOf(context.world, body);
  const value = valueOnScale(proficiency, skill);
  const rating = store(context, { employee, skill, value, changedAt: context.now }, effect);
  // The nested body is answered with warnings, the flat one is not (kombo.md#envelopes).
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
  const taskId = tasks.submit('assignment', now, (dueAt, report) => payloadOf(work(dueAt, report), context));
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

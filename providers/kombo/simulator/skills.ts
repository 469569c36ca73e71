/** The simulated catalogue's two doors (kombo.md#skills-in-bulk, kombo.md#managed-skills). */
import { isObject, type Json } from '../../../src/outbound/payload/payload.ts';
import { type Handling, jsonResponse, type SimResponse } from '../../../src/simulator/simulator.ts';
import { bodyOf, optionalString, requiredText } from './body.ts';
import { komboId } from './ids.ts';
import { invalid, rawError, Refusal } from './refusal.ts';
import type { SimSkill, World } from './world.ts';
import type { WriteContext } from './writes.ts';

type Report = Handling['effect'];

interface WrittenSkill {
  originId: string;
  name: string;
  status: 'ACTIVE' | 'INACTIVE';
}

/** Longest name that the connected system takes; an item beyond it fails alone. */
const LONGEST_NAME = 200;

/** Items in one bulk call (kombo.md#skills-in-bulk). */
const MAX_ITEMS = 100;

/** Stores one skill at once (kombo.md#managed-skills); the connected system hears of it with the next sync. */
export function postSkill(context: WriteContext, { request, effect }: Handling): SimResponse {
  offered(context.switches.managedSkills);
  const skill = store(context, written(bodyOf(request.body)), context.now, effect);
  return jsonResponse(200, { status: 'success', data: { id: skill.id }, warnings: [] });
}

/** Takes many skills on as one task; what is malformed refuses the whole call (kombo.md#skills-in-bulk). */
export function postSkillsBulk(context: WriteContext, { request }: Handling): SimResponse {
  offered(context.switches.bulkSkills);
  const { items } = bodyOf(request.body);
  if (!Array.isArray(items) || items.length === 0) throw invalid('items must be a list with something in it');
  if (items.length > MAX_ITEMS) throw invalid(`items must be at most ${MAX_ITEMS}`);
  const skills = (items as unknown[]).map(writtenItem);
  const taskId = context.tasks.submit('skills', context.now, (dueAt, report) =>
    skills.flatMap((skill) => outcome(context, skill, dueAt, report)),
  );
  return jsonResponse(200, { status: 'success', data: { task_id: taskId }, warnings: [] });
}

function offered(isOffered: 'on' | 'off'): void {
  if (isOffered === 'off') throw new Refusal(400, 'INTEGRATION.ACTION_NOT_AVAILABLE', 'Not offered for this tool.');
}

/** Flat, or under `skill` as the sibling for courses has it (kombo.md#skills-in-bulk). */
function writtenItem(item: unknown): WrittenSkill {
  if (!isObject(item)) throw invalid('an item must be an object');
  return written(isObject(item.skill) ? { ...item.skill, origin_id: item.origin_id } : item);
}

function written(body: Json): WrittenSkill {
  const status = optionalString(body, 'status') ?? 'ACTIVE';
  if (status !== 'ACTIVE' && status !== 'INACTIVE') throw invalid('status must be ACTIVE or INACTIVE');
  return { originId: requiredText(body, 'origin_id'), name: requiredText(body, 'name'), status };
}

/** What the task says of one item; nothing where a switch keeps it silent. */
function outcome(context: WriteContext, skill: WrittenSkill, dueAt: number, report: Report): object[] {
  const { switches } = context;
  if (switches.silentItems > 0) {
    switches.silentItems -= 1;
    return [];
  }
  if (skill.name.length > LONGEST_NAME) {
    const error = rawError('REMOTE.INPUT_INVALID', 'The name is too long.');
    return [{ origin_id: skill.originId, status: 'FAILED', error }];
  }
  const { id } = store(context, skill, dueAt, report);
  return [{ origin_id: skill.originId, status: 'SUCCEEDED', data: { id } }];
}

/** Upserts by origin id, which lists show as the remote id; an inactive one goes with a sync after this. */
function store({ world, switches }: WriteContext, wanted: WrittenSkill, now: number, report: Report): SimSkill {
  const { originId, name, status } = wanted;
  const id = komboId(originId);
  const found = world.skillsById.get(id);
  const archivedAt = status === 'INACTIVE' ? now + switches.syncMilliseconds : null;
  if (!found) {
    const skill = { id, remoteId: originId, name, description: null, scale: null, changedAt: now, deletedAt: null };
    world.skills.push(skill);
    world.skillsById.set(id, skill);
    if (archivedAt !== null) world.archiving.set(skill, archivedAt);
    report({ kind: 'skill', key: originId, change: 'created' });
    return skill;
  }
  const isLeaving = world.archiving.has(found) || found.deletedAt !== null;
  const isSame = found.name === name && isLeaving === (archivedAt !== null);
  if (archivedAt === null) {
    world.archiving.delete(found);
    found.deletedAt = null;
  } else if (!isLeaving) world.archiving.set(found, archivedAt);
  if (!isSame) Object.assign(found, { name, changedAt: now });
  report({ kind: 'skill', key: originId, change: isSame ? 'unchanged' : 'updated' });
  return found;
}

/** Lets the syncs happen that are due: archived skills are no longer found in the connected system. */
export function syncSkills({ archiving }: World, now: number): void {
  for (const [skill, archivedAt] of archiving) {
    if (archivedAt > now) continue;
    archiving.delete(skill);
    Object.assign(skill, { deletedAt: archivedAt, changedAt: archivedAt });
  }
}

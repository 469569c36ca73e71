/** What a bulk task says became of each skill (kombo.md#tasks). */
import type { SkillWrite, WriteResult } from '../../../src/domain/ports.ts';
import { ProviderError } from '../../../src/domain/problem.ts';
import type { SkillRow } from '../../../src/domain/records.ts';
import { isObject, type Json, optionalId, optionalText } from '../../../src/outbound/payload/payload.ts';
import type { Upstream } from '../../../src/outbound/upstream.ts';
import type { Answer } from '../client.ts';
import { failed, readTask } from './task.ts';

type Result = WriteResult<SkillRow>;

const OPERATION = 'upsertSkillsTask';

/** One result an item, in their order, found by `origin_id`; an item that the task leaves out is unknown. */
export function skillTaskResults(
  upstream: Upstream,
  providerTaskId: string,
  items: readonly SkillWrite[],
  answer: Answer,
): Result[] {
  const task = readTask(upstream, OPERATION, answer);
  if (task.state === 'pending') return items.map(() => ({ state: 'accepted', providerTaskId }));
  if (task.state === 'failed') return items.map(() => failed(task.error));
  const byOrigin = new Map<string, Json>();
  for (const part of Array.isArray(task.data) ? (task.data as unknown[]) : [task.data]) {
    const origin = isObject(part) ? optionalId(part.origin_id) : null;
    if (isObject(part) && origin !== null) byOrigin.set(origin, part);
  }
  return items.map(({ externalId }) => ofItem(byOrigin.get(externalId), answer.warnings));
}

function ofItem(part: Json | undefined, warnings: readonly string[]): Result {
  const state = optionalText(part?.status)?.toUpperCase();
  if (part && state === 'FAILED') return failed(part.error);
  if (part && state === 'SUCCEEDED') {
    // The item's data is an id (kombo.md#tasks).
    const remoteId = isObject(part.data) ? optionalId(part.data.id) : null;
    return { state: 'done', row: null, remoteId, warnings };
  }
  const message = 'The provider did not say what became of this skill.';
  return { state: 'unknown', error: new ProviderError('OUTCOME_UNKNOWN', message, { mayHaveApplied: true }) };
}

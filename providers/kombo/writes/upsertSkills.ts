/**
 * The catalogue's two doors: managed skills one a call (kombo.md#managed-skills), or many as one task
 * (kombo.md#skills-in-bulk).
 */
import type { Call, SkillWrite, UpsertSkillsPort, WriteResult } from '../../../src/domain/ports.ts';
import { ProviderError } from '../../../src/domain/problem.ts';
import type { SkillRow } from '../../../src/domain/records.ts';
import { carrying } from '../../../src/outbound/carrying.ts';
import { type Json, optionalId, optionalText, ShapeError, unreadable } from '../../../src/outbound/payload/payload.ts';
import type { Upstream } from '../../../src/outbound/upstream.ts';
import { type Answer, readOne, submit } from '../client.ts';
import { fromSkill, toSkill } from '../mappers/mappers.ts';
import { PATHS, SKILLS_PER_CALL } from '../raw.ts';
import { resultOf, runEach } from './results.ts';
import { skillTaskResults } from './skillTask.ts';

type Result = WriteResult<SkillRow>;
type Shared = Omit<UpsertSkillsPort, 'batchSize' | 'run' | 'follow' | 'followMany'>;

const OPERATION = 'upsertSkills';

/** Found again by `origin_id`, the caller's id, so that repeating does the same again. */
const SHARED: Shared = {
  creates: true,
  updates: true,
  fields: ['externalId', 'name', 'active'],
  required: ['externalId', 'name'],
  repeat: 'safe',
};

const STORED = 'The provider has stored it; the HR system gets it with a later sync.';
const SAME_NAME = 'The provider holds this skill under another id, and finds skills by the external id alone.';

/** One skill a call, stored at once. */
export function managedSkillsPort(upstream: Upstream): UpsertSkillsPort {
  return {
    ...SHARED,
    batchSize: 1,
    run: (items, call) =>
      runEach(items, call, async (item, own) => {
        const { data, warnings } = await send(upstream, PATHS.skills, fromSkill(named(item)), own);
        const row = rowIn(data);
        const remoteId = optionalId(data.id);
        return { state: 'done', row, remoteId, warnings: [...warnings, STORED, ...warningsOf(item)] };
      }),
  };
}

/** Many skills a call, as one task that says of each what became of it. */
export function bulkSkillsPort(upstream: Upstream): UpsertSkillsPort {
  const follow = async (providerTaskId: string, items: readonly SkillWrite[], call: Call): Promise<Result[]> => {
    const answer = await readOne(upstream, 'upsertSkillsTask', PATHS.skillsBulkTask(providerTaskId), call);
    return skillTaskResults(upstream, providerTaskId, items, answer).map((result, index) =>
      result.state === 'done' ? { ...result, warnings: [...result.warnings, ...warningsOf(items[index])] } : result,
    );
  };
  return {
    ...SHARED,
    batchSize: SKILLS_PER_CALL,
    async run(items, call) {
      call.signal?.throwIfAborted();
      const sendable = items.filter(hasName);
      const sent = sendable.length === 0 ? null : await submitAll(upstream, sendable, call);
      return items.map((item) => (sent !== null && hasName(item) ? sent : { state: 'failed', error: unnamed() }));
    },
    async follow(providerTaskId, item, call) {
      const [result] = await follow(providerTaskId, [item], call);
      if (!result) throw new Error('one result an item');
      return result;
    },
    followMany: follow,
  };
}

/** One result for all: the task that they share, or why there is none. */
async function submitAll(upstream: Upstream, items: readonly SkillWrite[], call: Call): Promise<Result> {
  // Of two writes of one skill the later one is what stays.
  const byOrigin = new Map(items.map((item) => [item.externalId, fromSkill(item)]));
  try {
    const { data } = await send(upstream, PATHS.skillsBulk, { items: [...byOrigin.values()] }, carrying(call, items));
    const providerTaskId = optionalId(data.task_id);
    if (providerTaskId !== null) return { state: 'accepted', providerTaskId };
    const noTask = new ShapeError('data.task_id', 'id', data.task_id);
    return resultOf(
      unreadable(noTask, OPERATION, (note) => upstream.drift(note)),
      call,
    );
  } catch (error) {
    return resultOf(error, call);
  }
}

async function send(upstream: Upstream, path: string, body: object, call: Call): Promise<Answer> {
  try {
    return await submit(upstream, { operation: OPERATION, path, body, repeatable: true }, call);
  } catch (error) {
    throw ofRoute(error);
  }
}

/** The path names no record: 404 says that the route is not there. */
function ofRoute(error: unknown): unknown {
  if (!(error instanceof ProviderError) || error.status !== 404 || error.providerCode !== null) return error;
  const { status, requestId } = error;
  const message = 'The provider does not offer this for the connected HR system.';
  return new ProviderError('NOT_OFFERED', message, { status, requestId, cause: error });
}

/** What is answered beside the id was not captured (kombo.md#managed-skills): a whole row is shown, less is none. */
function rowIn(data: Json): SkillRow | null {
  return optionalId(data.id) !== null && optionalText(data.name) !== null && 'remote_id' in data ? toSkill(data) : null;
}

/** At least one character (kombo.md#managed-skills); in bulk, one without would cost its neighbours theirs. */
function hasName({ name }: SkillWrite): boolean {
  return name.trim() !== '';
}

function named(item: SkillWrite): SkillWrite {
  if (!hasName(item)) throw unnamed();
  return item;
}

function unnamed(): ProviderError {
  return new ProviderError('REJECTED', 'The provider takes no skill without a name.');
}

function warningsOf(item: SkillWrite | undefined): string[] {
  const { existing = null, externalId } = item ?? {};
  return existing !== null && existing.sourceId !== externalId ? [SAME_NAME] : [];
}

import type { Call, SkillWrite, UpsertSkillsPort, WriteResult } from '../../../src/domain/ports.ts';
import { ProviderError } from '../../../src/domain/problem.ts';
import type { SkillRow } from '../../../src/domain/records.ts';
import type { KantataClient } from '../client.ts';
import { createSkills } from './createSkills.ts';
import type { SkillThere } from '../mappers/mappers.ts';
import { lost, problemOfWrite } from './outcome.ts';
import { ID_PATTERN, MAX_PER_BULK } from '../raw.ts';
import { roundsOf } from './rounds.ts';
import { nameKey, skillCategories } from './skillCategories.ts';
import { findSkills } from './skillsThere.ts';
import { updateSkill } from './updateSkill.ts';
import type { WantedSkill } from './wantedSkill.ts';

type Result = WriteResult<SkillRow>;

/**
 * Creates skills, or changes those there under the same id of the caller or the same name. There is no upsert
 * (kantata.md#skills), so it reads first what is there. Nothing archives a skill (kantata.md#skills).
 */
export function upsertSkills(client: KantataClient): UpsertSkillsPort {
  const categories = skillCategories(client);
  return {
    batchSize: MAX_PER_BULK,
    repeat: 'afterReadBack',
    creates: true,
    updates: true,
    fields: ['externalId', 'name', 'description', 'category', 'rated'],
    required: ['externalId', 'name', 'category'],
    async run(items, call) {
      call.signal?.throwIfAborted();
      const named = items.some(({ category }) => category !== undefined);
      const categoryIdOf = named ? await categories(call) : () => null;
      const results: (Result | undefined)[] = items.map((item) => refusalOf(item, categoryIdOf));
      const open = items.flatMap((write, position): WantedSkill[] => {
        if (results[position]) return [];
        const settle = (result: Result) => {
          results[position] = result;
        };
        return [{ write, categoryId: write.category === undefined ? null : categoryIdOf(write.category), settle }];
      });
      // Of two items with one id, or with one name, the later one finds what the earlier one wrote.
      const rounds = roundsOf(open, ({ write }) => write.externalId).flatMap((round) =>
        roundsOf(round, ({ write }) => nameKey(write.name)),
      );
      for (const [number, round] of rounds.entries()) {
        await writeRound(client, round, number === 0, call);
      }
      return results.map((result) => result ?? lost(unsettled()));
    },
  };
}

async function writeRound(
  client: KantataClient,
  round: readonly WantedSkill[],
  first: boolean,
  call: Call,
): Promise<void> {
  let there: Map<WantedSkill, SkillThere>;
  try {
    there = await findSkills(client, round, call);
  } catch (error) {
    if (first) throw error;
    const { code, message } = problemOfWrite(error, call);
    // Nothing of this round was sent.
    for (const { settle } of round) settle(lost(new ProviderError(code, message, { retryable: true, cause: error })));
    return;
  }
  const missing = round.filter((wanted) => !there.has(wanted));
  const nowhere = missing.filter(({ categoryId }) => categoryId === null);
  for (const { settle } of nowhere) settle(lost(rejected('The provider creates no skill without a category.')));
  const updates = [...there].map(([wanted, skill]) => updateSkill(client, wanted, skill, call));
  const creatable = missing.filter(({ categoryId }) => categoryId !== null);
  await Promise.all([...updates, createSkills(client, creatable, call)]);
}

function refusalOf(
  { name, category, existing }: SkillWrite,
  categoryIdOf: (name: string) => string | null,
): Result | undefined {
  if (existing && !ID_PATTERN.test(existing.remoteId)) {
    return lost(new ProviderError('NOT_FOUND', 'This is no id of the provider.'));
  }
  if (name.trim() === '') return lost(rejected('A skill needs a name.'));
  return category !== undefined && categoryIdOf(category) === null
    ? lost(rejected('The provider has no skill category of this name.'))
    : undefined;
}

function rejected(message: string): ProviderError {
  return new ProviderError('REJECTED', message);
}

function unsettled(): ProviderError {
  return new ProviderError('INTERNAL', 'The gateway lost track of this item.', { mayHaveApplied: true });
}

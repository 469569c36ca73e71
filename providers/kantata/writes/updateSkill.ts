import type { Call } from '../../../src/domain/ports.ts';
import { ProviderError } from '../../../src/domain/problem.ts';
import { carrying } from '../../../src/outbound/carrying.ts';
import { readBack } from './bulk.ts';
import type { KantataClient } from '../client.ts';
import type { SkillThere } from '../mappers/mappers.ts';
import { lost, notApplied, problemOfWrite } from './outcome.ts';
import { findSkills, skillsOf } from './skillsThere.ts';
import { isAsWanted, shownSkill, skillChange, type WantedSkill } from './wantedSkill.ts';

/**
 * Makes a skill that is there as wanted, and settles the item. `unchanged` says what it is called when nothing has to be
 * sent. A skill that carries another id of the caller is another skill, whatever its name.
 */
export async function updateSkill(
  client: KantataClient,
  wanted: WantedSkill,
  there: SkillThere,
  call: Call,
  unchanged: 'skipped' | 'done' = 'skipped',
): Promise<void> {
  const { row, externalId } = there;
  const { remoteId } = row;
  if (externalId !== null && externalId !== wanted.write.externalId) return wanted.settle(lost(taken()));
  if (isAsWanted(wanted, there)) return wanted.settle({ state: unchanged, row, remoteId, warnings: [] });
  const change = skillChange(wanted, there);
  const warnings = change.max_level === undefined ? [] : [LEVELS_CHANGED];
  try {
    const answer = await client.updateSkill(remoteId, change, carrying(call, [wanted.write]));
    const stored = answer && skillsOf(answer, 'updateSkill', client).find((skill) => skill.row.remoteId === remoteId);
    if (!stored) return wanted.settle({ state: 'done', row: null, remoteId, warnings });
    const result = shownSkill(wanted, stored);
    wanted.settle('warnings' in result ? { ...result, warnings: [...warnings, ...result.warnings] } : result);
  } catch (thrown) {
    const error = problemOfWrite(thrown, call);
    if (!error.mayHaveApplied) return wanted.settle(lost(error));
    const present = await readBack(() => findSkills(client, [wanted], call), call);
    const stored = present?.get(wanted);
    if (stored && isAsWanted(wanted, stored)) {
      wanted.settle({ state: 'done', row: stored.row, remoteId, warnings });
    } else wanted.settle(present ? notApplied(error) : lost(error));
  }
}

/** What becomes of the ratings held is documented nowhere (kantata.md#levels). */
const LEVELS_CHANGED = 'The levels of the skill change: what becomes of ratings held so far is left to the provider.';

function taken(): ProviderError {
  return new ProviderError('CONFLICT', 'The provider has this skill under another id of the caller.');
}

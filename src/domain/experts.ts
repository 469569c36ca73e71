/** Ranks people by the ratings of their skills: holders of one skill, and those who hold several. Pure. */
import { consensusOf, type ConsensusPolicy } from './consensus.ts';
import type { Employee } from './entities.ts';
import type { EmployeeSkill } from './employeeSkill.ts';
import type { Position } from './paging.ts';
import { ratingsMeeting, type LevelCondition } from './skillLevel.ts';

/** The most skills per query: each is a read of every integration. */
export const MAX_SKILLS_ASKED = 10;

type Named = { name: string };

/** An employee with a score from 0 to 1; null where no rating counts. */
interface Ranked {
  employee: Employee;
  score: number | null;
}

/** An employee who meets every requirement. */
export interface Expert<Integration extends Named> extends Ranked {
  score: number;
  /** What they hold of it, in the order asked. */
  evidence: readonly EmployeeSkill<Integration>[];
}

/**
 * Scores with twelve digits, as text of equal length: cursors sort them as text, and further digits are only
 * floating-point noise.
 */
const DIGITS = 12;

/** The position of a scored employee; to be sorted descending, unscored ones last, ties by id. */
export function rankPosition({ employee, score }: Ranked): Position {
  const key = score === null ? null : String(Math.round(score * 10 ** DIGITS)).padStart(DIGITS + 1, '0');
  return { key, id: employee.id };
}

/** By score, the strongest first, unscored ones last, ties by id: the order of `rankPosition`, without its text. */
function ranked<Item extends Ranked>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, at: item.score === null ? -1 : Math.round(item.score * 10 ** DIGITS) }))
    .toSorted((a, b) => b.at - a.at || (a.item.employee.id < b.item.employee.id ? -1 : 1))
    .map(({ item }) => item);
}

/** The holders of a skill by consensus: the order of `holderPosition`, descending. */
export function rankHolders<Integration extends Named>(
  holders: readonly EmployeeSkill<Integration>[],
  policy: ConsensusPolicy,
): EmployeeSkill<Integration>[] {
  return ranked(holders.map((held) => ({ held, ...scored(held, policy) }))).map(({ held }) => held);
}

/** The position of a holder of a skill. */
export function holderPosition(policy: ConsensusPolicy): (held: EmployeeSkill<Named>) => Position {
  return (held) => rankPosition(scored(held, policy));
}

function scored({ employee, ratings }: EmployeeSkill<Named>, policy: ConsensusPolicy): Ranked {
  return { employee, score: consensusOf(ratings, policy)?.normalized ?? null };
}

/**
 * Who meets every requirement, by the mean of the consensuses, an unrated skill counting 0. `holders` has, for each
 * requirement in the order asked, the people who hold the skill.
 */
export function rankExperts<Integration extends Named>(
  requirements: readonly LevelCondition[],
  holders: readonly (readonly EmployeeSkill<Integration>[])[],
  policy: ConsensusPolicy,
): Expert<Integration>[] {
  // Starts from the holders of the rarest skill and looks them up in the others.
  const byEmployee = holders.map((each) => new Map(each.map((held) => [held.employee.id, held])));
  const rarest = byEmployee.toSorted((a, b) => a.size - b.size)[0];
  if (!rarest || requirements.length !== holders.length) return [];
  const experts: Expert<Integration>[] = [];
  for (const [id, { employee }] of rarest) {
    const evidence: EmployeeSkill<Integration>[] = [];
    let sum = 0;
    for (const [index, requirement] of requirements.entries()) {
      const held = byEmployee[index]?.get(id);
      const considered = held ? ratingsMeeting(held.ratings, requirement, policy) : null;
      if (!held || !considered) break;
      evidence.push(held);
      sum += consensusOf(considered, policy)?.normalized ?? 0;
    }
    if (evidence.length === requirements.length) experts.push({ employee, score: sum / evidence.length, evidence });
  }
  return ranked(experts);
}

import { LRUCache } from 'lru-cache';
import type { Integration } from '../integrations/integration.ts';
import type { SkillView } from '../directory/skills/skillView.ts';
import type { Employee } from '../domain/entities.ts';
import { SkillRating, type EmployeeSkill } from '../domain/employeeSkill.ts';
import type { RatingRow } from '../domain/records.ts';
import type { OverlaidRow } from './readers/writeOverlay.ts';

/** Employees whose skills are kept put together: 40 pages of 50, some 10 KB each. */
const KEPT_EMPLOYEES = 2_000;

/** What one integration says of one employee. */
export interface Part {
  integration: Integration;
  rows: readonly OverlaidRow[];
  /** Whether the rows are a kept copy, fresh enough or standing in, so that the same array may well come again. */
  isKept: boolean;
}

export interface Merged {
  /** By skill name. */
  skills: readonly EmployeeSkill<Integration>[];
  /** Rows whose skill is not known yet and has to be learnt. */
  strays: readonly { integration: Integration; row: RatingRow }[];
}

interface Kept extends Merged {
  view: SkillView;
  parts: readonly Part[];
}

/**
 * Puts the rows of all integrations on one employee together, by skill. What was made of kept rows alone is kept until
 * one of its arrays or the skills change: a warm page then reads properties and nothing else.
 */
export class MergedSkills {
  readonly #kept = new LRUCache<Employee, Kept>({ max: KEPT_EMPLOYEES });

  of(employee: Employee, parts: readonly Part[], view: SkillView): Merged {
    const kept = this.#kept.get(employee);
    if (kept?.view === view && sameParts(kept.parts, parts)) return kept;
    const merged = merge(employee, parts, view);
    if (merged.strays.length === 0 && parts.every(({ isKept }) => isKept)) {
      this.#kept.set(employee, { ...merged, view, parts });
    }
    return merged;
  }
}

function sameParts(a: readonly Part[], b: readonly Part[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ integration, rows }, i) => b[i]?.integration === integration && b[i].rows === rows)
  );
}

function merge(employee: Employee, parts: readonly Part[], view: SkillView): Merged {
  const held = new Map<number, { skill: EmployeeSkill<Integration>['skill']; ratings: SkillRating<Integration>[] }>();
  const strays: { integration: Integration; row: RatingRow }[] = [];
  for (const { integration, rows } of parts) {
    for (const { row, pending } of rows) {
      const found = view.ofRating(integration.name, row);
      if (!found) {
        strays.push({ integration, row });
        continue;
      }
      const { skill, scale, rank } = found;
      const rating = new SkillRating({ employee, skill, integration, row, scale, pending });
      const known = held.get(rank);
      if (known) known.ratings.push(rating);
      else held.set(rank, { skill, ratings: [rating] });
    }
  }
  const skills = [...held.entries()]
    .toSorted(([a], [b]) => a - b)
    .map(([, { skill, ratings }]) => ({ employee, skill, ratings }));
  return { skills, strays };
}

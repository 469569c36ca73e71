/** The scales of the simulated catalogue: one of every kind (kombo.md#simulator). */
import type { Scale } from '../../../src/domain/rating.ts';
import type { RawOption, RawScale } from '../raw.ts';
import { komboId } from './ids.ts';

export interface SimScale {
  raw: RawScale;
  /** The same for arithmetic. */
  scale: Scale;
}

function numeric(remoteId: string, min: number, max: number, step: number | null): SimScale {
  return {
    raw: { id: komboId(remoteId), remote_id: remoteId, type: 'NUMERIC', min, max, step },
    scale: { kind: 'numeric', min, max, step },
  };
}

function singleSelect(remoteId: string, names: readonly string[]): SimScale {
  const options: RawOption[] = names.map((name, index) => ({
    // Option ids have 21 characters in the vendor's sample.
    id: komboId(`${remoteId} option ${index}`, 21),
    // The source knows the last one only by its name.
    remote_id: index === names.length - 1 ? null : String(index + 1),
    name,
  }));
  return {
    raw: { id: komboId(remoteId), remote_id: remoteId, type: 'SINGLE_SELECT', ordered_options: options },
    scale: { kind: 'singleSelect', options: options.map(({ id, name }) => ({ optionId: id, name })) },
  };
}

const ONE_TO_FIVE = numeric('scale-five', 1, 5, 1);
const SHARE = numeric('scale-share', 0, 1, null);
const HALVES = numeric('scale-ten', 0, 10, 0.5);
const LEVELS = singleSelect('scale-levels', ['Beginner', 'Elementary', 'Intermediate', 'Advanced', 'Expert']);

/**
 * By the skill's index, so that the first skill has 1 to 5 and the second one levels; the levels are shared by many.
 */
const CYCLE: readonly (SimScale | null)[] = [ONE_TO_FIVE, LEVELS, null, SHARE, HALVES, LEVELS];

export function scaleOfSkill(index: number): SimScale | null {
  return CYCLE[index % CYCLE.length] ?? null;
}

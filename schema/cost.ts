/** What a field costs, said beside it; `src/graphql/demandControl/operationCost.ts` adds up what a document asks for. */
import type { CostExtensions, FieldCost } from '../src/domain/fieldCost.ts';

/** A call to a provider takes the gateway about as long as ten objects, and the provider much longer. */
export const CALL = 10;

/** A call that no other read shares. A provider serves some ten a second, so that a thousand of them are minutes of its time. */
export const ALONE = 100;

/** All holders of a skill are read, however few are shown. */
export const ALL_HOLDERS = 100;

/** On a field: what it costs beside one for each object. */
export function costs(cost: FieldCost): CostExtensions {
  return { cost };
}

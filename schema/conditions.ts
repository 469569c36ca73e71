import { requestError } from './errors.ts';

/** A filter whose fields are conditions, not null. */
export type Conditions<Filter> = { [Field in keyof Filter]?: NonNullable<Filter[Field]> };

/** For the description of each filter. */
export const NO_NULLS = 'Leave out what is no condition: null is refused with BAD_USER_INPUT.';

/**
 * The conditions of a filter. Null in one of them is refused with BAD_USER_INPUT and names the field: a variable that was
 * meant to hold a manager, and does not, must not choose everybody.
 */
export function conditionsOf<Filter extends object>(filter: Filter | null | undefined): Conditions<Filter> {
  for (const [name, value] of Object.entries(filter ?? {})) {
    if (value !== null) continue;
    const field = `filter.${name}`;
    throw requestError('BAD_USER_INPUT', `\`${field}\` is null, which is no condition: leave it out.`, field);
  }
  return filter ?? {};
}

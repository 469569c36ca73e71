import type { ExecutionResult, GraphQLError, GraphQLFormattedError } from 'graphql';
import { withoutInternals } from '../errors/publicExtensions.ts';

/** What was deferred at one place. */
export interface Patch {
  /** To be merged into the object at the path; null where it failed. */
  data: unknown;
  path: readonly (string | number)[];
  label?: string;
  errors?: readonly (GraphQLError | GraphQLFormattedError)[];
}

/** One part of an answer, as it is executed: the first has the data, later ones what was deferred. */
export interface Part extends ExecutionResult {
  incremental?: readonly Patch[];
  hasNext?: boolean;
}

export interface PartRules {
  /** What a client may see of an error. */
  mask: (error: GraphQLError) => GraphQLError;
  /** Told with the last part. */
  extensions: () => Record<string, unknown> | undefined;
}

/** The same part fit to be sent. Yoga masks the errors of whole results alone, not those of what was deferred. */
export function sendablePart(part: Part, { mask, extensions }: PartRules): Part {
  const incremental = part.incremental?.map((patch) =>
    patch.errors
      ? withoutInternals({ ...patch, errors: patch.errors.map((error) => mask(error as GraphQLError)) })
      : patch,
  );
  const told = part.hasNext === true ? undefined : extensions();
  return {
    ...part,
    ...(incremental ? { incremental } : {}),
    ...(told ? { extensions: { ...part.extensions, ...told } } : {}),
  };
}

import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** Of a message, from its beginning and from its end, where the reason stands. */
const KEPT = { start: 600, end: 300 };

/** Places in the document that an error names: a ring of fragments has one for each of them. */
const MAX_PLACES = 10;

/**
 * Shortens an error in place: graphql-js quotes the value, the operation's name or the whole input object in each of up to
 * a hundred errors, by which a megabyte sent would come back as fifty.
 */
export function shortened(error: GraphQLError): GraphQLError {
  const { message, nodes, positions, locations } = error;
  if (message.length > KEPT.start + KEPT.end + 1) {
    error.message = `${message.slice(0, KEPT.start)}…${message.slice(-KEPT.end)}`;
  }
  if (locations && locations.length > MAX_PLACES) {
    // All three: yoga makes the error anew out of nodes and positions.
    Object.assign(error, {
      nodes: nodes?.slice(0, MAX_PLACES),
      positions: positions?.slice(0, MAX_PLACES),
      locations: locations.slice(0, MAX_PLACES),
    });
  }
  return error;
}

/** Shortens what parsing and validating say of a document, for every transport; of executions the mask does. */
export const shortErrors: Plugin = {
  onParse:
    () =>
    ({ result }) => {
      if (result instanceof GraphQLError) shortened(result);
    },
  onValidate:
    () =>
    ({ result }) => {
      for (const error of result) shortened(error);
    },
};

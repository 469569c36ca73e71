import type { GraphQLError } from 'graphql';

/** Of a message, from its beginning and from its end, where the reason stands. */
const KEPT = { start: 600, end: 300 };

/**
 * Shortens an error's message in place: graphql-js quotes the value, the operation's name or the whole input object in each
 * of up to a hundred errors, by which a megabyte sent would come back as fifty.
 */
export function shortened(error: GraphQLError): GraphQLError {
  const { message } = error;
  if (message.length > KEPT.start + KEPT.end + 1) {
    error.message = `${message.slice(0, KEPT.start)}…${message.slice(-KEPT.end)}`;
  }
  return error;
}

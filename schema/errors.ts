import { GraphQLError } from 'graphql';

/** The request's own errors, with the stable codes that `Query` documents. */
export type ErrorCode = 'BAD_USER_INPUT' | 'BAD_CURSOR' | 'PAGE_TOO_LARGE' | 'NOT_FOUND';

/** `field` is the argument or input field that the caller can correct. */
export function requestError(code: ErrorCode, message: string, field?: string): GraphQLError {
  return new GraphQLError(message, { extensions: field === undefined ? { code } : { code, field } });
}

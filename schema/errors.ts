import { GraphQLError } from 'graphql';
import type { ErrorCode } from '../src/domain/errorCodes.ts';
import { ProviderError } from '../src/domain/problem.ts';

/** What a resolver refuses, as `Query` documents it. */
type RequestErrorCode = Extract<ErrorCode, 'BAD_USER_INPUT' | 'BAD_CURSOR' | 'PAGE_TOO_LARGE' | 'NOT_FOUND'>;

/** `field` is the argument or input field that the caller can correct. */
export function requestError(code: RequestErrorCode, message: string, field?: string): GraphQLError {
  return new GraphQLError(message, { extensions: field === undefined ? { code } : { code, field } });
}

/** A single object that only its provider could tell: there is no `sources` to say so. Anything but a ProviderError stays as it is. */
export function providerError(error: unknown, integration: string): unknown {
  if (!(error instanceof ProviderError)) return error;
  const { message, ...problem } = error.toProblem();
  return new GraphQLError(message, { extensions: { code: 'PROVIDER_SILENT', integration, problem } });
}

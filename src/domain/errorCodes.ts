/**
 * Every `extensions.code` of an error that the gateway answers a request with, over HTTP, event streams and WebSockets; the
 * compiler holds errors to this list. docs/errors.md says what each means and what to do; a test compares both.
 */
export const ERROR_CODES = [
  'AUTHENTICATION_UNAVAILABLE',
  'BAD_CURSOR',
  'BAD_REQUEST',
  'BAD_USER_INPUT',
  'COST_EXCEEDED',
  'CROSS_SITE_REQUEST',
  'FORBIDDEN',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'INTERNAL',
  'METHOD_NOT_ALLOWED',
  'MISDIRECTED_REQUEST',
  'NOT_ACCEPTABLE',
  'NOT_FOUND',
  'OPERATION_RESOLUTION_FAILURE',
  'PAGE_TOO_LARGE',
  'PAYLOAD_TOO_LARGE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'PERSISTED_QUERY_ONLY',
  'PROVIDER_SILENT',
  'QUERY_TOO_COMPLEX',
  'RATE_LIMITED',
  'SHUTTING_DOWN',
  'STORE_UNAVAILABLE',
  'TOO_MANY_OPERATIONS',
  'UNAUTHENTICATED',
  'UNSUPPORTED_MEDIA_TYPE',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

declare module 'graphql' {
  interface GraphQLErrorExtensions {
    code?: ErrorCode;
  }
}

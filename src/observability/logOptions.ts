import { stdTimeFunctions, type LoggerOptions } from 'pino';
import { loggedClient } from '../lib/clientLabel.ts';

/** Keys whose values are secrets or personal, at the top of a line or one below. */
const SECRET_KEYS = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'token',
  'apiKey',
  'workEmail',
  'email',
  'givenName',
  'familyName',
  'displayName',
  'headers',
  'body',
  'providerMessage',
];

/** Addresses, bearer tokens, JWTs, and the user part of URLs. */
const SECRET_TEXTS: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\b(?:Bearer|Basic) +[A-Za-z0-9._~+/=-]+/gi, '[token]'],
  [/\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+/g, '[token]'],
  [/(?<=:\/\/)[^/\s@]+@/g, '[secret]@'],
  [/[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+/g, '[e-mail]'],
];

/** What a log line may hold of an error; a cause is shown likewise. */
interface LoggedError {
  type: string;
  message: string;
  stack?: string;
  code?: string | number;
  status?: number;
  provider?: string;
  requestId?: string;
  cause?: LoggedError;
}

/** Causes in causes; a circle of them ends there. */
const DEEPEST = 5;

/** The same text without what is secret or personal by its form. */
export function withoutSecrets(text: string): string {
  return SECRET_TEXTS.reduce((cleaned, [pattern, instead]) => cleaned.replace(pattern, instead), text);
}

/**
 * An error as it is logged: what says where and why, from a closed list. Errors of clients and drivers carry the request
 * that failed, with its headers and its body, and the command with its arguments.
 */
export function toLogged(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: withoutSecrets(String(error)) };
  const { code, status, provider, requestId } = error as Error & Record<string, unknown>;
  return {
    type: error.name,
    message: withoutSecrets(error.message),
    ...(error.stack === undefined ? {} : { stack: withoutSecrets(error.stack) }),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(typeof status === 'number' ? { status } : {}),
    ...(typeof provider === 'string' ? { provider } : {}),
    ...(typeof requestId === 'string' ? { requestId: withoutSecrets(requestId) } : {}),
    ...(error.cause !== undefined && depth < DEEPEST ? { cause: toLogged(error.cause, depth + 1) } : {}),
  };
}

/**
 * How the program logs: levels by their names and times in ISO 8601, as log stores take them, no host names and process ids,
 * which the platform adds, and nothing secret or personal.
 */
export function logOptions(level: string): LoggerOptions {
  return {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`]), censor: '[redacted]' },
    serializers: {
      err: (error: unknown) => toLogged(error),
      client: (client: unknown) => (typeof client === 'string' ? loggedClient(client) : client),
    },
  };
}

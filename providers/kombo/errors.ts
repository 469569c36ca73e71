/** The vendor's failures as ours. Its code decides before the HTTP status, its message never (kombo.md#error-codes). */
import { ProviderError } from '../../src/domain/problem.ts';
import { isObject, type Json, optionalText, parseJson } from '../../src/outbound/payload/payload.ts';
import { plainReason, providerText } from '../../src/outbound/payload/providerText.ts';
import type { HttpResponse } from '../../src/outbound/transport/undiciTransport.ts';
import { retryAfterOf } from '../../src/outbound/upstream.ts';
import { BY_CODE, FIRST_SYNC, MESSAGES, REJECTED, type Rule, ruleOfStatus } from './errorRules.ts';

/**
 * What a 200 holds that says it is an error, or one of its records; looked for before all of it is parsed a second
 * time.
 */
const ERROR_STATUS = /"status"\s*:\s*"error"/;

/** The ProviderError of a failed answer; null when the answer is fine. Never throws. */
export function failureOf(response: HttpResponse): ProviderError | null {
  const { status, headers, text } = response;
  const succeeded = status >= 200 && status < 300;
  if (succeeded && !isErrorEnvelope(text)) return null;
  const error = errorObject(text);
  const code = codeOf(error);
  const rule = ruleOf(code, error, status);
  return providerError(rule, {
    code,
    error,
    reason: reasonOf(error) ?? plainReason(text, status),
    status,
    retryAfterSeconds: rule.code === 'RATE_LIMITED' ? waitOf(code, headers) : retryAfterOf(headers),
  });
}

/**
 * The error inside a task that ended FAILED: nothing was processed (kombo.md#tasks), save where the task ran out of
 * time.
 */
export function failureOfTask(raw: unknown): ProviderError {
  const error = isObject(raw) ? raw : {};
  const code = codeOf(error);
  const rule = (code === null ? undefined : BY_CODE[code]) ?? REJECTED;
  return providerError(rule, { code, error, reason: reasonOf(error), status: null, retryAfterSeconds: null });
}

function ruleOf(code: string | null, error: Json, status: number): Rule {
  // An unknown task answers 404 under the code of invalid input (kombo.md#tasks).
  if (code === 'PLATFORM.INPUT_INVALID' && status === 404) return { code: 'NOT_FOUND', refused: true };
  const known = code === null ? undefined : BY_CODE[code];
  if (known) return known;
  // The older form of the first sync: 503 with a message and nothing else (kombo.md#error-codes). The message is not
  // read.
  const hasMessageOnly = typeof error.message === 'string' && !('code' in error);
  return status === 503 && hasMessageOnly ? { ...FIRST_SYNC, refused: false } : ruleOfStatus(status);
}

/**
 * Retry-After, else the reset of the vendor's own window (kombo.md#rate-limit), which tells nothing of the other
 * limits.
 */
function waitOf(code: string | null, headers: HttpResponse['headers']): number | null {
  const ownWindow = code === null || code === 'PLATFORM.RATE_LIMIT_EXCEEDED';
  return retryAfterOf(headers, ownWindow ? 'ratelimit-reset' : undefined);
}

/** What the vendor says in words; its title is the same for every failure of a code. */
function reasonOf(error: Json): string | null {
  return providerText(error.message) ?? providerText(error.title);
}

interface Found {
  code: string | null;
  error: Json;
  reason: string | null;
  status: number | null;
  retryAfterSeconds: number | null;
}

function providerError(rule: Rule, found: Found): ProviderError {
  const { code, error, status } = found;
  const isKnown = code !== null && code in BY_CODE;
  const isServerFault = status === null ? code === 'PLATFORM.TASK_TIMED_OUT' : isKnown || status >= 500 || status < 400;
  return new ProviderError(rule.code, MESSAGES[rule.code] ?? 'The provider failed.', {
    ...(rule.retryable === undefined ? {} : { retryable: rule.retryable }),
    retryAfterSeconds: found.retryAfterSeconds ?? rule.waitSeconds ?? null,
    providerCode: code,
    providerMessage: found.reason,
    requestId: requestIdOf(error),
    status,
    mayHaveApplied: rule.refused !== true && isServerFault,
    behind: rule.behind ?? false,
  });
}

function isErrorEnvelope(text: string): boolean {
  return ERROR_STATUS.test(text) && parsed(text)['status'] === 'error';
}

/** The object that a body is; empty where it is none. */
function parsed(text: string): Json {
  try {
    const body = parseJson(text);
    return isObject(body) ? body : {};
  } catch {
    return {};
  }
}

/** The `error` of the vendor's envelope; empty when the body is text, HTML, cut off or nothing. */
function errorObject(text: string): Json {
  const { error } = parsed(text);
  return isObject(error) ? error : {};
}

/** Codes look like FAMILY.NAME; anything else is no code and might hold somebody's data. */
function codeOf(error: Json): string | null {
  const code = optionalText(error.code);
  return code !== null && /^[A-Z0-9_]{1,40}\.[A-Z0-9_]{1,60}$/.test(code) ? code : null;
}

/** What the vendor's support finds the call by: the interaction in the link to its log. */
function requestIdOf(error: Json): string | null {
  return optionalText(error.log_url)?.match(/[?&]interactionId=([\w-]{1,64})(?:&|$)/)?.[1] ?? null;
}

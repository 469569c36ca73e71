import { ProviderError, type ProblemCode } from '../../src/domain/problem.ts';
import { isObject, optionalNumber, optionalText, parseJson } from '../../src/outbound/payload/payload.ts';
import { plainReason, providerText } from '../../src/outbound/payload/providerText.ts';
import type { HttpResponse } from '../../src/outbound/transport/undiciTransport.ts';
import { retryAfterOf } from '../../src/outbound/upstream.ts';

/** One entry of `errors` (kantata.md#errors). */
interface Fault {
  type: string | null;
  field: string | null;
  index: number | null;
}

/** The faults behind a ProviderError, for telling which items of a bulk were refused. */
class FaultList extends Error {
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super('faults named by the provider');
    this.faults = faults;
  }
}

/** kantata.md#status-codes; a status that is not listed goes by its hundred. */
const BY_STATUS: Readonly<Record<number, ProblemCode>> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'NOT_OFFERED',
  408: 'TIMEOUT',
  409: 'CONFLICT',
  410: 'NOT_FOUND',
  429: 'RATE_LIMITED',
  501: 'NOT_OFFERED',
};

/**
 * The registered words of the OAuth form (kantata.md#authentication; RFC 6749 5.2, RFC 6750 3.1); any other text in
 * `error` is prose.
 */
const OAUTH_ERRORS: Readonly<Record<string, ProblemCode>> = {
  invalid_token: 'UNAUTHENTICATED',
  invalid_client: 'UNAUTHENTICATED',
  invalid_grant: 'UNAUTHENTICATED',
  unauthorized_client: 'UNAUTHENTICATED',
  access_denied: 'FORBIDDEN',
  insufficient_scope: 'FORBIDDEN',
  temporarily_unavailable: 'UNAVAILABLE',
};

const MESSAGES: Partial<Record<ProblemCode, string>> = {
  UNAUTHENTICATED: 'The provider does not accept the token.',
  FORBIDDEN: 'The user behind the token may not do this.',
  NOT_FOUND: 'The provider has no such record, or hides it from the user behind the token.',
  NOT_OFFERED: 'The provider does not offer this operation.',
  TIMEOUT: 'The provider gave up waiting for the request.',
  CONFLICT: 'The provider reports a conflict with its present state.',
  RATE_LIMITED: 'The provider asks for fewer requests.',
  REJECTED: 'The provider refused the values.',
  UNAVAILABLE: 'The provider failed or is unavailable for now.',
  UNREADABLE: 'The provider sent an answer that the gateway does not follow.',
};

/**
 * The failure in an answer, null when it is fine. Goes by the body's error type first, then by the status; reads every
 * error body of kantata.md#errors, and takes `errors` in a 2xx body as a failure.
 */
export function failureOf(response: HttpResponse): ProviderError | null {
  const { status } = response;
  const fine = status >= 200 && status < 300;
  // Answers run to hundreds of kilobytes: only those that may hold an error are parsed here.
  if (fine && !response.text.includes('"errors"') && !response.text.includes('"error_message"')) return null;
  const body = bodyOf(response.text);
  const faults = faultsOf(body);
  if (fine && faults.length === 0) return null;
  const code = codeOf(body, faults, status);
  return new ProviderError(code, MESSAGES[code] ?? 'The provider refused the request.', {
    status,
    // Of a refusal in a 2xx nothing took effect, of another failure it may have; 501 says that nothing is there to do
    // it.
    mayHaveApplied: fine ? code === 'UNAVAILABLE' : status >= 500 && status !== 501,
    retryAfterSeconds: code === 'RATE_LIMITED' || code === 'UNAVAILABLE' ? retryAfterOf(response.headers) : null,
    providerCode: providerCodeOf(faults[0]),
    providerMessage: reasonOf(body) ?? plainReason(response.text, status),
    requestId: response.headers['x-request-id'] ?? null,
    cause: faults.length === 0 ? undefined : new FaultList(faults),
  });
}

/**
 * Whether the answer names the item at this position of a bulk. Unconfirmed live (kantata.md#errors), hence a hint and
 * no more.
 */
export function isBlamed(error: ProviderError, index: number): boolean {
  return error.cause instanceof FaultList && error.cause.faults.some((fault) => fault.index === index);
}

function codeOf(body: unknown, faults: readonly Fault[], status: number): ProblemCode {
  if (faults.some((fault) => fault.type === 'oauth')) return 'UNAUTHENTICATED';
  const word = isObject(body) && typeof body.error === 'string' ? OAUTH_ERRORS[body.error] : undefined;
  if (word) return word;
  if (faults.some((fault) => fault.type === 'validation')) return 'REJECTED';
  const listed = BY_STATUS[status];
  if (listed) return listed;
  if (status >= 500 || (status >= 200 && status < 300)) return 'UNAVAILABLE';
  return status >= 400 ? 'REJECTED' : 'UNREADABLE';
}

function bodyOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    // HTML of a gateway, or nothing at all (kantata.md#status-codes): the status has to do.
    return undefined;
  }
}

function faultsOf(body: unknown): Fault[] {
  if (!isObject(body)) return [];
  const { errors } = body;
  if (Array.isArray(errors)) return errors.map(faultOf);
  if (isObject(errors) && Object.keys(errors).length > 0) return [faultOf(errors)];
  return optionalText(errors) !== null || optionalText(body.error_message) !== null ? [faultOf(null)] : [];
}

/**
 * The prose of the entries, which may be bare texts, of `error_message`, or of the OAuth form (kantata.md#errors,
 * kantata.md#authentication).
 */
function reasonOf(body: unknown): string | null {
  if (!isObject(body)) return null;
  const entries: unknown[] = Array.isArray(body.errors) ? body.errors : [body.errors];
  const prose = entries.map((entry) => (isObject(entry) ? entry.message : entry));
  return providerText(...prose, body.error_message, body.error_description) ?? providerText(body.error);
}

function faultOf(entry: unknown): Fault {
  if (!isObject(entry)) return { type: null, field: null, index: null };
  const index = optionalNumber(entry.index);
  return {
    type: wordOf(entry.type),
    field: wordOf(entry.field),
    index: index !== null && Number.isInteger(index) && index >= 0 ? index : null,
  };
}

/** A name of an attribute or of a kind of error; anything longer or freer is prose and stays out. */
function wordOf(value: unknown): string | null {
  return typeof value === 'string' && /^[a-z][a-z_.]{0,39}$/i.test(value) ? value.toLowerCase() : null;
}

function providerCodeOf(fault: Fault | undefined): string | null {
  if (!fault?.type) return null;
  return fault.field === null ? fault.type : `${fault.type}:${fault.field}`;
}

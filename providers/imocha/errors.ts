import { ProviderError, type ProblemCode } from '../../src/domain/problem.ts';
import { isObject, optionalId, optionalNumber, optionalText, type Json } from '../../src/outbound/payload/payload.ts';
import { plainReason, providerText } from '../../src/outbound/payload/providerText.ts';
import type { HttpResponse } from '../../src/outbound/transport/undiciTransport.ts';
import { retryAfterOf } from '../../src/outbound/upstream.ts';

/** An answer that is fine may be megabytes long; a failure under a 2xx status is a sentence. */
const LONGEST_FAILURE = 4_000;

/** The statuses of imocha.md#errors, with their plain HTTP meaning where nothing is documented. */
const CODES: Readonly<Record<number, ProblemCode>> = {
  400: 'REJECTED',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'NOT_OFFERED',
  408: 'TIMEOUT',
  409: 'CONFLICT',
  410: 'NOT_FOUND',
  429: 'RATE_LIMITED',
  501: 'NOT_OFFERED',
  504: 'TIMEOUT',
};

const MESSAGES: Readonly<Partial<Record<ProblemCode, string>>> = {
  REJECTED: 'The provider refused the input.',
  UNAUTHENTICATED: 'The provider refused the API key, or the subscription is missing or over.',
  FORBIDDEN: 'The API key may not do this, or the operation does not fit the record.',
  NOT_FOUND: 'The provider does not know this record.',
  NOT_OFFERED: 'The provider does not offer this operation.',
  TIMEOUT: 'The provider did not finish in time.',
  CONFLICT: 'The provider holds something that contradicts the input.',
  RATE_LIMITED: 'The provider has had too many requests, or the quota is used up.',
  UNAVAILABLE: 'The provider failed.',
  UNREADABLE: 'The provider answered with an unexpected status.',
};

/**
 * The failure that an answer states, by its body first and its status second; null when it is fine. Error bodies of
 * this host are undocumented (imocha.md#errors), so all shapes of the sister API are read: `{statusCode, message}`,
 * `{errors}` as list, map or text, `{result: null, errors}`, problem details, plain text, HTML, nothing.
 */
export function failureOf(response: HttpResponse): ProviderError | null {
  const { status, headers } = response;
  const success = status >= 200 && status < 300;
  if (success && response.text.length > LONGEST_FAILURE) return null;
  const body = bodyOf(response.text);
  const stated = statedStatus(body);
  if (success && stated === null && !(body?.['result'] === null && hasErrors(body))) return null;

  // A 5xx status stays what it is: what a failing server says of the input is not to be relied on.
  const effective = status >= 500 ? status : (stated ?? (success ? 400 : status));
  const code = codeOf(effective, body);
  return new ProviderError(code, MESSAGES[code] ?? 'The provider failed.', {
    status,
    retryAfterSeconds: code === 'RATE_LIMITED' || code === 'UNAVAILABLE' ? retryAfterOf(headers) : null,
    providerCode: stated === null ? null : String(stated),
    providerMessage: reasonOf(body) ?? plainReason(response.text, status),
    requestId: requestIdOf(body, headers),
    // 501 states that the server does nothing of the kind.
    mayHaveApplied: effective >= 500 && effective !== 501,
  });
}

function codeOf(status: number, body: Json | null): ProblemCode {
  // 401 with a list of errors is bad input (imocha.md#errors): the key is fine, and no alarm about it must go off.
  if (status === 401 && body !== null && hasErrors(body)) return 'REJECTED';
  const code = CODES[status];
  if (code !== undefined) return code;
  if (status >= 500) return 'UNAVAILABLE';
  return status >= 400 ? 'REJECTED' : 'UNREADABLE';
}

function bodyOf(text: string): Json | null {
  const start = text.trimStart();
  if (!start.startsWith('{')) return null;
  try {
    const value: unknown = JSON.parse(start);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** The status in the body: `statusCode`, or `status` beside the `title` of problem details. */
function statedStatus(body: Json | null): number | null {
  if (body === null) return null;
  const value = optionalNumber(body['statusCode'] ?? (typeof body['title'] === 'string' ? body['status'] : undefined));
  return value !== null && value >= 400 && value < 600 ? value : null;
}

function hasErrors(body: Json): boolean {
  const errors = body['errors'];
  if (Array.isArray(errors)) return errors.length > 0;
  return isObject(errors) ? Object.keys(errors).length > 0 : optionalText(errors) !== null;
}

/**
 * What the body says in words. The title of problem details is the same for every refusal, and counts where nothing
 * else is said.
 */
function reasonOf(body: Json | null): string | null {
  if (body === null) return null;
  return providerText(body['message'], body['errors'], body['error'], body['detail']) ?? providerText(body['title']);
}

/** Hosts of this kind name a request in the problem details or in one of these headers; which one is undocumented. */
function requestIdOf(body: Json | null, headers: HttpResponse['headers']): string | null {
  return (
    optionalId(body?.['traceId']) ??
    optionalText(headers['x-request-id']) ??
    optionalText(headers['x-correlation-id']) ??
    optionalText(headers['request-id'])
  );
}

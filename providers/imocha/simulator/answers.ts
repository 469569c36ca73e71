import type { SimResponse } from '../../../src/simulator/simulator.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

const PHRASES: Readonly<Record<number, string>> = {
  401: 'The API key is missing, wrong or expired.',
  403: 'The API key may not do this.',
  404: 'There is no such resource.',
  405: 'The resource does not take this method.',
  429: 'Too many requests, or the quota is used up.',
  501: 'The simulator leaves this operation out.',
};

/** A success in the media type that the host is switched to. */
export function answerOf(body: unknown, contentType: string, status = 200): SimResponse {
  return { status, headers: { 'content-type': contentType }, body: JSON.stringify(body) };
}

/**
 * A failure as the host is assumed to word it (imocha.md#errors): 400 as problem details, 5xx as plain text, the rest
 * with statusCode.
 */
export function refusalOf(status: number, message = PHRASES[status] ?? `Refused with ${status}.`): SimResponse {
  if (status === 400) return badInput({ request: [message] });
  if (status >= 500 && status !== 501) {
    return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'Something went wrong.' };
  }
  return {
    status,
    headers: { 'content-type': JSON_TYPE },
    body: JSON.stringify({ statusCode: status, message }),
  };
}

/** Problem details with the complaints of each field. */
export function badInput(errors: Record<string, string[]>): SimResponse {
  return {
    status: 400,
    headers: { 'content-type': 'application/problem+json; charset=utf-8' },
    body: JSON.stringify({
      type: 'https://tools.ietf.org/html/rfc9110#section-15.5.1',
      title: 'One or more validation errors occurred.',
      status: 400,
      traceId: '00-5f2b6d0c9a7e4b1f8c3d2e1f0a9b8c7d-1a2b3c4d5e6f7a8b-00',
      errors,
    }),
  };
}

/** How the simulated vendor says no (kombo.md#errors, kombo.md#error-codes). */
import { jsonResponse, type SimResponse } from '../../../src/simulator/simulator.ts';
import type { RawError } from '../raw.ts';

/** Thrown anywhere in a handler; becomes the vendor's error answer. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string | null;

  constructor(status: number, code: string | null, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** 400 `PLATFORM.INPUT_INVALID`: the vendor's own validation. */
export function invalid(message: string): Refusal {
  return new Refusal(400, 'PLATFORM.INPUT_INVALID', message);
}

export function rawError(code: string | null, message: string): RawError {
  const title = code === null ? null : (code.split('.')[1] ?? code).toLowerCase().replaceAll('_', ' ');
  return { code, title, message, log_url: 'https://app.kombo.dev/simulator/logs?interactionId=123456' };
}

export function refusalResponse({ status, code, message }: Refusal): SimResponse {
  return jsonResponse(status, { status: 'error', error: rawError(code, message) });
}

/** The code that a status stands for when a fault names the status alone. */
const CODE_OF_STATUS: Readonly<Record<number, string>> = {
  400: 'PLATFORM.INPUT_INVALID',
  401: 'PLATFORM.AUTHENTICATION_INVALID',
  403: 'INTEGRATION.PERMISSION_MISSING',
  429: 'PLATFORM.RATE_LIMIT_EXCEEDED',
  500: 'PLATFORM.UNKNOWN_ERROR',
  502: 'REMOTE.UNKNOWN_HTTP_ERROR',
  503: 'REMOTE.SERVICE_UNAVAILABLE',
  504: 'PLATFORM.TASK_TIMED_OUT',
};

export function refusalOfStatus(status: number): Refusal {
  return new Refusal(status, CODE_OF_STATUS[status] ?? null, `Refused with ${status} by a fault.`);
}

/** Failures that need a whole answer of their own, by the names that `vendor` faults use. */
export const VENDOR_FAULTS: Readonly<Record<string, () => SimResponse>> = {
  /** The load balancer's page (kombo.md#errors). */
  htmlUnavailable: () =>
    plain(503, 'text/html', '<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>'),
  textBadGateway: () => plain(502, 'text/plain', 'Bad Gateway'),
  emptyServerError: () => plain(500, 'text/plain', ''),
  messageOnly: () => jsonResponse(400, { status: 'error', error: { message: 'Something is wrong with the request.' } }),
  unknownCode: () => refusalResponse(new Refusal(422, 'HRIS.SOMETHING_NEW', 'A code of later days.')),
  concurrencyLimit: () =>
    refusalResponse(new Refusal(429, 'PLATFORM.CONCURRENCY_LIMIT_EXCEEDED', 'Too many actions in flight.')),
  credentialExpired: () => refusalResponse(new Refusal(401, 'PLATFORM.AUTHENTICATION_INVALID', 'The key has expired.')),
  modelDisabled: () => refusalResponse(new Refusal(403, 'INTEGRATION.MODEL_DISABLED', 'Switched off in the scope.')),
  actionNotAvailable: () =>
    refusalResponse(new Refusal(400, 'INTEGRATION.ACTION_NOT_AVAILABLE', 'Not offered for this tool.')),
};

function plain(status: number, contentType: string, body: string): SimResponse {
  return { status, headers: { 'content-type': contentType }, body };
}

import { jsonResponse, type SimResponse } from '../../../src/simulator/simulator.ts';
import type { RawError } from '../raw.ts';
import { DEFAULT_SWITCHES, type Switches } from './switches.ts';

/** An answer that is a refusal, thrown by whoever finds the reason. */
export class Refusal extends Error {
  readonly status: number;
  readonly errors: readonly RawError[];

  constructor(status: number, errors: readonly RawError[]) {
    super(`refused with ${status}`);
    this.status = status;
    this.errors = errors;
  }
}

const MESSAGES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Invalid OAuth 2 Request',
  403: 'You are not allowed to do this',
  404: 'Not found',
  422: 'Record is invalid',
  429: 'Too many requests',
  500: 'Internal server error',
  501: 'This operation is not part of the simulator',
  503: 'Service unavailable',
};

/** Which type goes with which status (kantata.md#status-codes). */
export function system(status: number, message = MESSAGES[status] ?? 'Request failed'): Refusal {
  if (status === 401) return new Refusal(status, [{ type: 'oauth', message }]);
  if (status === 422) return new Refusal(status, [{ type: 'validation', message, field: 'base' }]);
  return new Refusal(status, [{ type: 'system', message }]);
}

export function notFound(): Refusal {
  return system(404);
}

/** The refusal as an answer, in the body that the switches ask for (kantata.md#errors). */
export function refusalAnswer({ status, errors }: Refusal, switches: Switches = DEFAULT_SWITCHES): SimResponse {
  if (switches.errorBody === 'message') {
    return jsonResponse(status, { error_message: errors.map(({ message }) => message).join(', ') });
  }
  if (switches.errorBody === 'strings') return jsonResponse(status, { errors: errors.map(({ message }) => message) });
  const shown = errors.map(({ index, ...error }) =>
    index === undefined || !switches.errorIndex
      ? error
      : { ...error, index: switches.errorIndex === 'first' ? 0 : index },
  );
  return jsonResponse(status, { errors: shown });
}

/** Failures of this vendor's own, by the name of the `vendor` fault. */
export const VENDOR_FAULTS: Readonly<Record<string, () => SimResponse>> = {
  credentialRevoked: () => refusalAnswer(system(401)),
  rateLimited: () => refusalAnswer(system(429)),
  /** 504 after three minutes, maybe HTML (kantata.md#wire-format, kantata.md#status-codes). */
  gatewayTimeout: () => ({
    status: 504,
    headers: { 'content-type': 'text/html' },
    body: '<html><body><h1>504 Gateway Time-out</h1></body></html>',
  }),
  /** A failure whatever the status (kantata.md#errors). */
  errorsInSuccess: () => jsonResponse(200, { errors: [{ type: 'system', message: 'Something went wrong' }] }),
  oauthForm: () => jsonResponse(401, { error: 'invalid_token', error_description: 'The access token was revoked' }),
};

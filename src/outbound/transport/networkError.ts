import { ProviderError } from '../../domain/problem.ts';

/** Codes of Node.js and undici with which nothing can have reached the provider's application. */
const BEFORE_SENDING = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_INVALID_ARG',
  // The pool was closed before.
  'UND_ERR_CLOSED',
]);
/**
 * Codes that say the same of connecting alone: a connection that stood and is answered no more ends with what was last
 * heard of the way, else with ETIMEDOUT (Linux, tcp_write_err).
 */
const OF_CONNECTING = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT']);
const TIMEOUTS = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT']);
/**
 * What fails in the handshake: OpenSSL's words on certificates, Node's own, and a server that speaks another protocol. With
 * TLS 1.3 a server's alert on the certificate of the client comes when the request is on its way, which it then does not read.
 */
const HANDSHAKE =
  /^(CERT_|CRL_|UNABLE_TO_|ERR_TLS_)|SELF_SIGNED_CERT|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|WRONG_VERSION|PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|HANDSHAKE_FAILURE|UNRECOGNIZED_NAME|ALERT_(?:NO_|BAD_|UNSUPPORTED_)?CERTIFICATE|UNKNOWN_CA$/;

/** What else is wrong with the two sides of a handshake; an alert of an internal error may pass. */
const OF_TLS = /^EPROTO$|^ERR_SSL_(?!.*INTERNAL_ERROR)/;

const beforeConnection = new WeakSet<Error>();

/** Marks the failure of a connection that never stood, TLS included: no request can have gone out on it. */
export function failedToConnect(error: Error): Error {
  beforeConnection.add(error);
  return error;
}

/** A network failure as ProviderError. */
export function networkError(error: unknown): ProviderError {
  const code = textOf(error, 'code');
  const isConnecting = error instanceof Error && beforeConnection.has(error);
  if (HANDSHAKE.test(code) || (isConnecting && OF_TLS.test(code))) {
    const message = "TLS with the provider was not agreed on, e.g. because of its certificate or the address's scheme.";
    return new ProviderError('UNREACHABLE', message, { retryable: false, cause: error });
  }
  const timeout = TIMEOUTS.has(code);
  const isBefore =
    isConnecting || BEFORE_SENDING.has(code) || (OF_CONNECTING.has(code) && textOf(error, 'syscall') === 'connect');
  return new ProviderError(
    timeout ? 'TIMEOUT' : 'UNREACHABLE',
    timeout ? 'The provider did not answer in time.' : 'The provider could not be reached, or the connection broke.',
    { mayHaveApplied: !isBefore, cause: error },
  );
}

/** A property of an error, else of its cause or of the first of those that it stands for, as of several addresses. */
function textOf(error: unknown, name: 'code' | 'syscall'): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : null;
  const texts = [error, error instanceof Error ? error.cause : null, first].map((each) =>
    typeof each === 'object' && each !== null ? (each as Readonly<Record<string, unknown>>)[name] : '',
  );
  return texts.find((text): text is string => typeof text === 'string' && text !== '') ?? '';
}

import type { ErrorCode } from './errorCodes.ts';

/** A request refused before GraphQL sees it: answered with a status and a GraphQL-over-HTTP error. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  readonly code: ErrorCode;
  readonly headers: Record<string, string>;
  /** Further extensions beside the code. */
  readonly extensions: Record<string, unknown>;

  constructor(
    status: number,
    code: ErrorCode,
    message: string,
    headers: Record<string, string> = {},
    extensions: Record<string, unknown> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
    this.extensions = extensions;
  }

  /** For the log: one word of a closed list, nothing that the client sent. */
  get reason(): string {
    const { reason } = this.extensions;
    return typeof reason === 'string' ? reason : this.code;
  }

  /** The response body: a GraphQL result without data. */
  toJSON(): { errors: { message: string; extensions: Record<string, unknown> }[] } {
    return { errors: [{ message: this.message, extensions: { code: this.code, ...this.extensions } }] };
  }
}

/**
 * Refuses the document that a request names, like any other invalid document: the status is for clients that accept the
 * media type of GraphQL, and is 200 under `application/json` (GraphQL over HTTP, 6.4.1).
 */
export class DocumentHttpError extends HttpError {}

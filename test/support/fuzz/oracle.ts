import { readFileSync } from 'node:fs';
import type { GraphQLSchema } from 'graphql';
import { wrongType } from './accept.ts';
import type { FuzzCase } from './cases.ts';
import type { Heard } from './send.ts';

/** What is wrong with an answer, a line each; none: it is as promised. */
export type Oracle = (fuzzCase: FuzzCase, heard: Heard) => string[];

export interface OracleOptions {
  schema: GraphQLSchema;
  /** Texts that no answer may hold: tokens, addresses of upstreams, what a provider's error said. */
  secrets: readonly string[];
  /** Milliseconds that any answer may take. */
  slowMs: number;
}

/** As docs/errors.md and GraphQL over HTTP have them; 431 is Node's own, for headers too long. */
const STATUSES = new Set([200, 204, 400, 401, 403, 404, 405, 406, 413, 414, 415, 421, 429, 431]);

/** Normal closures, too much, no text, and those of graphql-transport-ws, which are about the client. */
const CLOSE_CODES = new Set([1000, 1003, 1007, 1009, 4400, 4401, 4403, 4408, 4409, 4429]);

/** Never part of an answer, whatever was asked; nothing generated holds them. */
const INTERNALS = [
  /\n\s+at .+:\d+:\d+/,
  /\\n\s+at [^"]+:\d+:\d+/,
  /node_modules|node:internal|file:\/\//,
  /\/(?:work|home|usr|tmp|app|var)\/[\w./-]+/,
  /\b\w+\.(?:ts|js|mjs):\d+/,
  /ProviderError|TypeError|RangeError|ReferenceError|SyntaxError|AssertionError|GraphQLError|ECONN|ENOENT/,
  /Cannot (?:read|set|convert|destructure)|is not a function|is not iterable|Maximum call stack|undefined is not/,
  /\bSELECT [\w", *]+ FROM\b|\bINSERT INTO\b|invalid byte sequence|unsupported Unicode|syntax error at or near/i,
  /redis\.call|KEYS\[|WRONGTYPE|ERR /,
];

/** Codes that nothing a client sends may bring about, while stores and gateway are up. */
const NEVER = new Set(['INTERNAL', 'STORE_UNAVAILABLE', 'SHUTTING_DOWN']);

export function createOracle({ schema, secrets, slowMs }: OracleOptions): Oracle {
  const codes = documentedCodes(schema);
  return (fuzzCase, heard) => {
    if (fuzzCase.leaves) return [];
    const { status, body, milliseconds, failure } = heard;
    const complaints: string[] = [];
    // Node's own, before there is a request.
    if (status === 431) return body === '' ? [] : ['431 with a body'];
    if (failure) return [`${failure} after ${Math.round(milliseconds)} ms`];
    if (milliseconds > slowMs) complaints.push(`slow: ${Math.round(milliseconds)} ms`);
    for (const pattern of INTERNALS) {
      const found = pattern.exec(body)?.[0];
      if (found !== undefined) complaints.push(`internals: ${found}`);
    }
    for (const secret of secrets) if (body.includes(secret)) complaints.push(`secret: ${secret}`);
    const [known, parts] =
      fuzzCase.transport === 'ws'
        ? [CLOSE_CODES.has(status) || status === 0, messagesOf(body)]
        : [STATUSES.has(status), partsOf(heard)];
    if (!known) complaints.push(`status ${status}`);
    // Other routes have one form of answer.
    const isNegotiated = status === 200 && fuzzCase.path.startsWith('/graphql');
    const wrong = isNegotiated
      ? wrongType(String(heard.headers['content-type'] ?? ''), fuzzCase.headers['accept'])
      : null;
    if (wrong !== null) complaints.push(`media type ${wrong}`);
    if (parts === null) return [...complaints, `no JSON with ${status}`];
    for (const part of parts) complaints.push(...wrongIn(part, codes));
    const isRefused = parts.every((part) => !('data' in part) && !('incremental' in part));
    // A refusal quotes what it refuses; it must not be a way to have much sent for little.
    if (isRefused && body.length > 150_000 + 3 * (fuzzCase.body.length + fuzzCase.path.length)) {
      complaints.push(`${body.length} bytes for ${fuzzCase.body.length}`);
    }
    return complaints;
  };
}

/** The codes in the documentation: of the schema's description of Query, and of docs/errors.md. */
export function documentedCodes(schema: GraphQLSchema): ReadonlySet<string> {
  const description = schema.getQueryType()?.description ?? '';
  const table = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
  const codes = [...`${description} ${table}`.matchAll(/\b[A-Z]+(?:_[A-Z]+)*\b/g)].map(([code]) => code);
  return new Set(codes.filter((code) => code.length > 4));
}

type Part = Record<string, unknown>;

function wrongIn(part: Part, codes: ReadonlySet<string>): string[] {
  const { errors, incremental } = part;
  const complaints: string[] = [];
  if (!['data', 'errors', 'incremental', 'hasNext', 'status', 'ready'].some((key) => key in part)) {
    complaints.push('neither data nor errors');
  }
  for (const inner of Array.isArray(incremental) ? (incremental as Part[]) : [])
    complaints.push(...wrongIn(inner, codes));
  if (errors === undefined) return complaints;
  if (!Array.isArray(errors) || errors.length === 0) return [...complaints, 'errors is no list'];
  for (const error of errors as { message?: unknown; extensions?: { code?: unknown } }[]) {
    const code = error.extensions?.code;
    if (typeof error.message !== 'string' || error.message === '') complaints.push('an error without a message');
    if (typeof code !== 'string') complaints.push(`an error without a code: ${String(error.message).slice(0, 200)}`);
    else if (NEVER.has(code) || !codes.has(code))
      complaints.push(`code ${code}: ${String(error.message).slice(0, 200)}`);
  }
  return [...new Set(complaints)];
}

/** The results in an answer; null where one is no JSON. */
export function partsOf({ status, headers, body }: Heard): Part[] | null {
  const type = String(headers['content-type'] ?? '');
  if (status === 204 && body === '') return [];
  if (type.startsWith('text/html')) return [];
  let texts = [body];
  if (type.startsWith('multipart/mixed')) {
    texts = [...body.matchAll(/\r\n\r\n(\{[^]*?)\r\n-{2,3}/g)].map(([, text]) => text ?? '');
  } else if (type.startsWith('text/event-stream')) {
    texts = [...body.matchAll(/^data: (.+)$/gm)].map(([, text]) => text ?? '');
  }
  return parsed(texts);
}

/** The results in the messages of a WebSocket; null where one is no JSON. */
function messagesOf(body: string): Part[] | null {
  const messages = parsed(body.split('\n').filter((line) => line !== ''));
  return (
    messages?.flatMap(({ type, payload }) => {
      if (type === 'next') return [{ ...(payload as object) }];
      return type === 'error' ? [{ errors: payload }] : [];
    }) ?? null
  );
}

function parsed(texts: readonly string[]): Part[] | null {
  try {
    const values = texts.map((text) => JSON.parse(text) as unknown);
    return values.every((value) => typeof value === 'object' && value !== null) ? (values as Part[]) : null;
  } catch {
    return null;
  }
}

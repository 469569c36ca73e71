/** The fault matrix as data: what each fault makes of a read and of writes, for every provider. */
import type { SourceState } from '../../src/domain/employeeSkill.ts';
import type { ProblemCode } from '../../src/domain/problem.ts';
import type { TaskItemState } from '../../src/tasks/task.ts';
import type { Befalling } from '../support/faults/faults.ts';
import type { TriedWrite } from '../support/faults/faultyWrites.ts';

export const PROVIDERS = ['kombo', 'imocha', 'kantata'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** What becomes of a read where nothing was read before. Where something was, UNREACHABLE is STALE. */
export interface ReadCell {
  state: SourceState;
  code: ProblemCode | null;
  attempts: number;
  /** How long it takes, in milliseconds: least and most. */
  takes: readonly [number, number];
  /** Whether the rows come, though it is neither old nor refused. */
  rows?: boolean;
  drift?: number;
}

/** What becomes of an item in the end, and how many requests that change something were sent on the way. */
export interface WriteCell {
  state: TaskItemState;
  code: ProblemCode | null;
  sent: number;
  /** How long it takes to its end, in milliseconds, with the engine's pauses between its tries. */
  takes: number;
}

/** `write` may be repeated, by itself or after reading back; `once` may not. */
export interface Cells {
  read: ReadCell;
  write: WriteCell;
  once: WriteCell;
}

export interface Row extends Cells {
  name: string;
  /** What befalls; of two the first befalls reads, the second writes. */
  what: Befalling | Readonly<Record<Provider, Befalling | readonly [Befalling, Befalling]>>;
  /** Where a provider differs, by its page in docs/providers. */
  but?: Partial<Record<Provider, Partial<Cells>>>;
}

/** The writes that stand for each provider's. Kantata has none that may not be repeated: it reads back. */
export const WRITES: Readonly<Record<Provider, Readonly<Record<'write' | 'once', TriedWrite | null>>>> = {
  kombo: { write: 'rate', once: 'upsertEmployees' },
  imocha: { write: 'upsertEmployees', once: 'addCertificates' },
  kantata: { write: 'rate', once: null },
};

/** The engine's tries of an item, and the requests of a try that may be repeated by itself. */
const TRIES = 8;
const THRICE = 3 * TRIES;

const AT_ONCE = [0, 0] as const;
/** Two waits of the backoff, whose jitter the tests hold still. */
const REPEATS_MS = 397;
const BACKOFF = [REPEATS_MS, REPEATS_MS] as const;
const DEADLINE = [10_000, 10_000] as const;

function gap(code: ProblemCode, attempts = 1, takes: ReadCell['takes'] = AT_ONCE, drift = 0): ReadCell {
  return { state: 'UNREACHABLE', code, attempts, takes, drift };
}
const FRESH: ReadCell = { state: 'FRESH', code: null, attempts: 1, takes: AT_ONCE, rows: true };
const NOBODY: ReadCell = { ...FRESH, rows: false };
const UNSUPPORTED: ReadCell = { state: 'UNSUPPORTED', code: 'NOT_OFFERED', attempts: 1, takes: AT_ONCE };

/** The engine's pauses between all its tries, none shorter than a provider asks for. */
const between = (seconds = 0): number =>
  [1, 2, 4, 8, 16, 32, 60].reduce((sum, pause) => sum + Math.max(pause, seconds), 0) * 1_000;
/** Where answers come at once: the engine's pauses, and those within each of its tries. */
const usual = (sent: number): number => (sent < TRIES ? 0 : between()) + (sent < THRICE ? 0 : TRIES * REPEATS_MS);

const failed = (code: ProblemCode, sent = 1, takes = usual(sent)): WriteCell => ({
  state: 'FAILED',
  code,
  sent,
  takes,
});
const unknown = (sent = 1, takes = usual(sent)): WriteCell => ({
  state: 'OUTCOME_UNKNOWN',
  code: 'OUTCOME_UNKNOWN',
  sent,
  takes,
});
const DONE: WriteCell = { state: 'SUCCEEDED', code: null, sent: 1, takes: 0 };

const refused = (status: number, body?: string, headers?: Record<string, string>): Befalling => ({
  kind: 'status',
  status,
  ...(body === undefined ? {} : { body }),
  ...(headers ? { headers } : {}),
});
const json = (status: number, body: unknown, headers: Record<string, string> = {}): Befalling =>
  refused(status, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
const kombo = (status: number, code: string, headers?: Record<string, string>) =>
  json(status, { status: 'error', error: { code, title: null, message: 'No.', log_url: null } }, headers);

const HTML = '<!doctype html><title>Service unavailable</title><h1>503</h1>';
const HTML_TYPE = { 'content-type': 'text/html' };
/** Two seconds after the moment of the answer, by the clock that the answer shows. */
const inTwoSeconds = (hour: string) => ({
  'retry-after': `Mon, 02 Mar 2026 ${hour}:00:02 GMT`,
  date: `Mon, 02 Mar 2026 ${hour}:00:00 GMT`,
});

/**
 * An answer that is lost, whatever way, after the provider has done what was asked: by reading back Kantata shows it.
 */
const READ_BACK = { write: DONE };
/** The same where the provider did nothing: Kantata's reading back shows that, so that it may be tried again. */
const notThere = (code: ProblemCode) => ({ write: failed(code, TRIES) });
/**
 * Failures without a code that Kombo's guide does not call safe to repeat (kombo.md#error-codes): reads are not, writes
 * by the engine alone.
 */
const NOT_BY_ITSELF = { read: gap('UNAVAILABLE'), write: unknown(TRIES) };

const notReached = (code: ProblemCode, read: ReadCell, eachMs = 0): Cells => ({
  read,
  write: failed(code, THRICE, usual(THRICE) + THRICE * eachMs),
  once: failed(code, TRIES, usual(TRIES) + TRIES * eachMs),
});
/** Refused with the seconds to wait, which a call waits by itself where they are few. */
const slowed = (seconds: number): Cells => {
  const isShort = seconds <= 5;
  const waits = isShort ? 2_000 * seconds : 0;
  return {
    read: gap('RATE_LIMITED', isShort ? 3 : 1, [waits, waits]),
    write: failed('RATE_LIMITED', isShort ? THRICE : TRIES, between(seconds) + TRIES * waits),
    once: failed('RATE_LIMITED', TRIES, between(seconds)),
  };
};
const refusedFor = (code: ProblemCode): Cells => ({ read: gap(code), write: failed(code), once: failed(code) });
const failing = (read: ReadCell): Cells => ({ read, write: unknown(THRICE), once: unknown() });
/** Nobody repeats within its call what takes so long; a reader is gone before. */
const late = (milliseconds: number): Cells => ({
  read: gap('TIMEOUT', 1, DEADLINE),
  write: unknown(TRIES, between() + TRIES * milliseconds),
  once: unknown(1, milliseconds),
});
const illegible = (drift = 0): Cells => ({
  read: gap('UNREADABLE', 1, AT_ONCE, drift),
  write: unknown(TRIES),
  once: unknown(),
});

/** Faults that may befall anybody. */
export const ROWS: readonly Row[] = [
  {
    name: 'connection refused',
    what: { kind: 'refused' },
    ...notReached('UNREACHABLE', gap('UNREACHABLE', 3, BACKOFF)),
    // The read that comes first finds nobody.
    but: { kantata: { write: failed('UNREACHABLE', 0, usual(THRICE)) } },
  },
  {
    name: 'connect timeout',
    what: { kind: 'connectTimeout' },
    // Three times three seconds and the waits between, or the deadline if that is less.
    ...notReached('TIMEOUT', gap('TIMEOUT', 3, [9_000 + REPEATS_MS, 9_000 + REPEATS_MS]), 3_000),
    but: { kantata: { write: failed('TIMEOUT', 0, usual(THRICE) + THRICE * 3_000) } },
  },
  {
    name: 'reset',
    what: { kind: 'reset' },
    ...failing(gap('UNREACHABLE', 3, BACKOFF)),
    but: { kantata: notThere('UNREACHABLE') },
  },
  {
    name: 'answer lost',
    what: { kind: 'answerLost' },
    ...failing(gap('UNREACHABLE', 3, BACKOFF)),
    but: { kantata: READ_BACK },
  },
  {
    name: 'slow headers',
    what: { kind: 'hang' },
    ...late(120_000),
    but: { kantata: { write: failed('TIMEOUT', TRIES, between() + TRIES * 185_000) } },
  },
  {
    name: 'slow body',
    what: { kind: 'stall' },
    ...late(120_000),
    but: { kantata: { write: { ...DONE, takes: 185_000 } } },
  },
  {
    name: 'body without an end',
    what: { kind: 'drip' },
    ...late(150_000),
    but: { kantata: { write: { ...DONE, takes: 200_000 } } },
  },
  { name: '401', what: refused(401), ...refusedFor('UNAUTHENTICATED') },
  { name: '401 without a body', what: refused(401, ''), ...refusedFor('UNAUTHENTICATED') },
  {
    name: 'credentials expired',
    what: {
      kombo: kombo(400, 'INTEGRATION.AUTHENTICATION_INVALID'),
      imocha: json(401, { statusCode: 401, message: 'Access denied due to invalid subscription key.' }),
      kantata: { kind: 'vendor', name: 'credentialRevoked' },
    },
    ...refusedFor('UNAUTHENTICATED'),
  },
  {
    name: '403',
    what: refused(403),
    ...refusedFor('FORBIDDEN'),
    // Ratings are among the lists that a tenant may lack.
    but: { kombo: { read: UNSUPPORTED } },
  },
  {
    name: '404',
    what: refused(404),
    read: UNSUPPORTED,
    write: failed('NOT_OFFERED'),
    once: failed('NOT_FOUND'),
    but: {
      kombo: { write: failed('NOT_FOUND') },
      // An employee whom the vendor does not know has no ratings; certificates are tried under both of its ids.
      imocha: { read: NOBODY, once: failed('NOT_OFFERED', 2) },
    },
  },
  {
    name: '409 of the first sync',
    what: { kombo: kombo(409, 'INTEGRATION.SETUP_SYNC_PENDING'), imocha: refused(409), kantata: refused(409) },
    ...refusedFor('CONFLICT'),
    but: {
      kombo: {
        read: gap('FIRST_SYNC_PENDING'),
        write: failed('FIRST_SYNC_PENDING', TRIES, between(60)),
        once: failed('FIRST_SYNC_PENDING', TRIES, between(60)),
      },
    },
  },
  {
    name: '429 with Retry-After',
    what: refused(429, undefined, { 'retry-after': '2' }),
    ...slowed(2),
    but: { kantata: { write: failed('RATE_LIMITED', TRIES, between(2)) } },
  },
  {
    name: '429 with a long Retry-After',
    what: refused(429, undefined, { 'retry-after': '30' }),
    ...slowed(30),
  },
  {
    name: '429 without Retry-After',
    what: refused(429, 'slow down'),
    ...notReached('RATE_LIMITED', gap('RATE_LIMITED', 3, BACKOFF)),
    // Three of the first visit, and then ever longer pauses, with some jitter: one of each visit later.
    write: failed('RATE_LIMITED', 3 + TRIES - 1, 133_988),
    // Reads that are answered well come between.
    but: { kantata: { write: failed('RATE_LIMITED', TRIES) } },
  },
  {
    name: '429 by a clock an hour ahead',
    what: refused(429, undefined, inTwoSeconds('11')),
    ...slowed(2),
    but: { kantata: { write: failed('RATE_LIMITED', TRIES, between(2)) } },
  },
  {
    name: '429 by a clock an hour behind',
    what: refused(429, undefined, inTwoSeconds('09')),
    ...slowed(2),
    but: { kantata: { write: failed('RATE_LIMITED', TRIES, between(2)) } },
  },
  {
    name: '500',
    what: refused(500),
    ...failing(gap('UNAVAILABLE', 3, BACKOFF)),
    but: { kombo: NOT_BY_ITSELF, kantata: notThere('UNAVAILABLE') },
  },
  {
    name: '500 without a body',
    what: refused(500, ''),
    ...failing(gap('UNAVAILABLE', 3, BACKOFF)),
    but: { kombo: NOT_BY_ITSELF, kantata: notThere('UNAVAILABLE') },
  },
  {
    name: '502 as text',
    what: refused(502, 'Bad Gateway'),
    ...failing(gap('UNAVAILABLE', 3, BACKOFF)),
    but: { kombo: NOT_BY_ITSELF, kantata: notThere('UNAVAILABLE') },
  },
  {
    name: '503 as HTML',
    what: refused(503, HTML, HTML_TYPE),
    ...failing(gap('UNAVAILABLE', 3, BACKOFF)),
    but: { kantata: notThere('UNAVAILABLE') },
  },
  {
    name: 'HTML under 200',
    what: refused(200, HTML, HTML_TYPE),
    ...illegible(),
    but: { kantata: notThere('UNREADABLE') },
  },
  {
    name: 'truncated JSON',
    what: { kind: 'truncate' },
    ...illegible(),
    // A success is all that a certificate's answer says.
    but: { imocha: { once: DONE }, kantata: READ_BACK },
  },
  {
    name: 'empty body',
    what: { kind: 'emptyBody' },
    ...illegible(1),
    but: { imocha: { once: DONE }, kantata: READ_BACK },
  },
  {
    name: 'wrong media type',
    what: { kind: 'contentType', value: 'text/html' },
    read: FRESH,
    write: DONE,
    once: DONE,
  },
  { name: '10 MB of body', what: { kind: 'pad', bytes: 10_000_000 }, read: FRESH, write: DONE, once: DONE },
  {
    name: 'more body than is read',
    what: { kind: 'pad', bytes: 21_000_000 },
    ...illegible(),
    but: { kantata: READ_BACK },
  },
  {
    name: 'drifted rows',
    what: {
      kombo: [
        { kind: 'drift', path: 'data.results.*.skill_id' },
        { kind: 'drift', path: 'data.id', value: {} },
      ],
      imocha: [
        { kind: 'drift', path: 'skills.*.skill.skillId', value: null },
        { kind: 'drift', path: 'successful.*', value: 7 },
      ],
      kantata: { kind: 'drift', path: 'skill_memberships.*.user_id', value: {} },
    },
    ...illegible(1),
    but: { imocha: { once: DONE }, kantata: READ_BACK },
  },
  {
    name: 'drifted envelope',
    what: {
      kombo: { kind: 'drift', path: 'data', value: 7 },
      imocha: [
        { kind: 'drift', path: 'skills', value: 7 },
        { kind: 'drift', path: 'successful', value: 'all' },
      ],
      kantata: { kind: 'drift', path: 'results', value: 7 },
    },
    ...illegible(1),
    but: { imocha: { once: DONE }, kantata: READ_BACK },
  },
];

/** The HR system behind Kombo does not answer. */
export const HR_SYSTEM_DOWN: Befalling = kombo(503, 'REMOTE.SERVICE_UNAVAILABLE');

/** What a vendor's own code means, whatever the status says. */
export const OWN_ROWS: Readonly<Record<Provider, readonly Omit<Row, 'but'>[]>> = {
  kombo: [
    {
      name: 'a first sync told as 503',
      what: json(503, { status: 'error', error: { message: "The first sync didn't finish yet." } }),
      read: gap('FIRST_SYNC_PENDING'),
      write: unknown(TRIES, between(60)),
      once: unknown(),
    },
    {
      name: 'too many requests, with the reset of the window',
      what: kombo(429, 'PLATFORM.RATE_LIMIT_EXCEEDED', { 'ratelimit-reset': '3' }),
      ...slowed(3),
    },
    {
      name: 'too many in flight, with the reset of another window',
      what: kombo(429, 'PLATFORM.CONCURRENCY_LIMIT_EXCEEDED', { 'ratelimit-reset': '57' }),
      ...slowed(1),
    },
    {
      name: 'credentials of the HR system refused under 200',
      what: kombo(200, 'INTEGRATION.AUTHENTICATION_INVALID'),
      ...refusedFor('UNAUTHENTICATED'),
    },
    {
      name: 'an integration that is not set up under 400',
      what: kombo(400, 'INTEGRATION.SETUP_INCOMPLETE'),
      ...refusedFor('SETUP_INCOMPLETE'),
    },
    {
      name: 'a model that is switched off under 400',
      what: kombo(400, 'INTEGRATION.MODEL_DISABLED'),
      read: UNSUPPORTED,
      write: failed('NOT_OFFERED'),
      once: failed('NOT_OFFERED'),
    },
    {
      name: 'an HR system that is down',
      what: HR_SYSTEM_DOWN,
      ...failing(gap('UNAVAILABLE', 3, BACKOFF)),
    },
  ],
  imocha: [
    {
      name: '401 for bad input',
      what: json(401, { errors: ['email is not valid'] }),
      ...refusedFor('REJECTED'),
    },
    {
      name: 'too many requests under 200',
      what: json(200, { statusCode: 429, message: 'Rate limit is exceeded.' }, { 'retry-after': '2' }),
      ...slowed(2),
    },
    {
      name: 'a refusal in the body of a failure',
      what: json(500, { statusCode: 400, message: 'Bad.' }),
      ...failing(gap('UNAVAILABLE', 3, BACKOFF)),
    },
  ],
  kantata: [
    {
      name: 'an error of type oauth under 400',
      what: json(400, { errors: [{ type: 'oauth', message: 'Invalid.' }] }),
      ...refusedFor('UNAUTHENTICATED'),
    },
    {
      name: 'the form of OAuth under 400',
      what: json(400, { error: 'invalid_token', error_description: 'Revoked.' }),
      ...refusedFor('UNAUTHENTICATED'),
    },
    { name: 'errors as text', what: json(422, { errors: ['No.'] }), ...refusedFor('REJECTED') },
    { name: 'an error message alone', what: json(403, { error_message: 'No.' }), ...refusedFor('FORBIDDEN') },
    {
      name: 'errors under 200',
      what: { kind: 'vendor', name: 'errorsInSuccess' },
      read: gap('UNAVAILABLE', 3, BACKOFF),
      write: failed('UNAVAILABLE', TRIES),
      once: unknown(),
    },
    {
      name: '504 as HTML',
      what: { kind: 'vendor', name: 'gatewayTimeout' },
      read: gap('UNAVAILABLE', 3, BACKOFF),
      write: failed('UNAVAILABLE', TRIES),
      once: unknown(),
    },
  ],
};

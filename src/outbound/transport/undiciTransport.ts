import { buildConnector, DecoratorHandler, Pool, type Dispatcher } from 'undici';
import { ProviderError } from '../../domain/problem.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { beginsAsText, charsetOf, compressionsOf, decoded } from './bodyText.ts';
import { timedSignal } from './attemptSignal.ts';
import { failedToConnect, networkError } from './networkError.ts';
import { raceAbort } from '../../lib/raceAbort.ts';
import type { TryTimes } from '../policy/attemptTimeouts.ts';

/**
 * A request as it goes to a provider. `path` begins with / and is relative to the integration's base URL; it holds the
 * query.
 */
export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  headers: Record<string, string>;
  body?: string | undefined;
  signal?: AbortSignal | undefined;
  /** How long it may take, once it goes out. */
  times: TryTimes;
  /**
   * Called at the last instant before the first byte, with the connection at hand; what it throws ends the request
   * unsent.
   */
  leave?: (() => void) | undefined;
}

/** An answer. Header names are lower case; repeated headers are joined by a comma. */
export interface HttpResponse {
  status: number;
  headers: Record<string, string | undefined>;
  text: string;
}

/**
 * Sends one request; rejects with ProviderError UNREACHABLE or TIMEOUT, or with the signal's reason when aborted. What
 * did not call the request's `leave` counts as not sent.
 */
export interface Transport {
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Sends nothing more; breaks off what is not over after so long, a little while when left out. */
  close(graceMs?: number): Promise<void>;
}

export interface TransportOptions {
  /** Connections kept to the provider; requests beyond wait. */
  connections: number;
  connectTimeoutMs: number;
  /** Longest body read, in bytes; a longer one is UNREADABLE. */
  maxBodyBytes: number;
}

/** When a process stops, which is given some ten seconds: whoever waits has been told before. */
const CLOSE_MS = 2_000;

/** A Transport over undici's Pool: keep-alive, and a quarter less CPU a call than fetch, as measured. */
export function undiciTransport(baseUrl: string, options: TransportOptions): Transport {
  const base = new URL(baseUrl);
  const prefix = base.pathname.replace(/\/$/, '');
  const pool = new Pool(base.origin, {
    connections: options.connections,
    connect: connector(options.connectTimeoutMs),
  });
  let closed: Promise<void> | null = null;
  return {
    async send({ method, path, headers, body, signal, times, leave }) {
      signal?.throwIfAborted();
      // Not undici's time limits alone: each piece of a body, and each answer of 102 before the real one, begins them
      // anew.
      const ending = timedSignal(times.wholeMs, signal, overdue());
      try {
        const sent = (leave ? pool.compose(leavingBy(leave)) : pool).request({
          method,
          path: prefix + path,
          // Bodies are read as they come.
          headers: { 'accept-encoding': 'identity', ...headers },
          headersTimeout: times.silentMs,
          bodyTimeout: times.silentMs,
          ...(body === undefined ? {} : { body }),
          signal: ending.signal,
        });
        // undici hears of an abort only once the request has a connection (api-request.js, 7.30), which may take
        // seconds.
        const response = await raceAbort(sent, ending.signal);
        const declared = Number(response.headers['content-length'] ?? 0);
        if (declared > options.maxBodyBytes) {
          // Destroying an unread body emits an error, which nobody else would catch.
          response.body.on('error', () => {}).destroy();
          throw tooLarge();
        }
        return {
          status: response.statusCode,
          headers: Object.fromEntries(
            Object.entries(response.headers).map(([name, value]) => [
              name,
              Array.isArray(value) ? value.join(', ') : value,
            ]),
          ),
          text: await textOf(response, declared, options.maxBodyBytes),
        };
      } catch (error) {
        if (ending.late) throw ending.late;
        if (signal?.aborted) throw signal.reason;
        if (error instanceof ProviderError) throw error;
        throw networkError(error);
      } finally {
        ending.clear();
      }
    },
    async close(graceMs = CLOSE_MS) {
      closed ??= pool.close();
      // Also when it is closed already: whoever comes later may be in more of a hurry.
      const breakOff = setTimeout(() => void pool.destroy(), graceMs);
      await closed.finally(() => clearTimeout(breakOff));
    },
  };
}

/** undici's connector, whose failures say that no request went out: what is meant to be sent once needs to know. */
function connector(timeout: number): buildConnector.connector {
  const connect = buildConnector({ timeout });
  return (target, done) => {
    connect(target, (...result) => {
      if (result[0]) failedToConnect(result[0]);
      done(...result);
    });
  };
}

/**
 * Calls `leave` when undici has a connection for the request and is about to write it (client-h1.js, 7.30: onConnect).
 */
function leavingBy(leave: () => void): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    const onRequestStart: Dispatcher.DispatchHandler['onRequestStart'] = (controller, context) => {
      leave();
      handler.onRequestStart?.(controller, context);
    };
    return dispatch(options, Object.assign(new DecoratorHandler(handler), { onRequestStart }));
  };
}

/** The end of a try that is never silent for long, and never done. */
export function overdue(): ProviderError {
  return new ProviderError('TIMEOUT', 'The provider did not finish its answer in time.', { mayHaveApplied: true });
}

/** The body as text. `declared` is its length as the headers have it, 0 where they do not. */
async function textOf({ statusCode, headers, body }: Dispatcher.ResponseData, declared: number, most: number) {
  const compressions = compressionsOf(headers['content-encoding']);
  const charset = charsetOf(headers['content-type']);
  // undici holds a body to its declared length; one without is counted. Counting is a tenth of a page's reading.
  if (compressions.length === 0 && charset === null && declared > 0) return body.text();
  const bytes = await boundedBytes(body, most);
  // A failure's status says enough, and a proxy may name a coding of what it has uncompressed, or of nothing.
  if (compressions.length > 0 && statusCode < 400 && !beginsAsText(bytes)) throw compressed(compressions);
  return charset === null ? bytes.toString('utf8') : decoded(bytes, charset);
}

async function boundedBytes(body: AsyncIterable<Buffer>, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > most) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function tooLarge(): ProviderError {
  return new ProviderError('UNREADABLE', 'The provider sent more than the gateway reads.', { mayHaveApplied: true });
}

function compressed(codings: readonly string[]): ProviderError {
  const message = `The provider compressed its answer (${codings.join(', ')}) though it was asked not to.`;
  return new ProviderError('UNREADABLE', message, { mayHaveApplied: true });
}

/** A Transport straight into a simulator, without a socket: the same bytes, for tests and the sandbox. */
export function simulatorTransport(simulator: Simulator, basePath: string): Transport {
  return {
    async send({ method, path, headers, body, signal, leave }) {
      signal?.throwIfAborted();
      leave?.();
      const url = new URL(basePath.replace(/\/$/, '') + path, 'http://simulator');
      const lowerCase = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
      const handled = simulator.handle({
        method,
        path: url.pathname,
        query: url.searchParams,
        headers: lowerCase,
        body: body ?? '',
      });
      const answer = await raceAbort(handled, signal);
      if (answer.broken === 'reset') throw networkError(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
      if (answer.broken) {
        // Without a signal nothing would ever end the wait but the socket's own time limit, which no socket keeps here.
        if (signal) await raceAbort(new Promise(() => {}), signal);
        if (answer.broken === 'drip') throw overdue();
        const code = answer.broken === 'hang' ? 'UND_ERR_HEADERS_TIMEOUT' : 'UND_ERR_BODY_TIMEOUT';
        throw networkError(Object.assign(new Error(answer.broken), { code }));
      }
      const named = Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), value] as const);
      return { status: answer.status, headers: Object.fromEntries(named), text: answer.body };
    },
    close: () => Promise.resolve(),
  };
}

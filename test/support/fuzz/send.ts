import { Agent, request as httpRequest } from 'node:http';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { FuzzCase } from './cases.ts';

/** What came back. */
export interface Heard {
  /** Of HTTP; of a WebSocket 0, or the code it was closed with. */
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** The body, or all messages in lines. */
  body: string;
  milliseconds: number;
  /** How it failed instead of an answer. */
  failure: 'silence' | 'broken off' | null;
}

/** Longer than any deadline of the gateway: a request without an answer by then has none. */
const SILENCE_MS = 20_000;

/** A stream has said what it has to say when it is quiet so long. */
const QUIET_MS = 60;

/** How an event ends after which other parts of the same answer come. */
const MORE_PARTS = /"hasNext":true\}\s*$/;

export interface Sender {
  send(fuzzCase: FuzzCase): Promise<Heard>;
  close(): void;
}

/**
 * Sends one case after another, on one HTTP connection that is kept and one WebSocket that is opened anew when it is closed;
 * with the key, unless the case has another.
 */
export function createSender(url: string, key: string | null): Sender {
  const access: Record<string, string> = key === null ? {} : { authorization: `Bearer ${key}` };
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let socket: WebSocket | null = null;

  const overSocket = async (fuzzCase: FuzzCase): Promise<Heard> => {
    if (!socket || socket.readyState !== socket.OPEN) socket = await openSocket(url, access);
    return exchange(socket, fuzzCase);
  };

  return {
    send: (fuzzCase) =>
      fuzzCase.transport === 'ws' ? overSocket(fuzzCase) : overHttp(url, agent, withHeaders(fuzzCase, access)),
    close() {
      agent.destroy();
      socket?.terminate();
    },
  };
}

function withHeaders(fuzzCase: FuzzCase, headers: Record<string, string>): FuzzCase {
  return { ...fuzzCase, headers: { ...headers, ...fuzzCase.headers } };
}

function overHttp(url: string, agent: Agent, { method, path, headers, body, leaves }: FuzzCase): Promise<Heard> {
  const { hostname, port } = new URL(url);
  const began = performance.now();
  const left = leaves === true;
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let status = 0;
    let answered: Heard['headers'] = {};
    const done = (failure: Heard['failure']) => {
      clearTimeout(silence);
      clearTimeout(quiet);
      request.destroy();
      resolve({
        status,
        headers: answered,
        body: Buffer.concat(chunks).toString('utf8'),
        milliseconds: performance.now() - began,
        failure,
      });
    };
    const request = httpRequest({
      agent,
      hostname,
      port,
      method,
      path,
      headers: {
        host: `${hostname}:${port}`,
        ...headers,
        ...(method === 'GET' ? {} : { 'content-length': body.length }),
      },
    });
    const silence = setTimeout(() => done('silence'), SILENCE_MS);
    let quiet: NodeJS.Timeout | undefined;
    request.on('response', (response) => {
      status = response.statusCode ?? 0;
      answered = response.headers;
      const streams = response.headers['content-type']?.startsWith('text/event-stream') === true;
      const wait = (chunk?: Buffer) => {
        clearTimeout(quiet);
        // An answer in parts has an end of its own.
        const isPart = chunk && MORE_PARTS.test(chunk.subarray(-40).toString());
        if (streams && !isPart) quiet = setTimeout(() => done(null), QUIET_MS);
      };
      wait();
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        wait(chunk);
      });
      response.on('end', () => {
        clearTimeout(silence);
        clearTimeout(quiet);
        resolve({
          status,
          headers: answered,
          body: Buffer.concat(chunks).toString('utf8'),
          milliseconds: performance.now() - began,
          failure: null,
        });
      });
      response.on('error', () => done('broken off'));
    });
    request.on('error', () => done(left ? null : 'broken off'));
    if (left) request.write(body.subarray(0, body.length / 2), () => request.destroy());
    else request.end(body);
  });
}

async function openSocket(url: string, access: Record<string, string>): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  socket.on('error', () => {});
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: access }));
  await once(socket, 'message');
  return socket;
}

/** Sends a message, and waits for the operation's end, the socket's, or a pong after the stream was given up. */
function exchange(socket: WebSocket, { body }: FuzzCase): Promise<Heard> {
  const began = performance.now();
  const id = idOf(body);
  return new Promise((resolve) => {
    const lines: string[] = [];
    const done = (status: number, failure: Heard['failure']) => {
      clearTimeout(silence);
      clearTimeout(quiet);
      socket.off('message', hear);
      socket.off('close', closed);
      resolve({ status, headers: {}, body: lines.join('\n'), milliseconds: performance.now() - began, failure });
    };
    const closed = (code: number, reason: Buffer) => {
      if (reason.length > 0) lines.push(JSON.stringify({ type: 'close', reason: reason.toString() }));
      done(code, null);
    };
    const hear = (data: Buffer) => {
      const text = data.toString('utf8');
      const message = JSON.parse(text) as { type: string; id?: string; payload?: unknown };
      // Our own sign that everything before it was dealt with.
      if (message.type === 'pong' && message.payload !== undefined) return done(0, null);
      lines.push(text);
      if (message.id === id && (message.type === 'complete' || message.type === 'error')) return done(0, null);
      giveUpSoon();
    };
    const giveUp = () => {
      if (id !== null) socket.send(JSON.stringify({ type: 'complete', id }));
      socket.send(JSON.stringify({ type: 'ping', payload: {} }));
    };
    let quiet: NodeJS.Timeout | undefined;
    const giveUpSoon = () => {
      clearTimeout(quiet);
      quiet = setTimeout(giveUp, QUIET_MS);
    };
    const silence = setTimeout(() => done(0, 'silence'), SILENCE_MS);
    socket.on('message', hear);
    socket.once('close', closed);
    socket.send(body.toString('utf8'));
    // Of streams and messages that are none there may be nothing to hear.
    if (id === null || /subscription|"type":"(?!subscribe")/.test(body.toString('utf8'))) giveUpSoon();
  });
}

function idOf(body: Buffer): string | null {
  try {
    const { id } = JSON.parse(body.toString('utf8')) as { id?: unknown };
    return typeof id === 'string' ? id : null;
  } catch {
    return null;
  }
}

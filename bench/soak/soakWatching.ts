/** Subscribers of a soak run, who all vanish: no end of the stream, no close frame, and some do not even hang up. */
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Target } from '../load.ts';

/** How long a subscriber listens at most. */
const LONGEST_MS = 2_000;

/** Those who fell silent without hanging up; the gateway asks after 12 s whether they live, and lets them go at 24 s. */
const MAX_SILENT = 200;

export class SoakWatching {
  readonly watched = { eventStreams: 0, webSockets: 0 };
  readonly #target: Target;
  readonly #query: string;
  readonly #silent: WebSocket[] = [];

  /** All watch this employee, whose ratings are written meanwhile. */
  constructor(target: Target, employeeId: string) {
    this.#target = target;
    this.#query = `subscription { employeeSkillsChanged(employeeId: ${JSON.stringify(employeeId)}) { at } }`;
  }

  /** Listens over an event stream and resets the connection. */
  async eventStream(): Promise<void> {
    const asked = request(this.#target.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${this.#target.apiKey}`,
      },
    });
    asked.end(JSON.stringify({ query: this.#query }));
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    if (response.statusCode !== 200) throw new Error(`a subscription was answered ${response.statusCode}`);
    response.on('error', () => {}).resume();
    await sleep(Math.random() * LONGEST_MS);
    this.watched.eventStreams += 1;
    asked.on('error', () => {});
    response.socket.resetAndDestroy();
  }

  /** Listens over a WebSocket and tears it down, or reads nothing any more and leaves it open. */
  async webSocket(): Promise<void> {
    const socket = new WebSocket(this.#target.url.replace('http', 'ws'), 'graphql-transport-ws', {
      headers: { authorization: `Bearer ${this.#target.apiKey}` },
    });
    socket.on('error', () => {});
    await once(socket, 'open');
    const acknowledged = once(socket, 'message');
    socket.send(JSON.stringify({ type: 'connection_init' }));
    await acknowledged;
    socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: this.#query } }));
    await sleep(Math.random() * LONGEST_MS);
    this.watched.webSockets += 1;
    if (Math.random() < 0.5) {
      socket.terminate();
      return;
    }
    socket.pause();
    this.#silent.push(socket);
    if (this.#silent.length > MAX_SILENT) this.#silent.shift()?.terminate();
  }

  /** Hangs up on behalf of those who did not. */
  hangUp(): void {
    for (const socket of this.#silent.splice(0)) socket.terminate();
  }
}

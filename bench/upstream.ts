/**
 * The providers' side of the bench: all simulators without rate limits, in a process of their own. Once told to replay, it
 * answers repeated reads with the bytes of the first time, so that it is never what a program under test waits for.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { CARDS } from '../src/app/integrations.ts';
import { systemClock } from '../src/lib/clock.ts';
import type { Simulator, SimResponse } from '../src/simulator/simulator.ts';
import { createWorkforce } from '../src/simulator/workforce.ts';

/** Makes a page of 50 people hold about 1,500 ratings. */
const HOLDINGS_PER_PERSON = 14;

const workforce = createWorkforce('skills-gateway', { holdingsPerPerson: HOLDINGS_PER_PERSON });
let replaying = false;
/** Simulators that take calls and answer none. */
const hanging = new Set<Simulator>();

const environments = await Promise.all(
  CARDS.map(async (card) => {
    const { create, environment } = await card.simulator();
    const simulator = create({ workforce, clock: systemClock, limits: 'none' });
    const known = new Map<string, SimResponse>();
    const server = createServer((request, response) => void answer(simulator, known, request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { provider: card.name, origin, environment: environment(origin) };
  }),
);
process.stdout.write(`${JSON.stringify(environments)}\n`);

async function answer(
  simulator: Simulator,
  known: Map<string, SimResponse>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', url = '/' } = request;
  if (url === '/_bench/replay') {
    replaying = method === 'POST';
    response.end('{}');
    return;
  }
  if (url === '/_bench/hang') {
    if (method === 'POST') hanging.add(simulator);
    else hanging.delete(simulator);
    simulator.clearFaults();
    if (method === 'POST') simulator.addFault({ shape: { kind: 'hang' } });
    response.end('{}');
    return;
  }
  const { pathname, searchParams } = new URL(url, 'http://simulator');
  // Reads have none, and shall not wait for its end.
  const body = method === 'GET' ? '' : await text(request);
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const replayed = replaying && !hanging.has(simulator) ? known.get(url) : undefined;
  const found = replayed ?? (await simulator.handle({ method, path: pathname, query: searchParams, headers, body }));
  if (found.broken === 'hang') return;
  if (replaying && method === 'GET' && found.status === 200) known.set(url, found);
  response.writeHead(found.status, { ...found.headers, 'content-length': Buffer.byteLength(found.body) });
  response.end(found.body);
}

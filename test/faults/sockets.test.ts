import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ProviderError } from '../../src/domain/problem.ts';
import { connect } from '../../src/integrations/connect.ts';
import { alike } from '../../src/outbound/policy/attemptTimeouts.ts';
import type { Limits } from '../../src/outbound/limits.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { serveSimulator } from '../../src/simulator/serve.ts';
import type { FaultShape } from '../../src/simulator/faults.ts';
import { createWorkforce } from '../../src/simulator/workforce.ts';
import { CALL, loadSubjects, type Subject } from '../support/contract/provider.ts';

/** Short, so that nobody waits, and one try; undici looks at its clock twice a second. */
const LIMITS: Partial<Limits> = {
  attempts: 1,
  requestsPerSecond: null,
  connectTimeoutMs: 200,
  times: alike(200, 1_500),
};
const LARGE = 10_000_000;

const WORKFORCE = createWorkforce('sockets', { people: 10, skills: 10, holdingsPerPerson: 3 });

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** What a read of ratings at this origin throws. */
async function failureAt({ card, contract, simulator }: Subject, origin: string, limits: Partial<Limits> = {}) {
  const { ports, close } = connect(card, simulator.settings(`${origin}${contract.basePath}`), {
    name: card.defaultIntegration,
    limits: { ...LIMITS, ...limits },
  });
  cleanups.push(close);
  const error: unknown = await ports.ratingsByEmployees?.read(['1'], CALL).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error !== null && !(error instanceof ProviderError)) throw error;
  return error && { code: error.code, mayHaveApplied: error.mayHaveApplied, retryable: error.retryable };
}

async function served(subject: Subject, shape: FaultShape): Promise<string> {
  const simulator = subject.simulator.create({ workforce: WORKFORCE, clock: systemClock, limits: 'none' });
  simulator.addFault({ shape });
  const { origin, close } = await serveSimulator(simulator);
  cleanups.push(close);
  return origin;
}

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

const subjects = (await loadSubjects()).map((subject) => [subject.card.name, subject] as const);

/** What the matrix takes for granted of the wire, seen on a real one. */
describe.each(subjects)('%s over a socket', (_name, subject) => {
  it('nobody at the port is UNREACHABLE, and nothing was sent', async () => {
    const server = createServer();
    const port = await portOf(server);
    await new Promise((resolve) => server.close(resolve));
    const failure = await failureAt(subject, `http://127.0.0.1:${port}`);
    expect(failure).toEqual({ code: 'UNREACHABLE', mayHaveApplied: false, retryable: true });
  });

  it('a host that never shakes hands is a TIMEOUT, and nothing was sent', async () => {
    const server = createServer((socket) => {
      cleanups.push(async () => void socket.destroy());
      socket.on('error', () => {});
    });
    const port = await portOf(server);
    cleanups.push(async () => void server.close());
    // The connection stands and TLS does not: the one handshake that a test can leave out on loopback.
    const failure = await failureAt(subject, `https://127.0.0.1:${port}`);
    expect(failure).toEqual({ code: 'TIMEOUT', mayHaveApplied: false, retryable: true });
  });

  it.each<[string, FaultShape, string]>([
    ['a connection that is reset', { kind: 'reset' }, 'UNREACHABLE'],
    ['headers that do not come', { kind: 'hang' }, 'TIMEOUT'],
    ['a body that stops half way', { kind: 'stall' }, 'TIMEOUT'],
    ['a body that comes a blank at a time', { kind: 'drip' }, 'TIMEOUT'],
  ])('%s may have taken effect', async (_what, shape, code) => {
    const failure = await failureAt(subject, await served(subject, shape));
    expect(failure).toEqual({ code, mayHaveApplied: true, retryable: true });
  });

  it('10 MB are read within the bound of the card', async () => {
    const origin = await served(subject, { kind: 'pad', bytes: LARGE });
    const failure = await failureAt(subject, origin, { times: alike(3_000) });
    // Nobody has this id; that it is said so means that all was read.
    expect([null, 'NOT_FOUND']).toContain(failure?.code ?? null);
  });

  it('10 MB are not read where less is allowed', async () => {
    const origin = await served(subject, { kind: 'pad', bytes: LARGE });
    const failure = await failureAt(subject, origin, { maxBodyBytes: LARGE - 1, times: alike(3_000) });
    expect(failure).toEqual({ code: 'UNREADABLE', mayHaveApplied: true, retryable: false });
  });
});

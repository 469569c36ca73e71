import { readBody } from '../body.ts';
import { sendJson, type Exchange } from '../exchange.ts';
import { HttpError } from '../../domain/httpError.ts';
import { checkMediaType } from '../../graphql/contentChecks.ts';
import type { Simulator } from '../../simulator/simulator.ts';

/** A simulator of the sandbox, and the integration that asks it. */
export interface SandboxSimulator {
  integration: string;
  simulator: Pick<Simulator, 'provider' | 'disruption' | 'disrupt'>;
}

const PATH = '/sandbox/simulators';

/** Most bytes of a request to disrupt a simulator. */
const MAX_BYTES = 1_000;

/**
 * Answers `GET /sandbox/simulators`, the state of each simulator, and `POST /sandbox/simulators/<integration>`, which makes
 * one unavailable, slow or rate limiting for a while; false for any other path. Only a sandbox has simulators to pass here.
 */
export async function answerSandbox(
  exchange: Exchange,
  path: string,
  simulators: readonly SandboxSimulator[],
): Promise<boolean> {
  const { method } = exchange.request;
  if (path === PATH) {
    if (method !== 'GET') throw new HttpError(405, 'METHOD_NOT_ALLOWED', `${PATH} takes GET.`, { allow: 'GET' });
    sendJson(exchange, 200, { simulators: simulators.map(shown) });
    return true;
  }
  if (!path.startsWith(`${PATH}/`)) return false;
  const name = path.slice(PATH.length + 1);
  const found = simulators.find(({ integration }) => integration === name);
  if (!found) {
    const names = simulators.map(({ integration }) => integration).join(', ');
    throw new HttpError(404, 'NOT_FOUND', `There is no such simulator; there are ${names}.`);
  }
  if (method !== 'POST') {
    throw new HttpError(405, 'METHOD_NOT_ALLOWED', 'A simulator takes POST.', { allow: 'POST' });
  }
  checkMediaType(exchange.request);
  const body = await readBody(exchange.request, exchange.abort.signal, MAX_BYTES);
  // Loaded here, because a gateway of configured providers loads no file of a simulator.
  const { readDisruption } = await import('../../simulator/disruption.ts');
  try {
    found.simulator.disrupt(readDisruption(body));
  } catch (error) {
    throw new HttpError(400, 'BAD_REQUEST', (error as Error).message);
  }
  sendJson(exchange, 200, shown(found));
  return true;
}

function shown({ integration, simulator: { provider, disruption } }: SandboxSimulator) {
  return {
    integration,
    provider,
    disruption: disruption && { kind: disruption.kind, until: new Date(disruption.until).toISOString() },
  };
}

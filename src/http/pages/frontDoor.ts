import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { printSchema, type GraphQLSchema } from 'graphql';
import { send, sendJson, type Exchange } from '../exchange.ts';
import { installed } from '../../lib/installed.ts';
import { createLandingPage } from './landingPage.ts';
import { prefersHtml } from '../../graphql/mediaTypes.ts';
import { HttpError } from '../../domain/httpError.ts';
import { answerSandbox, type SandboxSimulator } from './sandboxRoutes.ts';

export interface FrontDoorOptions {
  /** What `/schema.graphql` says; null where the schema is not told. */
  schema: GraphQLSchema | null;
  /** Whether browsers are served GraphiQL at /graphql. */
  graphiql: boolean;
  /** Whether /metrics answers. */
  metrics: boolean;
  keysRequired: boolean;
  /** The simulators of the sandbox; null outside one. */
  simulators: readonly SandboxSimulator[] | null;
}

/** Answers a request for one of these paths, or gives false for any other. `letIn` throws unless the client may ask. */
export type FrontDoor = (exchange: Exchange, path: string, letIn: () => Promise<unknown>) => Promise<boolean>;

/**
 * What someone finds who comes with nothing but the address: `/`, a page for browsers and an index as JSON for others;
 * `/schema.graphql` where introspection is allowed; and in the sandbox its simulators and the documentation as text.
 */
export function createFrontDoor(options: FrontDoorOptions): FrontDoor {
  const { schema, simulators, keysRequired } = options;
  const index = indexOf(options);
  const page = createLandingPage({ ...options, schema: schema !== null });
  let sdl: string | undefined;
  return async (exchange, path, letIn) => {
    const { request } = exchange;
    if (path === '/') {
      checkRead(exchange);
      exchange.headers['vary'] = 'Accept';
      if (prefersHtml(request.headers.accept)) await page(exchange);
      else sendJson(exchange, 200, index);
      return true;
    }
    if (path === '/schema.graphql' && schema) {
      checkRead(exchange);
      if (keysRequired) await letIn();
      sdl ??= printSchema(schema);
      const headers = { 'content-disposition': 'attachment; filename="schema.graphql"' };
      send(exchange, 200, { ...TEXT, ...headers }, sdl);
      return true;
    }
    if (!simulators) return false;
    const document = /^\/docs\/([a-z]+\.md)$/.exec(path)?.[1];
    if (document !== undefined) return sendDocument(exchange, document);
    if (!path.startsWith('/sandbox/')) return false;
    if (keysRequired) await letIn();
    return answerSandbox(exchange, path, simulators);
  };
}

const TEXT = { 'content-type': 'text/plain; charset=utf-8' };

function indexOf({ schema, graphiql, metrics, simulators }: FrontDoorOptions): object {
  return {
    name: 'skills-gateway',
    simulated: simulators !== null,
    graphql: '/graphql',
    ...(graphiql ? { graphiql: '/graphql' } : {}),
    ...(schema ? { schema: '/schema.graphql' } : {}),
    health: { live: '/health/live', ready: '/health/ready' },
    ...(metrics ? { metrics: '/metrics' } : {}),
    ...(simulators ? { simulators: '/sandbox/simulators' } : {}),
  };
}

function checkRead({ request: { method } }: Exchange): void {
  if (method === 'GET' || method === 'HEAD') return;
  throw new HttpError(405, 'METHOD_NOT_ALLOWED', 'This takes GET; GraphQL is at /graphql.', { allow: 'GET, HEAD' });
}

async function sendDocument(exchange: Exchange, name: string): Promise<boolean> {
  const folder = installed('docs');
  if (folder === null) return false;
  let text: string;
  try {
    text = await readFile(join(folder, name), 'utf8');
  } catch {
    return false;
  }
  checkRead(exchange);
  send(exchange, 200, TEXT, text);
  return true;
}

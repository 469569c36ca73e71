import { buildSchema } from 'graphql';
import { afterEach, describe, expect, it } from 'vitest';
import { SERVER_CONFIG } from '../../../test/support/serverConfig.ts';
import { createGatewayServer, type GatewayServer, type GatewayServerOptions } from '../server.ts';
import type { DisruptionRequest } from '../../simulator/disruption.ts';
import { NO_LIMITS } from '../../graphql/demandControl/limits.ts';

const KEY = 'a-key-of-more-than-16';
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

const started: GatewayServer[] = [];
afterEach(() => Promise.all(started.splice(0).map((server) => server.close())));

async function serve(more: Partial<GatewayServerOptions> = {}, config: Partial<GatewayServerOptions['config']> = {}) {
  const server = createGatewayServer({
    config: { ...SERVER_CONFIG, ...config },
    schema: buildSchema('type Query { "Greets." hello: String }'),
    context: (info) => info,
    ready: () => ({ ready: true, detail: {} }),
    log: { debug() {}, info() {}, warn() {}, error() {} },
    graphiql: true,
    ...more,
  });
  started.push(server);
  const { url } = await server.listen();
  return (path: string, init?: RequestInit) => fetch(url + path, init);
}

/** A simulator of the sandbox that notes what it is asked to do. */
function acme() {
  const asked: DisruptionRequest[] = [];
  const simulator = {
    provider: 'acme',
    disruption: { kind: 'SLOW' as const, until: Date.parse('2026-03-01T10:00:00Z') },
    disrupt: (request: DisruptionRequest) => void asked.push(request),
  };
  return { asked, simulators: [{ integration: 'acme-main', simulator }] };
}

const json = (body: string, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body,
});

describe('/', () => {
  it('is a page for a browser, which may load nothing from anywhere and run nothing but its own script', async () => {
    const ask = await serve();
    const answer = await ask('/', { headers: { accept: BROWSER } });
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('vary')]).toEqual([
      200,
      'text/html; charset=utf-8',
      'Accept',
    ]);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'sha256-[^' ]+'; style-src 'sha256-[^' ]+'; img-src data:;/,
    );
    expect(policy).not.toMatch(/unsafe|http/);
    const page = await answer.text();
    expect(page).toContain('href="/graphql"');
    expect(page).toContain('href="/health/ready"');
    expect(page).not.toContain('id="simulators"');
  });

  it.each(['*/*', 'application/json', 'application/json, text/html;q=0.5'])(
    'is an index for a client that takes %s',
    async (accept) => {
      const ask = await serve();
      const answer = await ask('/', { headers: { accept } });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
      expect(await answer.json()).toEqual({
        name: 'skills-gateway',
        simulated: false,
        graphql: '/graphql',
        graphiql: '/graphql',
        schema: '/schema.graphql',
        health: { live: '/health/live', ready: '/health/ready' },
      });
    },
  );

  it('links to nothing that is closed', async () => {
    const ask = await serve({ graphiql: false, limits: { operation: NO_LIMITS, introspection: false } as never });
    const page = await (await ask('/', { headers: { accept: BROWSER } })).text();
    expect(page).not.toMatch(/href="\/(?:graphql|schema\.graphql|metrics|docs)/);
    expect(await (await ask('/')).json()).toEqual({
      name: 'skills-gateway',
      simulated: false,
      graphql: '/graphql',
      health: { live: '/health/live', ready: '/health/ready' },
    });
  });

  it('takes HEAD, and nothing else', async () => {
    const ask = await serve();
    expect((await ask('/', { method: 'HEAD' })).status).toBe(200);
    const refused = await ask('/', json('{}'));
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

describe('/schema.graphql', () => {
  it('is the schema as clients see it, for a download', async () => {
    const ask = await serve();
    const answer = await ask('/schema.graphql');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="schema.graphql"');
    const text = await answer.text();
    expect(buildSchema(text).getDirective('defer')).toBeDefined();
    expect(text).toContain('"""Greets."""');
  });

  it('asks for a key where GraphQL does', async () => {
    const ask = await serve({}, { apiKeys: [KEY] });
    expect((await ask('/schema.graphql')).status).toBe(401);
    expect((await ask('/schema.graphql', { headers: { authorization: `Bearer ${KEY}` } })).status).toBe(200);
  });

  it('is not there where introspection is off', async () => {
    const ask = await serve({ limits: { operation: NO_LIMITS, introspection: false } as never });
    expect((await ask('/schema.graphql')).status).toBe(404);
  });
});

describe('/sandbox/simulators', () => {
  it('says how each simulator is', async () => {
    const ask = await serve({ simulated: true, simulators: acme().simulators });
    expect(await (await ask('/sandbox/simulators')).json()).toEqual({
      simulators: [
        {
          integration: 'acme-main',
          provider: 'acme',
          disruption: { kind: 'SLOW', until: '2026-03-01T10:00:00.000Z' },
        },
      ],
    });
  });

  it('disrupts one, for a minute unless it is told how long', async () => {
    const { asked, simulators } = acme();
    const ask = await serve({ simulated: true, simulators });
    for (const body of ['{"kind":"UNAVAILABLE"}', '{"kind":"RATE_LIMITED","seconds":5}', '{"kind":null}']) {
      expect((await ask('/sandbox/simulators/acme-main', json(body))).status).toBe(200);
    }
    expect(asked).toEqual([
      { kind: 'UNAVAILABLE', milliseconds: 60_000 },
      { kind: 'RATE_LIMITED', milliseconds: 5_000 },
      null,
    ]);
  });

  it.each<[string, RequestInit, number, string]>([
    ['other-main', json('{"kind":"SLOW"}'), 404, 'There is no such simulator; there are acme-main.'],
    ['acme-main', json('{"kind":"FAST"}'), 400, 'kind must be one of UNAVAILABLE, SLOW, RATE_LIMITED, or null.'],
    ['acme-main', json('{'), 400, 'The body is not JSON.'],
    // A page of another site could send this without asking first.
    ['acme-main', json('{"kind":"SLOW"}', { 'content-type': 'text/plain' }), 415, 'A POST takes application/json.'],
    ['acme-main', { method: 'GET' }, 405, 'A simulator takes POST.'],
  ])('refuses %s %o with %i', async (name, init, status, message) => {
    const { asked, simulators } = acme();
    const ask = await serve({ simulated: true, simulators });
    const answer = await ask(`/sandbox/simulators/${name}`, init);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ errors: [{ message }] });
    expect(asked).toEqual([]);
  });

  it('asks for a key where GraphQL does', async () => {
    const { asked, simulators } = acme();
    const ask = await serve({ simulated: true, simulators }, { apiKeys: [KEY] });
    expect((await ask('/sandbox/simulators')).status).toBe(401);
    expect((await ask('/sandbox/simulators/acme-main', json('{"kind":"SLOW"}'))).status).toBe(401);
    expect(asked).toEqual([]);
  });

  it('is not there outside a sandbox, nor is the documentation', async () => {
    const ask = await serve();
    for (const path of ['/sandbox/simulators', '/docs/clients.md']) expect((await ask(path)).status).toBe(404);
    expect((await ask('/sandbox/simulators/acme-main', json('{"kind":"SLOW"}'))).status).toBe(404);
  });
});

describe('/docs', () => {
  it('is the documentation of the installation, and no other file', async () => {
    const ask = await serve({ simulated: true, simulators: acme().simulators });
    const answer = await ask('/docs/clients.md');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
    expect(await answer.text()).toMatch(/^# Client libraries/);
    for (const path of ['/docs/none.md', '/docs/..%2fREADME.md', '/docs/config.schema.json']) {
      expect((await ask(path)).status).toBe(404);
    }
  });
});

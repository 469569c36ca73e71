import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestGateway, type TestGateway } from './support/gateway.ts';
import { mergedData } from './support/merged.ts';

const PAGE = `query ($first: Int) {
  employees(first: 2) {
    nodes { displayName ... on Employee @defer(label: "skills") { skills(first: $first) { nodes { skill { name } } } } }
  }
}`;
const WHOLE = PAGE.replace('@defer(label: "skills")', '');
const RECEIPT = { 'x-gateway-receipt': '1' };

interface Part {
  data?: { employees: { nodes: { displayName: string; skills?: object }[] } } | null;
  incremental?: { label: string; path: (string | number)[]; data: object | null; errors?: object[] }[];
  errors?: { message: string }[];
  extensions?: { receipt?: { calls?: unknown } };
  hasNext?: boolean;
}

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway({ environment: { CACHE: 'off' } });
});

afterAll(() => gateway.close());

afterEach(() => {
  for (const { simulator } of gateway.gateway.simulators) simulator.clearFaults();
});

/** Makes Kombo's simulator wait with every answer until it is released. */
function holdKombo(): { release: () => void } {
  const simulator = gateway.simulator('kombo');
  const handle = simulator.handle.bind(simulator);
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const spy = vi.spyOn(simulator, 'handle').mockImplementation(async (request) => {
    await released;
    return handle(request);
  });
  return {
    release() {
      spy.mockRestore();
      release();
    },
  };
}

async function ask(accept: string, query = PAGE, variables = {}, headers = {}, signal: AbortSignal | null = null) {
  return fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...headers },
    body: JSON.stringify({ query, variables }),
    signal,
  });
}

/** The parts as they come. */
async function* parts(response: Response): AsyncGenerator<Part> {
  if (!response.body) throw new Error('no body');
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let found = PART.exec(text); found; found = PART.exec(text)) {
      text = text.slice(found.index + found[0].length);
      yield JSON.parse(found[1] ?? '') as Part;
    }
  }
}

/** One part of a multipart body or of an event stream: JSON on a line of its own. */
const PART = /^(?:data: )?(\{.*\})\r?\n/m;

async function allParts(response: Response): Promise<Part[]> {
  const all: Part[] = [];
  for await (const part of parts(response)) all.push(part);
  return all;
}

describe.each(['multipart/mixed', 'text/event-stream', 'multipart/mixed;deferSpec=20220824, application/json'])(
  'what is deferred for a client that takes %s',
  (accept) => {
    it('comes after the rest, which does not wait for a slow provider', async () => {
      const whole = await gateway.ask<Part['data']>(WHOLE, { first: 3 });
      const kombo = holdKombo();
      const arriving = parts(await ask(accept, PAGE, { first: 3 }));
      const first = (await arriving.next()).value as Part;
      kombo.release();
      expect(first.hasNext).toBe(true);
      expect(first.data?.employees.nodes.map((node) => Object.keys(node))).toEqual([['displayName'], ['displayName']]);
      const rest: Part[] = [];
      for await (const part of arriving) rest.push(part);
      expect(rest.at(-1)?.hasNext).toBe(false);
      expect(mergedData([first, ...rest])).toEqual(whole.data);
    });
  },
);

describe('an answer in parts', () => {
  it.each(['application/json', '*/*', 'application/graphql-response+json'])(
    'is whole for a client that takes %s',
    async (accept) => {
      // Twice: once unknown, once by the short way.
      for (let time = 0; time < 2; time += 1) {
        const response = await ask(accept, PAGE, { first: 3 });
        expect(response.headers.get('content-type')).toMatch(/json/);
        expect(await response.json()).toEqual(await gateway.ask(WHOLE, { first: 3 }));
      }
    },
  );

  it('shows of the errors of what was deferred what any answer shows', async () => {
    const query = `{ employees(first: 1) { nodes { ... @defer { skills(first: 100000) { totalCount } } } } }`;
    const [, last] = await allParts(await ask('multipart/mixed', query));
    expect(last).toEqual({
      hasNext: false,
      incremental: [
        {
          path: ['employees', 'nodes', 0],
          data: null,
          errors: [
            {
              message: '`first` must be at most 200.',
              locations: [{ line: 1, column: 46 }],
              path: ['employees', 'nodes', 0, 'skills'],
              extensions: { code: 'PAGE_TOO_LARGE', field: 'first' },
            },
          ],
        },
      ],
    });
  });

  it('begins with all that is not deferred, also where fragments share fields, and asks nobody twice', async () => {
    const query = (defer: string) => `{
      employee(by: { employeeNumber: "01001" }) { ...A ${defer} ...G }
      skill(by: { name: "TypeScript" }) { ...S ...S ${defer} }
    }
    fragment A on Employee { ...G skills(first: 100) { totalCount nodes { skill { ...S id ...S ${defer} } } } }
    fragment G on Employee { displayName }
    fragment S on Skill { name }`;
    gateway.forget();
    const whole = await gateway.ask<{ employee: { displayName: string } }>(query(''));
    const callsOfWhole = gateway.cost();
    gateway.forget();
    const all = await allParts(await ask('multipart/mixed', query('@defer')));
    const displayName = whole.data?.employee.displayName;
    expect(all[0]?.data).toEqual({ employee: { displayName }, skill: { name: 'TypeScript' } });
    expect(mergedData(all)).toEqual(whole.data);
    expect(gateway.cost()).toEqual(callsOfWhole);
  });

  it('begins with what asks other integrations than a slow one, for no further call', async () => {
    const skills = (name: string) => `skills(filter: { integrations: ["${name}"] }) { nodes { skill { name } } }`;
    const query = (defer: string) => `{
      employees(first: 2) {
        nodes { displayName fast: ${skills('kantata-main')} ... on Employee ${defer} { slow: ${skills('kombo-main')} } }
      }
    }`;
    gateway.forget();
    const whole = await gateway.ask<Part['data']>(query(''));
    const callsOfWhole = gateway.cost();
    const kombo = holdKombo();
    gateway.forget();
    const arriving = parts(await ask('multipart/mixed', query('@defer')));
    const first = (await arriving.next()).value as Part;
    kombo.release();
    expect(first.data?.employees.nodes.map((node) => Object.keys(node))).toEqual([
      ['displayName', 'fast'],
      ['displayName', 'fast'],
    ]);
    const rest: Part[] = [];
    for await (const part of arriving) rest.push(part);
    expect(mergedData([first, ...rest])).toEqual(whole.data);
    expect(gateway.cost()).toEqual(callsOfWhole);
  });

  it('costs nobody a call any more once its reader is gone', async () => {
    const simulator = gateway.simulator('kombo');
    simulator.addFault({ shape: { kind: 'hang' } });
    gateway.forget();
    const leaving = new AbortController();
    const response = await ask('multipart/mixed', PAGE, { first: 3 }, {}, leaving.signal);
    await parts(response).next();
    expect(gateway.calls.filter(({ integration }) => integration === 'kombo-main')).toEqual([]);
    leaving.abort();
    await vi.waitFor(() =>
      expect(gateway.calls.filter(({ integration }) => integration === 'kombo-main')).not.toEqual([]),
    );
  });

  it('has its receipt with the last part', async () => {
    const all = await allParts(await ask('multipart/mixed', PAGE, {}, RECEIPT));
    expect(all.map(({ extensions }) => extensions?.receipt !== undefined)).toEqual([false, true]);
  });

  it('is refused where lists are to be streamed', async () => {
    const response = await ask('multipart/mixed, application/json', '{ employees { nodes @stream { id } } }');
    expect(await response.text()).toContain('Unknown directive \\"@stream\\".');
  });
});

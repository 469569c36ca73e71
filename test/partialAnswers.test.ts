import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { serveSimulator, type ServedSimulator } from '../src/simulator/serve.ts';
import type { FaultShape } from '../src/simulator/faults.ts';
import { startTestGateway, type TestGateway } from './support/gateway.ts';

/** Everything that is asked of several integrations at once, in one request. */
const QUESTION = /* GraphQL */ `
  fragment Status on SourceStatus {
    state
    ageSeconds
    integration {
      name
    }
    problem {
      code
    }
  }
  fragment Told on SkillRating {
    id
    normalized
    source
    integration {
      name
    }
  }
  query Everything {
    employees(first: 20) {
      nodes {
        id
        displayName
        identity {
          records {
            integration {
              name
            }
          }
        }
        skills(first: 200) {
          sources {
            ...Status
          }
          nodes {
            skill {
              name
            }
            ratings {
              ...Told
            }
          }
        }
        skillGaps {
          sources {
            ...Status
          }
          nodes {
            gap
            expected {
              normalized
            }
          }
        }
      }
    }
    experts(skills: [{ skill: { name: "TypeScript" } }], first: 100) {
      sources {
        ...Status
      }
      nodes {
        employee {
          id
        }
        evidence {
          ratings {
            ...Told
          }
        }
      }
    }
    skill(by: { name: "TypeScript" }) {
      holders(first: 100) {
        sources {
          ...Status
        }
        nodes {
          employee {
            id
          }
          ratings {
            ...Told
          }
        }
      }
    }
  }
`;

interface Status {
  state: string;
  ageSeconds: number | null;
  integration: { name: string };
  problem: { code: string } | null;
}
interface Told {
  id: string;
  normalized: number | null;
  source: string;
  integration: { name: string };
}
interface Everything {
  employees: {
    nodes: {
      id: string;
      displayName: string;
      identity: { records: { integration: { name: string } }[] };
      skills: { sources: Status[]; nodes: { skill: { name: string }; ratings: Told[] }[] };
      skillGaps: { sources: Status[]; nodes: { gap: number | null; expected: { normalized: number | null } }[] };
    }[];
  };
  experts: { sources: Status[]; nodes: { employee: { id: string }; evidence: { ratings: Told[] }[] }[] };
  skill: { holders: { sources: Status[]; nodes: { employee: { id: string }; ratings: Told[] }[] } };
}

/** Long enough that the gateway's own work is less than 5 % of it on a busy machine. */
const DEADLINE_MS = 4_000;
/** Past every freshness, within what may stand in for a provider that fails. */
const LATER_MS = 45 * 60_000;

interface Silence {
  how: string;
  shape: FaultShape | 'closed';
  code: string;
}

/** A socket that is closed ends what hangs on it, hence last. */
const SILENCES: readonly Silence[] = [
  { how: 'fails', shape: { kind: 'status', status: 500 }, code: 'UNAVAILABLE' },
  {
    how: 'limits rates',
    shape: { kind: 'status', status: 429, body: 'slow down' },
    code: 'RATE_LIMITED',
  },
  { how: 'hangs', shape: { kind: 'hang' }, code: 'TIMEOUT' },
  { how: 'is down', shape: 'closed', code: 'UNREACHABLE' },
];

/** The integrations, each with the provider that is silenced. */
const INTEGRATIONS = ['kombo', 'imocha', 'kantata'] as const;

/** The answer within the deadline, whatever is silent. */
async function ask(gateway: TestGateway): Promise<Everything> {
  const { data, errors } = await gateway.ask<Everything>(
    QUESTION,
    {},
    { 'x-request-deadline-ms': String(DEADLINE_MS) },
  );
  if (!data || errors) throw new Error(JSON.stringify(errors));
  return data;
}

/** Silences a provider in this way until told otherwise. */
async function silence(gateway: TestGateway, provider: string, shape: Silence['shape']): Promise<() => Promise<void>> {
  const running = gateway.gateway.simulators.find(({ card }) => card.name === provider);
  if (!running) throw new Error(`no simulator of ${provider}`);
  const { simulator, origin } = running;
  if (shape !== 'closed') {
    simulator.addFault({ shape });
    return async () => simulator.clearFaults();
  }
  await (served.get(origin) ?? running).close();
  return async () => void served.set(origin, await serveSimulator(simulator, Number(new URL(origin).port)));
}

/** Simulators that came back, by origin. */
const served = new Map<string, ServedSimulator>();

/** What integrations tell, person by person; all of them, or all but one. */
function told({ employees, experts, skill }: Everything, except: string | null = null) {
  const of = (ratings: readonly Told[]) => ratings.filter(({ integration }) => integration.name !== except);
  const byPerson = (nodes: readonly { id: string; ratings: readonly Told[] }[]) =>
    Object.fromEntries(
      nodes.filter(({ ratings }) => of(ratings).length > 0).map(({ id, ratings }) => [id, of(ratings)]),
    );
  return {
    people: employees.nodes.map(({ id, displayName }) => [id, displayName]),
    skills: byPerson(
      employees.nodes.map(({ id, skills }) => ({ id, ratings: skills.nodes.flatMap(({ ratings }) => ratings) })),
    ),
    experts: byPerson(
      experts.nodes.map(({ employee, evidence }) => ({ id: employee.id, ratings: evidence.flatMap((e) => e.ratings) })),
    ),
    holders: byPerson(skill.holders.nodes.map(({ employee, ratings }) => ({ id: employee.id, ratings }))),
    gaps: except === 'imocha-main' ? null : employees.nodes.map(({ skillGaps }) => skillGaps.nodes),
  };
}

/** How an integration answered each question, where it has a record of the person and can do what is asked. */
function statuses({ employees, experts, skill }: Everything, name: string) {
  const known = employees.nodes.filter(({ identity }) => identity.records.some((r) => r.integration.name === name));
  const own = (all: readonly Status[]) =>
    all.filter(({ integration, state }) => integration.name === name && state !== 'UNSUPPORTED');
  return {
    skills: own(known.flatMap(({ skills }) => skills.sources)),
    gaps: own(known.flatMap(({ skillGaps }) => skillGaps.sources)),
    holders: own([...experts.sources, ...skill.holders.sources]),
  };
}

/** States and causes that occur, by question. */
function shown(all: ReturnType<typeof statuses>) {
  const distinct = (of: readonly Status[]) =>
    [...new Set(of.map(({ state, problem }) => `${state} ${problem?.code ?? '-'}`))].toSorted();
  return { skills: distinct(all.skills), gaps: distinct(all.gaps), holders: distinct(all.holders) };
}

/** What is to be shown of a silent provider of which nothing was read before. */
function unread(provider: string, code: string) {
  const gone = `UNREACHABLE ${code}`;
  // The walk that the directory keeps of iMocha knows the active people, and who holds what.
  return provider === 'imocha'
    ? { skills: [`STALE ${code}`, gone], gaps: [gone], holders: ['CACHED -'] }
    : { skills: [gone], gaps: [], holders: [gone] };
}

/** The same where everything was. */
function read(provider: string, code: string) {
  const old = [`STALE ${code}`];
  return { skills: old, gaps: provider === 'imocha' ? old : [], holders: old };
}

const CASES = INTEGRATIONS.flatMap((provider) => SILENCES.map((how) => [provider, how.how, how] as const));

describe.each([
  { name: 'with nothing read before', environment: { CACHE: 'off' }, later: 0, expected: unread },
  { name: 'with everything read before', environment: { CACHE: 'on' }, later: LATER_MS, expected: read },
])('$name', ({ environment, later, expected }) => {
  let gateway: TestGateway;
  let whole: Everything;
  let speak = () => Promise.resolve();

  beforeAll(async () => {
    // Only the calendar: what waits does so in truth.
    vi.useFakeTimers({ toFake: ['Date'] });
    gateway = await startTestGateway({ environment, limits: { breaker: null, throttle: null } });
    whole = await ask(gateway);
  });
  afterEach(() => speak());
  afterAll(async () => {
    vi.useRealTimers();
    await gateway.close();
    for (const simulator of served.values()) await simulator.close();
    served.clear();
  });

  it.each(CASES)('all that others tell is there in time while %s %s', async (provider, _how, { shape, code }) => {
    const name = `${provider}-main`;
    vi.setSystemTime(Date.now() + later);
    speak = await silence(gateway, provider, shape);

    const data = await ask(gateway);

    // Of what was read before, all that the silent one told is there, too.
    expect(told(data, later > 0 ? null : name)).toEqual(told(whole, later > 0 ? null : name));
    for (const other of INTEGRATIONS.filter((one) => one !== provider)) {
      const problems = Object.values(statuses(data, `${other}-main`))
        .flat()
        .filter(({ problem }) => problem !== null);
      expect(problems).toEqual([]);
    }
    const own = statuses(data, name);
    expect(shown(own)).toEqual(expected(provider, code));
    const ages = Object.values(own)
      .flat()
      .map(({ state, ageSeconds }) => [state, ageSeconds] as const);
    for (const [state, age] of ages) expect((age ?? -1) >= later / 1000).toBe(state !== 'UNREACHABLE');
  });
});

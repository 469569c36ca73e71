/**
 * Two thousand written items a provider, at the rates that providers allow, while directories are walked and people read:
 * nothing fails, and people hardly wait. Minutes of the providers' time pass on fake timers, which drive the simulators'
 * limits and the gateway's own alike.
 */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import * as registry from '../providers/registry.ts';
import type { Ports, RatingWrite } from '../src/domain/ports.ts';
import { valueOfLevel } from '../src/domain/rating.ts';
import type { EmployeeRow, SkillRow } from '../src/domain/records.ts';
import type { ProviderCard } from '../src/integrations/providerCard.ts';
import { connect } from '../src/integrations/connect.ts';
import { simulatorTransport, type Transport } from '../src/outbound/transport/undiciTransport.ts';
import { systemClock } from '../src/lib/clock.ts';
import type { Simulator } from '../src/simulator/simulator.ts';
import { createWorkforce } from '../src/simulator/workforce.ts';
import { batchesOf } from '../src/tasks/engine/batches.ts';
import { runBatch, type BatchWork } from '../src/tasks/engine/batchProcessor.ts';
import type { ItemWrite } from '../src/tasks/task.ts';
import { holding } from './support/hold.ts';
import { memoryItems } from './support/fakes/memoryItems.ts';

const ITEMS = 2_000;
/** Batches that one process works on at once (src/tasks/engine/bullQueue.ts). */
const WORKERS = 50;
/** The second whose tokens are gone when a person asks. */
const LONGEST_WAIT_MS = 1_001;
const WORKFORCE = createWorkforce('rates', { people: 300, skills: 60 });

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-03-02T10:00:00Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

/** An integration over its simulator in process, under the card's own limits and those of the vendor. */
async function underLimits(
  card: ProviderCard,
): Promise<{ ports: Ports; simulator: Simulator; mostInFlight(): number }> {
  const simulated = await card.simulator();
  const simulator = simulated.create({ workforce: WORKFORCE, clock: systemClock, limits: 'default' });
  const settings = simulated.settings('http://simulator');
  const basePath = new URL(settings.baseUrl).pathname;
  const wire = simulatorTransport(simulator, basePath);
  let [inFlight, most] = [0, 0];
  const transport: Transport = {
    ...wire,
    async send(request) {
      inFlight += 1;
      most = Math.max(most, inFlight);
      return wire.send(request).finally(() => (inFlight -= 1));
    },
  };
  const { ports } = connect(card, settings, { name: card.defaultIntegration, transport });
  return { ports, simulator, mostInFlight: () => most };
}

/** Resolves with what a promise gives, while time goes on. */
async function inTime<Result>(promise: Promise<Result>): Promise<Result> {
  const wait = { over: false };
  const over = promise.finally(() => (wait.over = true));
  over.catch(() => undefined);
  while (!wait.over) await vi.advanceTimersByTimeAsync(1_000);
  return over;
}

async function rowsOf<Row>(walk: AsyncIterable<{ rows: Row[] }> | undefined): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const page of walk ?? []) rows.push(...page.rows);
  return rows;
}

/** Ratings of distinct pairs where the provider takes them, else people. */
function worksFor(ports: Ports, employees: readonly EmployeeRow[], skills: readonly SkillRow[]): ItemWrite[] {
  const { rate } = ports;
  if (!rate) {
    return Array.from({ length: ITEMS }, (_, index) => ({
      operation: 'upsertEmployees',
      write: {
        workEmail: `person.${index}@example.test`,
        employeeNumber: `N${index}`,
        givenName: 'New',
        familyName: 'Person',
        existing: null,
      },
    }));
  }
  const pairs = employees.flatMap(({ remoteId }) =>
    skills.flatMap((skill): RatingWrite[] => {
      const value = valueOfLevel(0.5, skill.scale);
      return value ? [{ employeeId: remoteId, skillId: skill.remoteId, value, scale: skill.scale }] : [];
    }),
  );
  return pairs.slice(0, ITEMS).map((write) => ({ operation: 'rate', write }));
}

it.each(Object.values(registry).map((card) => [card.name, card] as const))(
  '%s takes 2,000 items at its rate without one that fails, and answers people meanwhile',
  async (_, card) => {
    const { ports, simulator } = await underLimits(card);
    const [employees, skills] = await inTime(
      Promise.all([
        rowsOf(ports.employees?.walk({ purpose: 'walk' })),
        rowsOf(ports.skills?.walk({ purpose: 'walk' })),
      ]),
    );
    const works = worksFor(ports, employees, skills);
    expect(works).toHaveLength(ITEMS);
    simulator.journal.length = 0;

    const numbers = batchesOf(
      works.map((work, index) => ({ index, key: null, integration: 'one', work, conversion: null, warnings: [] })),
      () => ports,
    );
    const store = memoryItems(works, numbers);
    const work: BatchWork = {
      store,
      ports: () => ports,
      publish: () => undefined,
      written: () => undefined,
      now: () => Date.now(),
      random: () => 0.5,
      log: {
        error: (details) => expect.unreachable(JSON.stringify(details)),
        warn: () => undefined,
        debug: () => {},
        info: () => undefined,
      },
    };
    const stop = new AbortController();
    const hold = holding(stop.signal);
    const due = [...new Set(numbers)].map((batch) => ({ batch, at: 0 }));
    const worker = async () => {
      while (store.left > 0) {
        const at = due.findIndex((one) => one.at <= Date.now());
        const [next] = at < 0 ? [] : due.splice(at, 1);
        if (!next) {
          await systemClock.sleep(500);
          continue;
        }
        const again = await runBatch({ taskId: 'task', batch: next.batch }, work, hold);
        if (again !== null) due.push({ batch: next.batch, at: again });
      }
    };
    let walks = 0;
    const walking = async () => {
      for (; store.left > 0; walks += 1) await rowsOf(ports.employees?.walk({ purpose: 'walk' }));
    };
    const waits: number[] = [];
    const reading = async () => {
      for (let read = 0; store.left > 0; read += 1) {
        const asked = Date.now();
        const someone = employees[read % employees.length]?.remoteId ?? '';
        await ports.ratingsByEmployees?.read([someone], { purpose: 'request' });
        waits.push(Date.now() - asked);
        await systemClock.sleep(1_300);
      }
    };
    await inTime(Promise.all([walking(), reading(), ...Array.from({ length: WORKERS }, worker)]));

    const { SUCCEEDED = 0, SKIPPED = 0 } = store.states();
    expect(SUCCEEDED + SKIPPED).toBe(ITEMS);
    expect(waits.length).toBeGreaterThan(0);
    expect(Math.max(...waits)).toBeLessThanOrEqual(LONGEST_WAIT_MS);
    expect(walks).toBeGreaterThan(0);
    expect(simulator.journal.filter(({ status }) => status === 429)).toEqual([]);
  },
  120_000,
);

it('kombo has thirty writes at once and no more while its HR system is slow', async () => {
  const { ports, simulator, mostInFlight } = await underLimits(registry.kombo);
  const [employees, skills] = await inTime(
    Promise.all([rowsOf(ports.employees?.walk({ purpose: 'walk' })), rowsOf(ports.skills?.walk({ purpose: 'walk' }))]),
  );
  simulator.setSwitch('actionMilliseconds', 20_000);
  const works = worksFor(ports, employees, skills).slice(0, 60);
  const outcomes = await inTime(
    Promise.all(
      works.map(async ({ write }) => {
        const results = await ports.rate?.run([write as RatingWrite], { purpose: 'task' });
        return results?.[0]?.state;
      }),
    ),
  );
  expect(new Set(outcomes)).toEqual(new Set(['done']));
  expect(outcomes).toHaveLength(60);
  // What is asked faster than it is answered fills all of its places.
  expect(mostInFlight()).toBe(30);
  expect(simulator.journal.filter(({ status }) => status === 429)).toEqual([]);
});

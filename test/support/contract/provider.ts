/** Providers as the contract suite meets them: a card, its contract, and an adapter over a fresh simulator. */
import { existsSync, readdirSync } from 'node:fs';
import type { Call, DriftNote, Ports } from '../../../src/domain/ports.ts';
import type { EmployeeRow, RatingRow, SkillRow } from '../../../src/domain/records.ts';
import type { IntegrationSettings, ProviderCard, ProviderSimulator } from '../../../src/integrations/providerCard.ts';
import { connect } from '../../../src/integrations/connect.ts';
import { simulatorTransport } from '../../../src/outbound/transport/undiciTransport.ts';
import type { Limits } from '../../../src/outbound/limits.ts';
import { VirtualClock } from '../../../src/lib/clock.ts';
import type { ContractSubject, ContractVariant, PortName } from '../../../src/simulator/contract.ts';
import { serveSimulator } from '../../../src/simulator/serve.ts';
import type { Simulator } from '../../../src/simulator/simulator.ts';
import type { FaultShape } from '../../../src/simulator/faults.ts';
import { createWorkforce } from '../../../src/simulator/workforce.ts';

/** Enough people for two calls of a hundred ids and two pages of 250 rows, few enough for hundreds of cases. */
export const WORKFORCE = createWorkforce('contract', { people: 260, skills: 60, holdingsPerPerson: 6 });

export interface Subject {
  card: ProviderCard;
  contract: ContractSubject;
  simulator: ProviderSimulator;
  /** The set-up in which it is tried; the simulator's own when left out. */
  variant?: ContractVariant;
}

const PROVIDERS = new URL('../../../providers/', import.meta.url);

/** Every provider whose folder has both its card and its contract. */
export async function loadSubjects(): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (const entry of readdirSync(PROVIDERS, { withFileTypes: true })) {
    const { name } = entry;
    const files = [`${name}/${name}.ts`, `${name}/contract.ts`].map((path) => new URL(path, PROVIDERS));
    if (!entry.isDirectory() || !files.every((file) => existsSync(file))) continue;
    const [cards, contracts] = (await Promise.all(files.map((file) => import(file.href)))) as [
      Record<string, ProviderCard>,
      { contract: ContractSubject },
    ];
    const card = cards[name];
    if (!card) throw new Error(`providers/${name}/${name}.ts exports no ${name}`);
    subjects.push({ card, contract: contracts.contract, simulator: await card.simulator() });
  }
  return subjects;
}

/** An adapter over its own simulator. */
export interface Bench {
  simulator: Simulator;
  clock: VirtualClock;
  ports: Ports;
  drift: DriftNote[];
  close(): Promise<void>;
}

/** One try a request, no rate and no breaker, unless said otherwise, so that no case waits or speaks for the next. */
const NO_WAITING: Partial<Limits> = { attempts: 1, requestsPerSecond: null, breaker: null };

export function inProcess(subject: Subject, limits: Partial<Limits> = {}): Bench {
  const { card, contract } = subject;
  const clock = new VirtualClock();
  const simulator = subject.simulator.create({ workforce: WORKFORCE, clock, limits: 'none', ...switchesOf(subject) });
  const drift: DriftNote[] = [];
  const connected = connect(card, settingsOf(subject, 'http://simulator'), {
    name: card.defaultIntegration,
    transport: simulatorTransport(simulator, contract.basePath),
    limits: { ...NO_WAITING, ...limits },
    onDrift: (note) => drift.push(note),
  });
  return { simulator, clock, ports: connected.ports, drift, close: () => connected.close() };
}

function switchesOf({ variant }: Subject) {
  return variant ? { switches: variant.switches } : {};
}

function settingsOf({ simulator, contract, variant }: Subject, origin: string): IntegrationSettings {
  const integration = simulator.settings(`${origin}${contract.basePath}`);
  return { ...integration, settings: { ...integration.settings, ...variant?.settings } };
}

/** The same over a socket. */
export async function overHttp(subject: Subject, limits: Partial<Limits> = {}): Promise<Bench> {
  const { card } = subject;
  const clock = new VirtualClock();
  const simulator = subject.simulator.create({ workforce: WORKFORCE, clock, limits: 'none', ...switchesOf(subject) });
  const server = await serveSimulator(simulator);
  const drift: DriftNote[] = [];
  const connected = connect(card, settingsOf(subject, server.origin), {
    name: card.defaultIntegration,
    limits: { ...NO_WAITING, ...limits },
    onDrift: (note) => drift.push(note),
  });
  return {
    simulator,
    clock,
    ports: connected.ports,
    drift,
    async close() {
      await server.close();
      await connected.close();
    },
  };
}

export const CALL: Call = { purpose: 'request' };

export type Row = EmployeeRow | SkillRow | RatingRow;
export const READ_PORTS = [
  'employees',
  'skills',
  'ratings',
  'ratingsByEmployees',
  'ratingsBySkills',
  'ratingByParts',
] as const;
export type ReadPort = (typeof READ_PORTS)[number];
/** Read ports that are asked for something, and so may have none of it. */
export const ASKED_PORTS: ReadonlySet<ReadPort> = new Set(['ratingsByEmployees', 'ratingsBySkills', 'ratingByParts']);
export const WRITE_PORTS = [
  'rate',
  'assign',
  'remove',
  'upsertEmployees',
  'setStatus',
  'upsertSkills',
  'addCertificates',
] as const;
export type WritePortName = (typeof WRITE_PORTS)[number];

/** All rows of a walk, page after page as they came. */
export async function walkPages(ports: Ports, port: 'employees' | 'skills' | 'ratings', call: Call = CALL) {
  const walker = ports[port];
  if (!walker) throw new Error(`no port ${port}`);
  const pages: { rows: Row[]; total: number | null }[] = [];
  for await (const page of walker.walk(call)) pages.push(page);
  return pages;
}

/** Everything that a read port gives; `asked` are the ids of employees or skills, or the parts of a rating. */
export async function read(ports: Ports, port: ReadPort, asked: readonly string[], call: Call = CALL): Promise<Row[]> {
  switch (port) {
    case 'ratingsByEmployees':
    case 'ratingsBySkills': {
      const reader = ports[port];
      if (!reader) throw new Error(`no port ${port}`);
      return reader.read(asked, call);
    }
    case 'ratingByParts': {
      if (!ports.ratingByParts) throw new Error(`no port ${port}`);
      const row = await ports.ratingByParts.read(asked, call);
      return row ? [row] : [];
    }
    default:
      return (await walkPages(ports, port, call)).flatMap((page) => page.rows);
  }
}

/** What a row is known by: its id, or the parts of a rating. */
export function keyOf(row: Row): string {
  return 'parts' in row ? row.parts.join('|') : row.remoteId;
}

/** Lays a fault on the calls of a port. */
export function lay(
  { simulator }: Bench,
  { contract, variant }: Subject,
  port: PortName,
  shape: FaultShape,
  only: { method?: string; times?: number } = {},
): void {
  const paths = { ...contract.paths, ...variant?.paths };
  const path = paths[port] ?? (port === 'ratingByParts' ? paths.ratingsByEmployees : undefined);
  if (path === undefined) throw new Error(`the contract says no path of ${port}`);
  simulator.addFault({ shape, path, ...only });
}

/** Lets everything that is already settled run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

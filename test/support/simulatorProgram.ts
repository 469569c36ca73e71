import type { JournalEntry } from '../../src/simulator/simulator.ts';
import { startProgram } from './processes.ts';

/** The simulators as a process of their own, which outlives the gateways over it. */
export interface SimulatorProgram {
  /** What a gateway is given to reach them. */
  environment: Record<string, string>;
  /** What a provider's simulator has been asked so far, and what came of it. */
  journal(provider: string): Promise<JournalEntry[]>;
  /** Lays a fault on a provider's calls. */
  fault(provider: string, fault: object): Promise<void>;
  /** Takes all faults off a provider's calls. */
  clearFaults(provider: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts all simulators over one workforce, without rate limits. */
export async function startSimulatorProgram(size: { people: number; skills: number }): Promise<SimulatorProgram> {
  const program = startProgram('simulate', {
    SIMULATOR_PORT: '0',
    SIMULATOR_PEOPLE: String(size.people),
    SIMULATOR_SKILLS: String(size.skills),
    SIMULATOR_LIMITS: 'none',
  });
  await program.prints(/KANTATA_BASE_URL=.*\n/);
  const lines = program.output().split('\n');
  const pairs = (prefix: RegExp, separator: string) =>
    lines.filter((line) => prefix.test(line)).map((line) => line.trim().split(separator) as [string, string]);
  const origins = new Map(pairs(/^\w+ http/, ' '));
  const control = (provider: string, path: string, init?: RequestInit) =>
    fetch(`${origins.get(provider)}/_simulator/${path}`, init);
  return {
    environment: Object.fromEntries(pairs(/^ {2}/, '=')),
    journal: async (provider) => (await (await control(provider, 'journal')).json()) as JournalEntry[],
    async fault(provider, fault) {
      await control(provider, 'faults', { method: 'POST', body: JSON.stringify(fault) });
    },
    async clearFaults(provider) {
      await control(provider, 'faults', { method: 'DELETE' });
    },
    stop: () => program.stop('SIGKILL'),
  };
}

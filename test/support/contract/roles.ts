/** What every role port promises, over its simulator. */
import { describe, expect, it } from 'vitest';
import type { Call, Ports } from '../../../src/domain/ports.ts';
import { ProviderError } from '../../../src/domain/problem.ts';
import { FAULTS } from './faults.ts';
import { CALL, inProcess, type Subject } from './provider.ts';

export const ROLE_PORTS = ['jobProfiles', 'skillGaps', 'careerPaths', 'weightages'] as const;
type RolePort = (typeof ROLE_PORTS)[number];

/** Everything that a role port gives of these employees. */
async function ask(ports: Ports, port: RolePort, employees: readonly string[], call: Call): Promise<unknown[]> {
  switch (port) {
    case 'jobProfiles': {
      const rows = [];
      for await (const page of ports.jobProfiles?.walk(call) ?? []) rows.push(...page.rows);
      return rows;
    }
    case 'skillGaps':
      return (await ports.skillGaps?.read(employees, call)) ?? [];
    case 'careerPaths':
      return (await Promise.all(employees.map(async (id) => (await ports.careerPaths?.read(id, call)) ?? []))).flat();
    case 'weightages':
      return [...((await ports.weightages?.read(call)) ?? [])];
  }
}

export function describeRoles(subject: Subject, filled: ReadonlySet<string>): void {
  const ports = ROLE_PORTS.filter((port) => filled.has(port));
  // Providers without roles have nothing to promise.
  if (ports.length === 0) return;

  /** Some of the provider's employees, so that there is somebody with a role among them. */
  const someEmployees = async (): Promise<string[]> => {
    const bench = inProcess(subject);
    for await (const page of bench.ports.employees?.walk(CALL) ?? []) {
      return page.rows.slice(0, 20).map((row) => row.remoteId);
    }
    return [];
  };

  describe.each(ports)('%s', (port) => {
    it('gives something, the same twice', async () => {
      const { ports: adapter } = inProcess(subject);
      const employees = await someEmployees();
      const first = await ask(adapter, port, employees, CALL);
      expect(first.length).toBeGreaterThan(0);
      expect(await ask(adapter, port, employees, CALL)).toEqual(first);
    });

    it.each(FAULTS)('ends as a typed problem, or as nothing, on $name', async ({ shape }) => {
      const employees = (await someEmployees()).slice(0, 1);
      const bench = inProcess(subject);
      bench.simulator.addFault({ shape });
      const ended = await ask(bench.ports, port, employees, CALL).then(
        (rows) => ({ rows, error: null }),
        (error: unknown) => ({ rows: [], error }),
      );
      // Never a wrong row: what is not an error of the closed list is an answer without rows.
      expect(ended.rows.filter((row) => !isEmpty(row))).toEqual([]);
      expect(ended.error === null || ended.error instanceof ProviderError).toBe(true);
    });

    it('ends with the reason of the signal, and asks no further', async () => {
      const employees = (await someEmployees()).slice(0, 1);
      const bench = inProcess(subject);
      const reason = new Error('gone');
      const call: Call = { purpose: 'request', signal: AbortSignal.abort(reason) };
      await expect(ask(bench.ports, port, employees, call)).rejects.toBe(reason);
      expect(bench.simulator.journal).toEqual([]);
    });
  });
}

/** An employee of whom nothing is expected says no more than no row. */
function isEmpty(row: unknown): boolean {
  return (
    typeof row === 'object' && row !== null && 'skills' in row && Array.isArray(row.skills) && row.skills.length === 0
  );
}

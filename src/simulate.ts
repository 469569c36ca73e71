/** All simulators as a process of their own, so that they outlive a gateway: prints the environment that reaches them. */
import { ConfigError, readConfig } from './config/environment.ts';
import { addressProblem } from './lib/addressProblem.ts';
import { startSimulators } from './app/simulators.ts';

/** Ports in order of precedence, unless SIMULATOR_PORT gives another first one (0: free ones). */
const FIRST_PORT = 4101;

/** Two more follow it. */
const LAST_FIRST_PORT = 65_533;

try {
  const { SIMULATOR_PORT: given, ...environment } = process.env;
  const port = given?.trim() || String(FIRST_PORT);
  const first = /^\d{1,5}$/.test(port) ? Number(port) : Infinity;
  if (first > LAST_FIRST_PORT) {
    throw new ConfigError([`SIMULATOR_PORT must be a whole number from 0 to ${LAST_FIRST_PORT}`]);
  }
  const { simulator } = readConfig(
    Object.fromEntries(Object.entries(environment).filter(([name]) => name.startsWith('SIMULATOR_'))),
    [],
  );
  const running = await startSimulators(simulator, first === 0 ? [] : [first, first + 1, first + 2]);
  for (const { card, origin, environment: variables } of running) {
    process.stdout.write(`${card.name} ${origin}\n`);
    for (const [name, value] of Object.entries(variables)) {
      process.stdout.write(`  ${name}=${value}\n`);
    }
  }
  const stop = () => void Promise.all(running.map((simulated) => simulated.close())).then(() => process.exit());
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
} catch (error) {
  const problem = addressProblem(error, { port: 'SIMULATOR_PORT' });
  const refusal = problem === null ? error : new ConfigError([problem]);
  if (!(refusal instanceof ConfigError)) throw error;
  process.stderr.write(`${refusal.message}\n`);
  // Those of the other ports may listen already.
  process.exit(1);
}

/** Simulators of all providers, for the sandbox, tests and benches; loaded only where one runs. */
import type { Config } from '../config/environment.ts';
import type { ConfiguredIntegration, ProviderCard, ProviderSimulator } from '../integrations/providerCard.ts';
import { systemClock } from '../lib/clock.ts';
import { serveSimulator, type ServedSimulator } from '../simulator/serve.ts';
import type { Simulator } from '../simulator/simulator.ts';
import { createWorkforce } from '../simulator/workforce.ts';
import { CARDS } from './integrations.ts';

/** A simulator on its socket. */
export interface RunningSimulator extends ServedSimulator {
  card: ProviderCard;
  simulator: Simulator;
  settings: ReturnType<ProviderSimulator['settings']>;
  environment: ReturnType<ProviderSimulator['environment']>;
}

/**
 * Starts the simulators of all providers over one workforce. `ports` are given in order of precedence; 0 takes a free
 * one.
 */
export async function startSimulators(
  { people, skills, limits, seed }: Config['simulator'],
  ports: readonly number[] = [],
): Promise<RunningSimulator[]> {
  const workforce = createWorkforce(seed, { people, skills });
  return Promise.all(
    CARDS.map(async (card, index) => {
      const { create, settings, environment } = await card.simulator();
      const simulator = create({ workforce, clock: systemClock, limits });
      const { origin, close } = await serveSimulator(simulator, ports[index] ?? 0);
      return { card, simulator, origin, close, settings: settings(origin), environment: environment(origin) };
    }),
  );
}

/** One integration for each simulator, for the sandbox. */
export function simulatedIntegrations(simulators: readonly RunningSimulator[]): ConfiguredIntegration[] {
  return simulators.map(({ card, settings }) => ({ card, name: card.defaultIntegration, settings, simulated: true }));
}

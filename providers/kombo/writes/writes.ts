import type { Ports } from '../../../src/domain/ports.ts';
import type { IntegrationSettings } from '../../../src/integrations/providerCard.ts';
import type { Upstream } from '../../../src/outbound/upstream.ts';
import { assignPort, ratePort } from './ratings.ts';
import { upsertEmployeesPort } from './upsertEmployees.ts';
import { bulkSkillsPort, managedSkillsPort } from './upsertSkills.ts';

/** The writing ports: ratings, assignments, employees and skills, as far as the settings let them. */
export function writePorts(upstream: Upstream, settings: IntegrationSettings['settings']): Ports {
  return {
    rate: ratePort(upstream, settings.ratingBody === 'nested' ? 'nested' : 'flat'),
    assign: assignPort(upstream),
    upsertEmployees: upsertEmployeesPort(upstream, { updates: settings.employeePatch === 'on' }),
    ...skillWrites(upstream, settings.skillWrites),
  };
}

function skillWrites(upstream: Upstream, choice: string | undefined): Pick<Ports, 'upsertSkills'> {
  switch (choice) {
    case 'off':
      return {};
    case 'bulk':
      return { upsertSkills: bulkSkillsPort(upstream) };
    default:
      return { upsertSkills: managedSkillsPort(upstream) };
  }
}

import type { Ports } from '../../../src/domain/ports.ts';
import type { Upstream } from '../../../src/outbound/upstream.ts';
import { createClient } from '../client.ts';
import type { TenantSettings } from '../settings.ts';
import { addCertificates } from './addCertificates.ts';
import { patchStatus, upsertStatus } from './setStatus.ts';
import { upsertEmployees } from './upsertEmployees.ts';
import { createWritesClient } from './writesClient.ts';

/**
 * The writing ports: employees, their status and their certificates. The vendor takes no ratings
 * (imocha.md#what-is-missing), so `rate` and `assign` are absent.
 */
export function writePorts(upstream: Upstream, settings: TenantSettings): Ports {
  const client = createClient(upstream);
  const writes = createWritesClient(upstream);
  return {
    upsertEmployees: upsertEmployees(client),
    setStatus: settings.statusPatch === 'on' ? patchStatus(writes) : upsertStatus(client),
    addCertificates: addCertificates(client, writes),
  };
}

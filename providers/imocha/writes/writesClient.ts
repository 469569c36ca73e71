/**
 * The vendor's writes on one employee: status (imocha.md#employee-status) and certificates (imocha.md#certificates).
 */
import type { Call } from '../../../src/domain/ports.ts';
import { ProviderError } from '../../../src/domain/problem.ts';
import { isObject, optionalText, parseJson, ShapeError, unreadable } from '../../../src/outbound/payload/payload.ts';
import type { HttpResponse } from '../../../src/outbound/transport/undiciTransport.ts';
import type { Upstream } from '../../../src/outbound/upstream.ts';
import { OPERATIONS } from '../client.ts';
import { unconfirmed } from './outcomes.ts';
import { PATHS, type RawCertificate } from '../raw.ts';

/** Each throws ProviderError, NOT_FOUND for an unknown employee, or the signal's reason. */
export interface WritesClient {
  /** Sets one of the two words; resolves once the answer says that it is so. */
  setStatus(employeeId: string, status: 'active' | 'inactive', call: Call): Promise<void>;
  /** Resolves once the answer says that the certificates are accepted, which is not applied. */
  addCertificates(employeeId: string, certificates: readonly RawCertificate[], call: Call): Promise<void>;
}

/**
 * Statuses that say "taken": 201 is the documented one (imocha.md#certificates), and the others mean the same wherever
 * they are used.
 */
const ACCEPTED: ReadonlySet<number> = new Set([201, 202, 204]);

export function createWritesClient(upstream: Upstream): WritesClient {
  const pathOf = (path: string, employeeId: string) => path.replace('{employeeId}', encodeURIComponent(employeeId));
  return {
    async setStatus(employeeId, status, call) {
      const operation = OPERATIONS.setStatus;
      const path = pathOf(PATHS.employeeStatus, employeeId);
      const response = await upstream.send(
        { operation, method: 'PATCH', path, body: { status }, kind: 'write', repeatable: true },
        call,
      );
      try {
        checkStatus(response, status);
      } catch (error) {
        throw unreadable(error, operation, (note) => upstream.drift(note));
      }
    },

    async addCertificates(employeeId, certificates, call) {
      const operation = OPERATIONS.addCertificates;
      const path = pathOf(PATHS.employeeCertificates, employeeId);
      const response = await upstream.send(
        // Nothing keys a certificate: a second sending adds it a second time.
        { operation, method: 'POST', path, body: certificates, kind: 'write', repeatable: false },
        call,
      );
      // The status is the statement; the body is an object of no documented content.
      if (ACCEPTED.has(response.status)) return;
      upstream.drift({ operation, path: '', expected: 'status 201', found: `status ${response.status}` });
      throw unconfirmed();
    },
  };
}

/** The answer repeats the status; none at all counts as success too (imocha.md#employee-status). */
function checkStatus({ status: httpStatus, text }: HttpResponse, wanted: string): void {
  if (httpStatus === 204 || text.trim() === '') return;
  const json = parseJson(text);
  const said = isObject(json) ? optionalText(json['status'])?.toLowerCase() : undefined;
  if (said === undefined) throw new ShapeError('status', 'active or inactive', isObject(json) ? json['status'] : json);
  if (said !== wanted) {
    throw new ProviderError('REJECTED', 'The provider answered with another status than the one asked for.');
  }
}

import type { Call, CertificateWrite, WritePort, WriteResult } from '../../../src/domain/ports.ts';
import { ProviderError } from '../../../src/domain/problem.ts';
import { carrying } from '../../../src/outbound/carrying.ts';
import { isObject, optionalText } from '../../../src/outbound/payload/payload.ts';
import type { Client } from '../client.ts';
import { fromCertificateWrite } from '../mappers/mappers.ts';
import { failureResult, refused, unconfirmed } from './outcomes.ts';
import { CERTIFICATE_BATCH_SIZE, type RawCertificate } from '../raw.ts';
import type { WritesClient } from './writesClient.ts';

type Result = WriteResult<never>;

const ACCEPTED: Result = {
  state: 'done',
  row: null,
  remoteId: null,
  warnings: ['The provider has accepted it; the skills it brings may show much later.'],
};

/**
 * One call per employee with all of the batch that are theirs (imocha.md#certificates); one and the same certificate
 * goes out once.
 */
export function addCertificates(client: Client, writes: WritesClient): WritePort<CertificateWrite, never> {
  return {
    batchSize: CERTIFICATE_BATCH_SIZE,
    repeat: 'never',
    async run(items, call) {
      call.signal?.throwIfAborted();
      const titled = items.filter(hasTitle);
      const employees = [...new Set(titled.map(({ employeeId }) => employeeId))];
      const results = new Map(
        await Promise.all(
          employees.map(async (employeeId): Promise<[string, Result]> => {
            const theirs = titled.filter((item) => item.employeeId === employeeId);
            const raw = theirs.map(fromCertificateWrite);
            const distinct = [
              ...new Map(raw.map((certificate) => [JSON.stringify(certificate), certificate])).values(),
            ];
            return [employeeId, await send(client, writes, employeeId, distinct, carrying(call, theirs))];
          }),
        ),
      );
      return items.map((item) =>
        hasTitle(item)
          ? (results.get(item.employeeId) ?? { state: 'unknown', error: unconfirmed() })
          : refused({}, 'A certificate needs a title.'),
      );
    },
  };
}

function hasTitle({ title }: CertificateWrite): boolean {
  return title.trim() !== '';
}

async function send(
  client: Client,
  writes: WritesClient,
  employeeId: string,
  certificates: readonly RawCertificate[],
  call: Call,
): Promise<Result> {
  try {
    await writes.addCertificates(employeeId, certificates, call);
    return ACCEPTED;
  } catch (error) {
    if (!(error instanceof ProviderError) || error.code !== 'NOT_FOUND') return failureResult(error, call);
    return sendByExternalId(error);
  }

  /**
   * Only the external id is known to be taken in this place (imocha.md#certificates); nothing was done, so it is tried
   * once (imocha.md#one-skills-profile).
   */
  async function sendByExternalId(notFound: ProviderError): Promise<Result> {
    const externalId = await externalIdOf(client, employeeId, call);
    if (externalId === null) return failureResult(notFound, call);
    try {
      await writes.addCertificates(externalId, certificates, call);
      return ACCEPTED;
    } catch (error) {
      const isMissing = error instanceof ProviderError && error.code === 'NOT_FOUND';
      // The employee is there, under the id that the path is known to take: what is missing is the path.
      return failureResult(isMissing ? notOffered(error) : error, call);
    }
  }
}

function notOffered(cause: ProviderError): ProviderError {
  const { status, requestId, providerCode } = cause;
  const message = 'The provider does not offer this operation.';
  return new ProviderError('NOT_OFFERED', message, { status, requestId, providerCode, cause });
}

/** The external id on the employee's profile; null where it has none, or cannot be read. */
async function externalIdOf(client: Client, employeeId: string, call: Call): Promise<string | null> {
  try {
    const [profile] = await client.profilesOf(employeeId, call);
    return isObject(profile) ? optionalText(profile['externalEmployeeId']) : null;
  } catch {
    // The first answer stands.
    return null;
  }
}

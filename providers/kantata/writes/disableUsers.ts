import type { Call, SetStatusPort, StatusWrite, WriteResult } from '../../../src/domain/ports.ts';
import { ProviderError } from '../../../src/domain/problem.ts';
import type { EmployeeRow } from '../../../src/domain/records.ts';
import { carrying } from '../../../src/outbound/carrying.ts';
import { readRows } from '../../../src/outbound/payload/payload.ts';
import { readBack } from './bulk.ts';
import { EVERYBODY, USER_INCLUDES, type KantataClient } from '../client.ts';
import type { Envelope } from '../envelope.ts';
import { accountMembershipIdOf, statusOfMembership, toEmployee, type EmployeeOptions } from '../mappers/mappers.ts';
import { lost, problemOfWrite } from './outcome.ts';
import { ID_PATTERN, IDS_PER_CALL, ROUTES } from '../raw.ts';

type Result = WriteResult<EmployeeRow>;

/** A user with the id by which the account lets go of them; null when it is hidden. */
interface Member {
  row: EmployeeRow;
  membershipId: string | null;
}

/**
 * Deactivates people by disabling their account memberships; nothing brings them back but an invitation
 * (kantata.md#users). They are read first, as users: their list shows inactive people beside active ones, that of
 * account memberships does not.
 */
export function disableUsers(client: KantataClient, options: EmployeeOptions): SetStatusPort {
  return {
    batchSize: IDS_PER_CALL,
    repeat: 'safe',
    activates: false,
    deactivates: true,
    async run(items, call) {
      call.signal?.throwIfAborted();
      const ids = new Set(items.filter((item) => refusalOf(item) === null).map(({ employeeId }) => employeeId));
      const members = await readMembers(client, options, [...ids], call);
      const results = new Map<string, Result>();
      await Promise.all(
        [...ids].map(async (id) => {
          const member = members.get(id);
          const theirs = items.filter(({ employeeId }) => employeeId === id);
          results.set(id, member ? await disable(client, options, member, carrying(call, theirs)) : lost(unknown()));
        }),
      );
      return items.map((item): Result => {
        const refusal = refusalOf(item);
        return refusal ? lost(refusal) : (results.get(item.employeeId) ?? lost(unknown()));
      });
    },
  };
}

async function disable(client: KantataClient, options: EmployeeOptions, member: Member, call: Call): Promise<Result> {
  const { row, membershipId } = member;
  const { remoteId } = row;
  if (row.status === 'INACTIVE') return { state: 'skipped', row, remoteId, warnings: [] };
  if (membershipId === null) {
    return lost(new ProviderError('FORBIDDEN', 'The provider hides the account membership of this user.'));
  }
  try {
    const answer = await client.disableAccountMembership(membershipId, call);
    const membership = answer?.find('account_memberships', membershipId) ?? null;
    const status = membership ? statusOfMembership(membership) : null;
    const warnings = status === 'ACTIVE' ? ['The provider took this, and shows the user as active all the same.'] : [];
    return { state: 'done', row: status === null ? null : { ...row, status }, remoteId, warnings };
  } catch (thrown) {
    const error = problemOfWrite(thrown, call);
    // An inactive membership may be hidden, so a repeated call finds nothing (kantata.md#account-memberships).
    if (!error.mayHaveApplied && error.code !== 'NOT_FOUND') return lost(error);
    const now = await readBack(() => readMembers(client, options, [remoteId], call), call);
    const shown = now?.get(remoteId)?.row;
    return shown?.status === 'INACTIVE' ? { state: 'done', row: shown, remoteId, warnings: [] } : lost(error);
  }
}

/** These users as they are now, whoever is unknown left out. */
async function readMembers(
  client: KantataClient,
  options: EmployeeOptions,
  ids: readonly string[],
  call: Call,
): Promise<Map<string, Member>> {
  const members = new Map<string, Member>();
  // An empty list of ids would give everybody (kantata.md#lookup-by-ids).
  if (ids.length === 0) return members;
  const operation = 'usersOfStatus';
  const query = { ...EVERYBODY, include: USER_INCLUDES, only: ids.join(',') };
  for await (const page of client.walk({ operation, route: ROUTES.users, query }, call)) {
    for (const member of membersOf(page, operation, client, options)) members.set(member.row.remoteId, member);
  }
  return members;
}

function membersOf(page: Envelope, operation: string, client: KantataClient, options: EmployeeOptions): Member[] {
  const context = { operation, path: 'users', drift: client.drift };
  return readRows(
    page.records,
    (raw) => {
      const row = toEmployee(raw, page, options);
      return { row, membershipId: accountMembershipIdOf(raw, row.remoteId, page) };
    },
    context,
  );
}

function refusalOf({ employeeId, active }: StatusWrite): ProviderError | null {
  if (active) return new ProviderError('NOT_OFFERED', 'The provider cannot activate anybody.');
  return ID_PATTERN.test(employeeId) ? null : new ProviderError('NOT_FOUND', 'This is no id of the provider.');
}

function unknown(): ProviderError {
  return new ProviderError('NOT_FOUND', 'The provider has no such user, or hides it from the user behind the token.');
}

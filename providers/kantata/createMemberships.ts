import type { Call } from '../../src/domain/ports.ts';
import { ProviderError, type ProblemCode } from '../../src/domain/problem.ts';
import type { KantataClient } from './client.ts';
import { faultsByIndex } from './errors.ts';
import type { Membership } from './mappers.ts';
import { lost, notApplied, problemOfWrite } from './outcome.ts';
import { membershipsOf, pairOf, type Pair } from './pairs.ts';
import type { RawNewMembership } from './raw.ts';
import { updateMembership } from './updateMembership.ts';
import { readBack, satisfies, shown, type Wanted } from './wanted.ts';

/** Refusals of the whole request, before the provider looked at the items: nothing to read back. */
const REFUSED_UNSEEN: ReadonlySet<ProblemCode> = new Set(['UNAUTHENTICATED', 'RATE_LIMITED', 'NOT_OFFERED']);

/** Creates the memberships in one bulk, and settles each item by what is there afterwards. Up to 200 (sheet 11). */
export async function createMemberships(client: KantataClient, wanted: readonly Wanted[], call: Call): Promise<void> {
  if (wanted.length === 0) return;
  if (call.signal?.aborted) {
    const error = new ProviderError('TIMEOUT', 'There was no time left to send this.');
    for (const { settle } of wanted) settle(lost(error));
    return;
  }
  try {
    const answer = await client.createMemberships(wanted.map(fromWanted), call);
    const created = answer ? membershipsOf(answer, 'createMemberships', client) : [];
    await settleCreated(client, wanted, created, call);
  } catch (thrown) {
    await settleRefused(client, wanted, problemOfWrite(thrown, call), call);
  }
}

/** Ids go out as JSON integers, the documented type; a bare tag sends no level (sheet 10.2). */
function fromWanted({ write, level }: Wanted): RawNewMembership {
  const ids = { skill_id: Number(write.skillId), user_id: Number(write.employeeId) };
  return level === null ? ids : { ...ids, level };
}

/** After a success. The answer is in another order and may show one page only (sheet 11), so rows are found by pair. */
async function settleCreated(
  client: KantataClient,
  wanted: readonly Wanted[],
  created: readonly Membership[],
  call: Call,
): Promise<void> {
  const rows = byPair(created);
  const hidden = wanted.filter((item) => !settleShown(item, rows));
  if (hidden.length === 0) return;
  const present = await readBack(client, hidden, call);
  for (const item of hidden) {
    if (present && settleShown(item, present)) continue;
    if (present) item.settle(lost(unconfirmed()));
    else item.settle({ state: 'done', row: null, remoteId: null, warnings: [] });
  }
}

/**
 * After anything but a success. Whether a refused bulk is written in part is not documented (sheet 11), so what is there
 * decides. Items that the answer blames fail, the others go into a further bulk; where it blames none, halves find them.
 */
async function settleRefused(
  client: KantataClient,
  wanted: readonly Wanted[],
  error: ProviderError,
  call: Call,
): Promise<void> {
  const unsent = error.status === null && !error.mayHaveApplied;
  if (unsent || REFUSED_UNSEEN.has(error.code)) {
    for (const { settle } of wanted) settle(lost(error));
    return;
  }
  const present = await readBack(client, wanted, call);
  if (present === null) {
    // Out of a refused bulk any item is safe to try again, since the next run reads first.
    const result = error.mayHaveApplied || wanted.length === 1 ? lost(error) : notApplied(error, true);
    for (const { settle } of wanted) settle(result);
    return;
  }
  const faults = wanted.length === 1 ? new Map([[0, error]]) : faultsByIndex(error);
  const absent: { item: Wanted; fault: ProviderError | undefined }[] = [];
  for (const [index, item] of wanted.entries()) {
    const membership = present.get(pairOf(item.write));
    if (!membership) absent.push({ item, fault: faults.get(index) });
    else if (satisfies(membership, item)) item.settle(shown(membership, item));
    // Somebody else created it meanwhile at another level; this write is the later one.
    else await updateMembership(client, item, membership, call);
  }
  if (error.mayHaveApplied && error.code !== 'REJECTED') {
    for (const { item } of absent) item.settle(notApplied(error));
    return;
  }
  const blameless = absent.filter(({ fault }) => !fault).map(({ item }) => item);
  for (const { item, fault } of absent) if (fault) item.settle(lost(fault));
  if (blameless.length < absent.length) return createMemberships(client, blameless, call);
  if (error.code !== 'REJECTED') {
    for (const { settle } of blameless) settle(lost(error));
    return;
  }
  const middle = Math.ceil(blameless.length / 2);
  await createMemberships(client, blameless.slice(0, middle), call);
  await createMemberships(client, blameless.slice(middle), call);
}

function settleShown(item: Wanted, rows: ReadonlyMap<Pair, Membership>): boolean {
  const membership = rows.get(pairOf(item.write));
  if (membership) item.settle(shown(membership, item));
  return membership !== undefined;
}

function byPair(memberships: readonly Membership[]): Map<Pair, Membership> {
  return new Map(memberships.map((membership) => [pairOf(membership.row), membership]));
}

function unconfirmed(): ProviderError {
  return new ProviderError('OUTCOME_UNKNOWN', 'The provider accepted the write, but does not show it.', {
    mayHaveApplied: true,
  });
}

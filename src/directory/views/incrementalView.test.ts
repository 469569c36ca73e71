import { describe, expect, it } from 'vitest';
import { employeeRow } from '../../../test/support/fakes/fakeProvider.ts';
import type { RecordName } from '../../domain/links.ts';
import { EmployeeView } from '../employees/employeeView.ts';
import { IncrementalView } from './incrementalView.ts';
import { LinkIndex } from './rematch.ts';

/** A follower of a number of records, whose views are the lists of what they were told. */
function house(records = 5000) {
  const told: string[] = [];
  let size = 0;
  const follower = new IncrementalView<readonly string[]>({
    *build() {
      told.push('build');
      const from = size;
      for (let step = 0; step < 20; step += 1) yield;
      return [`all ${from}`];
    },
    patch(view, names) {
      told.push(`patch ${names.length}`);
      return names.some(({ remoteId }) => remoteId === 'many')
        ? null
        : [...view, ...names.map((name) => name.remoteId)];
    },
    size: () => size,
  });
  size = records;
  told.length = 0;
  const change = (...ids: string[]) => {
    for (const remoteId of ids) follower.changed({ integration: 'hr', remoteId } satisfies RecordName);
  };
  return { follower, told, change };
}
const ids = (count: number) => Array.from({ length: count }, (_, index) => String(index));

describe('following records', () => {
  it('takes a few changes in for the next reader, each once, and nothing without a reader', () => {
    const { follower, told, change } = house();
    change('1', '2', '1');
    expect(told).toEqual([]);
    expect(follower.value).toEqual(['all 0', '1', '2']);
    expect(follower.value).toBe(follower.value);
    expect(told).toEqual(['patch 2']);
  });

  it('shows readers the last view while many changes are applied in the background, in slices', async () => {
    const { follower, told, change } = house();
    change(...ids(450));
    expect(follower.value).toEqual(['all 0']);
    await follower.settled();
    expect(told).toEqual(['patch 200', 'patch 200', 'patch 50']);
    expect(follower.value).toHaveLength(451);
  });

  it('rebuilds in the background where most has changed, and adds what changed meanwhile', async () => {
    const { follower, told, change } = house();
    change(...ids(4000));
    const settled = follower.settled();
    expect(follower.value).toEqual(['all 0']);
    await settled;
    change('late');
    expect(follower.value).toEqual(['all 5000', 'late']);
    expect(told).toEqual(['build', 'patch 1']);
  });

  it('rebuilds where a change affects too many, and readers see the last view until then', async () => {
    const { follower, told, change } = house();
    change('many');
    expect(follower.value).toEqual(['all 0']);
    await follower.settled();
    expect(follower.value).toEqual(['all 5000']);
    expect(told).toEqual(['patch 1', 'build']);
  });

  it('builds small directories while the reader waits', () => {
    const { follower, told, change } = house(300);
    change(...ids(300));
    expect(follower.value).toEqual(['all 300']);
    change('many');
    expect(follower.value).toEqual(['all 300']);
    expect(told).toEqual(['build', 'patch 1', 'build']);
  });
});

describe('a view of 20,000 people', () => {
  const INTEGRATIONS = ['hr', 'talent'];
  const row = (index: number) =>
    employeeRow(String(index), {
      name: `Person ${index}`,
      employeeNumber: String(index),
      workEmail: `p${index}@example.test`,
      managerRemoteId: String(index >> 3),
      startDate: `20${10 + (index % 10)}-01-01`,
    });
  const placed = INTEGRATIONS.flatMap((integration) =>
    Array.from({ length: 20_000 }, (_, index) => ({ integration, row: row(index) })),
  );

  it('is made in steps of which none does more than a few hundred comparisons or records', () => {
    const steps = EmployeeView.inSteps(placed, INTEGRATIONS, []);
    let pauses = 0;
    for (let next = steps.next(); !next.done; next = steps.next()) pauses += 1;
    // 40,000 records six times in fifties, and three sorts of 15 rounds in runs of 256: without pauses anywhere, far fewer.
    expect(pauses).toBeGreaterThan(6000);
  });

  it('takes one change in without matching the others', () => {
    const view = EmployeeView.of(placed.slice(0, 20_000), INTEGRATIONS);
    const [first, second] = [view.byRecord('hr', '7'), view.byRecord('hr', '8')];
    const change = { integration: 'hr', remoteId: '7', row: { ...row(7), name: 'Zoe' } };
    const next = view.patched([change], new LinkIndex([]));
    expect(next?.byRecord('hr', '7')).not.toBe(first);
    expect(next?.all.at(-1)?.displayName).toBe('Zoe');
    expect(next?.byRecord('hr', '8')).toBe(second);
  });
});

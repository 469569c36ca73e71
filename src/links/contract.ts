import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Link, RecordName } from '../domain/links.ts';
import type { LinkStore } from './linkStore.ts';

const hr = (remoteId: string): RecordName => ({ integration: 'hr', remoteId });
const crm = (remoteId: string): RecordName => ({ integration: 'crm', remoteId });

/** `crm` comes before `hr`, so this pair is in the order in which stores answer it. */
function link(values: Partial<Link> = {}): Link {
  return {
    kind: 'employee',
    verdict: 'joined',
    a: crm('1'),
    b: hr('1'),
    by: 'ops',
    at: '2026-03-02T10:00:00.120Z',
    note: 'Same passport.',
    ...values,
  };
}

/** What every link store must do; a store's own test calls it with how to open one. */
export function linkStoreContract(openStore: () => Promise<{ store: LinkStore; close: () => Promise<void> }>): void {
  let store: LinkStore;
  let close: () => Promise<void>;
  let tenant: string;

  beforeAll(async () => {
    ({ store, close } = await openStore());
  });
  afterAll(() => close());
  beforeEach(() => {
    tenant = randomUUID();
  });

  it('has nothing at first, and takes nothing', async () => {
    expect(await store.load(tenant)).toEqual([]);
    await store.save(tenant, []);
    expect(await store.load(tenant)).toEqual([]);
  });

  it('answers what was saved, in the order of the decisions', async () => {
    const first = link();
    const second = link({ kind: 'skill', verdict: 'parted', note: null });
    const third = link({ a: crm('"0"'), b: hr('ünïcode'), by: 'unknown' });
    await store.save(tenant, [second, first]);
    await store.save(tenant, [third]);
    expect(await store.load(tenant)).toEqual([second, first, third]);
  });

  it('lets the later decision about a pair count, whichever way round it was named', async () => {
    await store.save(tenant, [link(), link({ b: hr('2') })]);
    const later = link({ verdict: 'parted', at: '2026-03-02T10:00:01.000Z', note: 'They are twins.' });
    await store.save(tenant, [{ ...later, a: later.b, b: later.a }]);
    expect(await store.load(tenant)).toEqual([link({ b: hr('2') }), later]);
    // Later by order, even when a clock went back.
    await store.save(tenant, [link()]);
    expect(await store.load(tenant)).toEqual([link({ b: hr('2') }), link()]);
  });

  it('keeps tenants and kinds apart', async () => {
    await store.save(randomUUID(), [link()]);
    expect(await store.load(tenant)).toEqual([]);
    const both = [link(), link({ kind: 'skill', verdict: 'parted' })];
    await store.save(tenant, both);
    expect(await store.load(tenant)).toEqual(both);
  });

  it('saves all or nothing', async () => {
    const broken = link({ at: 'yesterday-ish', b: hr('3') });
    await expect(store.save(tenant, [link(), broken])).rejects.toThrow('yesterday-ish');
    expect(await store.load(tenant)).toEqual([]);
  });
}

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeProvider, employeeRow, gate } from '../test/support/fakes/fakeProvider.ts';
import { createContext, type RequestParts, type TenantParts } from './context.ts';
import { Directory } from './directory/directory.ts';
import { fullSync } from './directory/sync/fullSync.ts';
import { EVERYBODY as viewer } from './auth/authenticator.ts';
import { ConsensusPolicies } from './loaders/consensusPolicies.ts';
import { Deadline } from './domain/deadline.ts';
import { RatingReader } from './loaders/readers/employeeRatingReader.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('createContext', () => {
  it('gives a request one deadline, however many questions follow one another', async () => {
    const provider = new FakeProvider({ employees: [employeeRow('e1'), employeeRow('e2')] });
    const { integration } = provider;
    const directory = new Directory([integration]);
    const signal = new AbortController().signal;
    await fullSync({ directory, integration, signal });
    const readers = new Map([['hr', new RatingReader({ directory, integration, cache: false })]]);
    // The others are not looked at by this loader.
    const tenant = { directory, readers } as Partial<TenantParts> as TenantParts;
    const request = { viewer, deadline: Deadline.after(800) } as Partial<RequestParts> as RequestParts;
    const { skillsOfEmployee } = createContext(tenant, request).loaders;
    const [first, second] = [...directory.employees.all];
    if (!first || !second) throw new Error('nobody there');
    const closed = gate();
    provider.holdings.before = () => closed.passed;
    const stateOf = async (employee: typeof first) => {
      const { sources } = await skillsOfEmployee.load({ employee, integrations: null });
      return sources[0]?.state;
    };

    const began = performance.now();
    const asked = stateOf(first);
    await vi.advanceTimersByTimeAsync(800);
    expect(await asked).toBe('UNREACHABLE');
    const after = stateOf(second);
    await vi.advanceTimersByTimeAsync(0);
    expect(await after).toBe('UNREACHABLE');
    expect(performance.now() - began).toBe(800);
    closed.open();
  });

  it('has a request wait for the weights of a provider as long as it has time', async () => {
    const weightages = { read: () => new Promise<never>(() => {}) };
    const { integration } = new FakeProvider({ ports: { weightages } });
    const policies = new ConsensusPolicies({ integrations: [integration], usual: 'provider-weights' });
    const tenant = { policies } as Partial<TenantParts> as TenantParts;
    const request = { viewer, deadline: Deadline.after(300) } as Partial<RequestParts> as RequestParts;
    const found = createContext(tenant, request).loaders.policies.usual();
    await vi.advanceTimersByTimeAsync(300);
    let policy;
    void found.then((usual) => (policy = usual.name));
    await vi.advanceTimersByTimeAsync(0);
    expect(policy).toBe('provider-weights');
  });
});

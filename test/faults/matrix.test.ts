import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BREAKER } from '../../src/outbound/policy/circuitBreaker.ts';
import type { TaskItemState } from '../../src/tasks/task.ts';
import { loadSubjects, type Subject } from '../support/contract/provider.ts';
import { onVirtualTime, patientOf, stopClock, type Befalling } from '../support/faults/faults.ts';
import { readerOf, type Reading } from '../support/faults/faultyReads.ts';
import { endOf, workOf } from '../support/faults/faultyWrites.ts';
import { HR_SYSTEM_DOWN, OWN_ROWS, PROVIDERS, ROWS, WRITES, type Cells, type Provider, type Row } from './matrix.ts';

/** Past every freshness, within what may stand in for a provider that fails. */
const AGE_SECONDS = 1_800;
/** How often what ended so may have taken effect. */
const TOOK_EFFECT: Partial<Record<TaskItemState, number[]>> = { SUCCEEDED: [1], FAILED: [0], OUTCOME_UNKNOWN: [0, 1] };

const subjects = new Map((await loadSubjects()).map((subject) => [subject.card.name, subject]));

/** A row as one provider meets it. */
interface Case extends Cells {
  name: string;
  provider: Provider;
  subject: Subject;
  befalls: { read: Befalling; write: Befalling };
}

function caseOf(row: Row, provider: Provider): Case {
  const subject = subjects.get(provider);
  if (!subject) throw new Error(`no provider ${provider}`);
  const what = 'kind' in row.what ? row.what : row.what[provider];
  const [read, write] = 'kind' in what ? [what, what] : what;
  const { name } = row;
  return {
    read: row.read,
    write: row.write,
    once: row.once,
    ...row.but?.[provider],
    name,
    provider,
    subject,
    befalls: { read, write },
  };
}

const cases = PROVIDERS.flatMap((provider) =>
  [...ROWS, ...OWN_ROWS[provider]].map((row) => [provider, row.name, caseOf(row, provider)] as const),
);

beforeEach(() => {
  stopClock();
  // The jitter of the backoff.
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.clearAllTimers();
  vi.useRealTimers();
});

function seen({ source, attempts }: Reading) {
  return { state: source.state, code: source.problem?.code ?? null, attempts };
}

describe.each(cases)('%s, %s', (_provider, _name, { subject, befalls, ...cells }) => {
  it('a read says what is missing and why, in time', async () => {
    const { state, code, attempts, takes, rows = false, drift = 0 } = cells.read;
    const patient = patientOf(subject);
    const read = await onVirtualTime(readerOf(patient));
    patient.lay(befalls.read, { method: 'GET' });

    const reading = await read();

    expect(seen(reading)).toEqual({ state, code, attempts });
    expect(reading.milliseconds).toBeGreaterThanOrEqual(takes[0]);
    expect(reading.milliseconds).toBeLessThanOrEqual(takes[1]);
    expect([reading.ratings > 0, patient.integration.drift.length]).toEqual([rows, drift]);
  });

  it('what was read before stands in with its age', async () => {
    const { state, code, rows = false } = cells.read;
    const patient = patientOf(subject);
    const read = await onVirtualTime(readerOf(patient));
    const whole = await read();
    vi.setSystemTime(Date.now() + AGE_SECONDS * 1000);
    patient.lay(befalls.read, { method: 'GET' });

    const reading = await read();

    const isOld = state === 'UNREACHABLE';
    expect(seen(reading)).toMatchObject({ state: isOld ? 'STALE' : state, code });
    expect(reading.ratings).toBe(isOld || rows ? whole.ratings : 0);
    const age = state === 'UNSUPPORTED' ? null : 0;
    expect(reading.source.ageSeconds).toBe(isOld ? AGE_SECONDS + Math.floor(reading.milliseconds / 1000) : age);
  });

  const writes = (['write', 'once'] as const).flatMap((kind) => {
    const operation = WRITES[subject.card.name as Provider][kind];
    return operation === null ? [] : [{ operation, cell: cells[kind] }];
  });
  it.each(writes)('$operation ends $cell.state after $cell.sent requests', async ({ operation, cell }) => {
    const patient = patientOf(subject);
    const work = await onVirtualTime(workOf(patient, operation));
    patient.lay(befalls.write, { method: 'POST' });

    const { item, sent, effects, milliseconds } = await endOf(patient, work);

    expect({ state: item.state, code: item.problem?.code ?? null, sent, takes: milliseconds }).toEqual(cell);
    // Nothing takes effect twice, and what is said of it is true.
    expect(TOOK_EFFECT[cell.state]).toContain(effects.length);
  });
});

describe('an HR system that fails behind kombo', () => {
  it('stops no reads, which do not need it', async () => {
    const subject = subjects.get('kombo');
    if (!subject) throw new Error('no kombo');
    const patient = patientOf(subject, { breaker: BREAKER });
    const read = await onVirtualTime(readerOf(patient));
    const work = await onVirtualTime(workOf(patient, 'rate'));
    patient.lay(HR_SYSTEM_DOWN, { method: 'POST' });

    const { item, sent } = await endOf(patient, work);

    expect(item.state).toBe('OUTCOME_UNKNOWN');
    expect(sent).toBeGreaterThan(BREAKER.consecutive);
    expect(seen(await read())).toEqual({ state: 'FRESH', code: null, attempts: 1 });
  });
});

describe.each([...subjects])('%s behind its breaker', (_provider, subject) => {
  it('is not asked while it is down, and is asked again later', async () => {
    const patient = patientOf(subject, { breaker: BREAKER });
    const read = await onVirtualTime(readerOf(patient));
    patient.lay({ kind: 'reset' }, {});
    // Five failures: three of the first question, two of the second.
    expect(seen(await read())).toEqual({ state: 'UNREACHABLE', code: 'UNREACHABLE', attempts: 3 });
    expect(seen(await read())).toEqual({ state: 'UNREACHABLE', code: 'UNREACHABLE', attempts: 2 });

    const refused = await read();

    expect(seen(refused)).toEqual({ state: 'UNREACHABLE', code: 'BREAKER_OPEN', attempts: 0 });
    expect(refused.milliseconds).toBe(0);
    expect(refused.source.problem?.retryAfterSeconds).toBeGreaterThan(0);
    patient.simulator.clearFaults();
    await vi.advanceTimersByTimeAsync(BREAKER.openMs);
    expect(seen(await read())).toEqual({ state: 'FRESH', code: null, attempts: 1 });
  });

  it('shows what was read before while it is not asked', async () => {
    const patient = patientOf(subject, { breaker: BREAKER });
    const read = await onVirtualTime(readerOf(patient));
    const whole = await read();
    vi.setSystemTime(Date.now() + AGE_SECONDS * 1000);
    patient.lay({ kind: 'reset' }, {});
    await read();
    await read();

    const reading = await read();

    expect(seen(reading)).toEqual({ state: 'STALE', code: 'BREAKER_OPEN', attempts: 0 });
    expect(reading.ratings).toBe(whole.ratings);
    expect(reading.source.ageSeconds).toBeGreaterThanOrEqual(AGE_SECONDS);
  });
});

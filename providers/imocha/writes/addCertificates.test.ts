import { describe, expect, it } from 'vitest';
import type { Call, CertificateWrite } from '../../../src/domain/ports.ts';
import { connect } from '../../../src/integrations/connect.ts';
import { simulatorTransport } from '../../../src/outbound/transport/undiciTransport.ts';
import { VirtualClock } from '../../../src/lib/clock.ts';
import type { SimRequest } from '../../../src/simulator/simulator.ts';
import { createWorkforce } from '../../../src/simulator/workforce.ts';
import { imocha } from '../imocha.ts';
import { imochaSimulator } from '../simulator/simulator.ts';

const WORKFORCE = createWorkforce('test', { people: 60, skills: 40 });
const TASK: Call = { purpose: 'task' };
const [ANNA, BEN, NOBODY] = ['1000001', '1000002', '999999999'] as const;

function setUp(switches: Record<string, unknown> = {}) {
  const clock = new VirtualClock();
  const simulator = imochaSimulator.create({ workforce: WORKFORCE, clock, limits: 'none', switches });
  const bodies: string[] = [];
  const seen = {
    ...simulator,
    handle(request: SimRequest) {
      if (request.method === 'POST') bodies.push(request.body);
      return simulator.handle(request);
    },
  };
  const { ports } = connect(imocha, imochaSimulator.settings('http://simulator'), {
    name: 'imocha-test',
    transport: simulatorTransport(seen, ''),
    limits: { requestsPerSecond: null, attempts: 3 },
  });
  const { addCertificates, ratings, ratingsByEmployees, skills } = ports;
  if (!addCertificates || !ratings?.changedSince || !ratingsByEmployees || !skills)
    throw new Error('a port is missing');
  const changedSince = ratings.changedSince.bind(ratings);
  const calls = () => simulator.journal.map(({ method, path, status }) => `${method} ${path} ${status}`);
  const effects = () => simulator.journal.flatMap((entry) => entry.effects.map(({ key }) => key));
  return { clock, simulator, addCertificates, changedSince, ratingsByEmployees, skills, bodies, calls, effects };
}

const certificate = (employeeId: string, title: string, more: Partial<CertificateWrite> = {}): CertificateWrite => ({
  employeeId,
  title,
  isStandard: false,
  ...more,
});

describe('addCertificates', () => {
  it('sends one call per employee, what is given, and each once; accepted is all that it says', async () => {
    const { addCertificates, bodies, calls, effects } = setUp();
    const full = { isStandard: true, issuer: 'Acme', validTill: '2027-01-31', licenseNumber: 'L-1' };
    const items = [
      certificate(ANNA, 'Diving', full),
      certificate(BEN, 'Sailing'),
      certificate(ANNA, 'Rowing'),
      certificate(BEN, 'Sailing'),
    ];
    const accepted = {
      state: 'done',
      row: null,
      remoteId: null,
      warnings: ['The provider has accepted it; the skills it brings may show much later.'],
    };
    expect(await addCertificates.run(items, TASK)).toEqual([accepted, accepted, accepted, accepted]);
    expect(calls()).toEqual([`POST /employees/${ANNA}/certificates 201`, `POST /employees/${BEN}/certificates 201`]);
    expect(bodies.map((body) => JSON.parse(body) as unknown)).toEqual([
      [
        {
          title: 'Diving',
          isStandardCertificate: true,
          issuer: 'Acme',
          validTill: '2027-01-31T00:00:00.000Z',
          licenseNumber: 'L-1',
        },
        { title: 'Rowing', isStandardCertificate: false },
      ],
      [{ title: 'Sailing', isStandardCertificate: false }],
    ]);
    expect(effects()).toEqual([`${ANNA}|Diving`, `${ANNA}|Rowing`, `${BEN}|Sailing`]);
  });

  it('brings skills that reads show after a while, and a changed profile', async () => {
    const { addCertificates, ratingsByEmployees, changedSince, skills, clock } = setUp();
    const before = await ratingsByEmployees.read([ANNA], TASK);
    const names = [];
    for await (const page of skills.walk(TASK)) names.push(...page.rows.map(({ name }) => name));
    const held = new Set(before.map(({ skillName }) => skillName));
    const free = names.filter((name) => name !== null && !/\s/.test(name) && !held.has(name));
    expect(free.length).toBeGreaterThan(3);
    const since = new Date(clock.now()).toISOString();
    await addCertificates.run([certificate(ANNA, `Certified ${free.join(' ')}`)], TASK);
    expect(await ratingsByEmployees.read([ANNA], TASK)).toEqual(before);
    clock.advance(60_000);
    const after = await ratingsByEmployees.read([ANNA], TASK);
    const brought = new Set(after.map(({ skillName }) => skillName).filter((name) => !held.has(name)));
    expect([...brought].every((name) => free.includes(name))).toBe(true);
    expect(brought.size).toBeGreaterThan(1);
    const changed = [];
    for await (const page of changedSince(since, TASK)) changed.push(...(page.whole ?? []));
    expect(changed).toEqual([ANNA]);
  });

  it('fails for an employee that is unknown, and adds to the others', async () => {
    const { addCertificates, calls } = setUp();
    const items = [certificate(NOBODY, 'Diving'), certificate(ANNA, 'Diving')];
    expect(await addCertificates.run(items, TASK)).toMatchObject([
      { state: 'failed', error: { code: 'NOT_FOUND', retryable: false } },
      { state: 'done' },
    ]);
    expect(calls().filter((call) => call.startsWith(`POST /employees/${NOBODY}`))).toHaveLength(1);
  });

  it('tries the external id where the path takes no other', async () => {
    const { addCertificates, calls, effects } = setUp({ certificateIds: 'external' });
    expect(await addCertificates.run([certificate(ANNA, 'Diving')], TASK)).toMatchObject([{ state: 'done' }]);
    expect(calls().slice(0, 2)).toEqual([
      `POST /employees/${ANNA}/certificates 404`,
      `GET /employees/${ANNA}/skills-profile 200`,
    ]);
    expect(calls()[2]).toMatch(/^POST \/employees\/[^/]+\/certificates 201$/);
    expect(effects()).toEqual([`${ANNA}|Diving`]);
  });

  it('refuses one without a title alone', async () => {
    const { addCertificates, effects } = setUp();
    const items = [certificate(ANNA, ' '), certificate(ANNA, 'Diving')];
    expect(await addCertificates.run(items, TASK)).toMatchObject([{ state: 'failed' }, { state: 'done' }]);
    expect(effects()).toEqual([`${ANNA}|Diving`]);
  });

  it('never sends twice what may have been taken', async () => {
    const { addCertificates, simulator, effects, bodies } = setUp();
    simulator.addFault({ shape: { kind: 'answerLost' }, times: 1 });
    expect(await addCertificates.run([certificate(ANNA, 'Diving')], TASK)).toMatchObject([{ state: 'unknown' }]);
    simulator.clearFaults();
    simulator.addFault({ shape: { kind: 'status', status: 200, body: '{}' }, times: 1 });
    // Only 201 is known to say that it is accepted.
    expect(await addCertificates.run([certificate(BEN, 'Diving')], TASK)).toMatchObject([
      { state: 'unknown', error: { code: 'OUTCOME_UNKNOWN' } },
    ]);
    expect([bodies.length, effects()]).toEqual([2, [`${ANNA}|Diving`]]);
    expect(addCertificates.repeat).toBe('never');
  });

  it('is not offered where the endpoint is not there', async () => {
    const { addCertificates } = setUp({ offersCertificates: false });
    expect(await addCertificates.run([certificate(ANNA, 'Diving')], TASK)).toMatchObject([
      { state: 'failed', error: { code: 'NOT_OFFERED' } },
    ]);
  });
});

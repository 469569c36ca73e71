import { describe, expect, it } from 'vitest';
import type { Call, DriftNote, JobProfilesPort } from '../../../src/domain/ports.ts';
import type { JobProfileRow } from '../../../src/domain/roles.ts';
import { connect } from '../../../src/integrations/connect.ts';
import { simulatorTransport } from '../../../src/outbound/transport/undiciTransport.ts';
import { VirtualClock } from '../../../src/lib/clock.ts';
import { createWorkforce } from '../../../src/simulator/workforce.ts';
import { kombo } from '../kombo.ts';
import { komboSimulator } from '../simulator/simulator.ts';
import { toExpectedSkill, toJobProfile } from './staffing.ts';

const CALL: Call = { purpose: 'request' };
const WORKFORCE = createWorkforce('test', { people: 10, skills: 40 });

function start(switches: Record<string, unknown> = {}) {
  const simulator = komboSimulator.create({
    workforce: WORKFORCE,
    clock: new VirtualClock(),
    limits: 'none',
    switches,
  });
  const drift: DriftNote[] = [];
  const integration = komboSimulator.settings('http://simulator');
  const { ports } = connect(kombo, integration, {
    name: 'kombo-main',
    transport: simulatorTransport(simulator, '/v1'),
    limits: { requestsPerSecond: null, attempts: 1 },
    onDrift: (note) => drift.push(note),
  });
  const { jobProfiles } = ports;
  if (!jobProfiles) throw new Error('a port is missing');
  const calls = () =>
    simulator.journal
      .splice(0)
      .map(({ path, query, status }) => `${path}?${query.replace(/page_size=\d+/, '')} ${status}`);
  return { simulator, drift, calls, ports, jobProfiles };
}

async function all(port: JobProfilesPort): Promise<JobProfileRow[]> {
  const rows: JobProfileRow[] = [];
  for await (const page of port.walk(CALL)) rows.push(...page.rows);
  return rows;
}

const reading = { operation: 'jobProfiles', drift: () => {} };

describe('staffing entities', () => {
  it('come with the skills they expect in one call, deleted ones left out', async () => {
    const { jobProfiles, calls, drift } = start();
    const rows = await all(jobProfiles);
    expect(calls()).toEqual(['/v1/hris/staffing-entities? 200']);
    expect(rows).toHaveLength(97);
    expect(new Set(rows.map(({ kindLabel }) => kindLabel))).toEqual(
      new Set(['position', 'requisition', 'job', 'staffing entity']),
    );
    expect(rows[0]?.description).toBe('Works as Software Engineer in Engineering & with others.\n- Plans\n- Builds');
    const expected = rows.flatMap((row) => row.expectedSkills ?? []);
    expect(new Set(expected.map(({ value }) => value?.kind))).toEqual(new Set(['number', 'option', undefined]));
    expect(drift).toEqual([]);
  });

  it('are read one by one, and an unknown one is none', async () => {
    const { jobProfiles, calls } = start();
    const [first] = await all(jobProfiles);
    calls();
    expect(await jobProfiles.read(first?.remoteId ?? '', CALL)).toEqual(first);
    expect(calls()).toEqual([`/v1/hris/staffing-entities?ids=${first?.remoteId}& 200`]);
    expect(await jobProfiles.read('nobody', CALL)).toBeNull();
    expect(await jobProfiles.read('a,b', CALL)).toBeNull();
    expect(calls()).toHaveLength(1);
  });

  it('expect nothing at a tenant from before skills came', async () => {
    const { jobProfiles } = start({ staffingSkills: 'off' });
    expect((await all(jobProfiles)).every(({ expectedSkills }) => expectedSkills?.length === 0)).toBe(true);
  });

  it('are not offered where the list is off', async () => {
    const { jobProfiles } = start({ staffingEndpoint: 'off' });
    await expect(all(jobProfiles)).rejects.toMatchObject({ code: 'NOT_OFFERED' });
  });

  it.each([403, 501])('are not offered where the list answers %i', async (status) => {
    const { jobProfiles, simulator } = start();
    simulator.addFault({ shape: { kind: 'status', status }, path: 'staffing' });
    await expect(all(jobProfiles)).rejects.toMatchObject({ code: 'NOT_OFFERED' });
  });

  it('an unreadable one costs itself alone, and is noted', async () => {
    const { jobProfiles, simulator, drift } = start();
    simulator.addFault({ shape: { kind: 'drift', path: 'data.results.0.id', value: null }, path: 'staffing' });
    expect(await all(jobProfiles)).toHaveLength(96);
    expect(drift).toMatchObject([{ operation: 'jobProfiles', path: 'data.results.*.id' }]);
  });

  it('stand in the list without skills that cannot be read, which are no answer where one is asked for', async () => {
    const { jobProfiles, simulator } = start();
    simulator.addFault({ shape: { kind: 'drift', path: 'data.results.*.skills.*', value: 7 }, path: 'staffing' });
    const rows = await all(jobProfiles);
    expect(rows).toHaveLength(97);
    const unread = rows.find(({ expectedSkills }) => expectedSkills === null);
    await expect(jobProfiles.read(unread?.remoteId ?? '', CALL)).rejects.toMatchObject({ code: 'UNREADABLE' });
  });

  it('no employee has one: gaps, paths and weights are absent', () => {
    const { ports } = start();
    expect(ports.skillGaps ?? ports.careerPaths ?? ports.weightages).toBeUndefined();
  });
});

describe('toJobProfile', () => {
  it('keeps the word for a kind that nobody has heard of', () => {
    expect(toJobProfile({ id: 'a', model_type: 'GIG_WORK' }, reading)).toEqual({
      remoteId: 'a',
      name: null,
      kindLabel: 'gig work',
      description: null,
      aliases: [],
      expectedSkills: [],
    });
  });
});

describe('toExpectedSkill', () => {
  const scale = {
    type: 'SINGLE_SELECT',
    ordered_options: [
      { id: 'o1', name: 'Low' },
      { id: 'o2', name: 'High' },
    ],
  };

  it('reads an option on the scale of its skill', () => {
    const options = [
      { optionId: 'o1', name: 'Low' },
      { optionId: 'o2', name: 'High' },
    ];
    expect(
      toExpectedSkill({
        skill_id: 's',
        skill: { id: 's', name: 'Go', proficiency_scale: scale },
        expected_proficiency: { type: 'SINGLE_SELECT', selected_option_id: 'o2' },
      }),
    ).toEqual({
      skillId: 's',
      skillKeys: null,
      skillName: 'Go',
      skillScale: { kind: 'singleSelect', options },
      skillClassification: null,
      value: { kind: 'option', optionId: 'o2', name: null, options: null },
      priorityLabel: null,
      reportedPercent: null,
    });
  });

  it('reads the predecessor with its level by name', () => {
    expect(toExpectedSkill({ id: 's', name: 'Go', required: true, required_level: 'High' })).toMatchObject({
      skillId: 's',
      skillName: 'Go',
      value: { kind: 'option', optionId: null, name: 'High' },
      priorityLabel: 'required',
    });
  });

  it('expects no level where none is said', () => {
    expect(toExpectedSkill({ skill_id: 's', expected_proficiency: null }).value).toBeNull();
    expect(toExpectedSkill({ skill_id: 's' }).value).toBeNull();
  });
});

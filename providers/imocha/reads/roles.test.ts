import { describe, expect, it } from 'vitest';
import type { Call, DriftNote, WalkPage } from '../../../src/domain/ports.ts';
import type { JobProfileRow } from '../../../src/domain/roles.ts';
import { connect } from '../../../src/integrations/connect.ts';
import { simulatorTransport } from '../../../src/outbound/transport/undiciTransport.ts';
import { VirtualClock } from '../../../src/lib/clock.ts';
import { createWorkforce } from '../../../src/simulator/workforce.ts';
import { imocha } from '../imocha.ts';
import { imochaSimulator } from '../simulator/simulator.ts';
import { toEmployee } from '../mappers/mappers.ts';
import { toCareerPath, toExpectations, toJobProfile } from '../mappers/roles.ts';
import { rolePorts } from './roles.ts';
import { DEFAULTS } from '../settings.ts';
import { toWeights } from '../mappers/weights.ts';

const WORKFORCE = createWorkforce('test', { people: 60, skills: 40 });
const CALL: Call = { purpose: 'request' };
const PROFILE_ID = '3001';

function setUp(switches: Record<string, unknown> = {}) {
  const simulator = imochaSimulator.create({
    workforce: WORKFORCE,
    clock: new VirtualClock(),
    limits: 'none',
    switches,
  });
  const drift: DriftNote[] = [];
  const { ports } = connect(imocha, imochaSimulator.settings('http://simulator'), {
    name: 'imocha-test',
    transport: simulatorTransport(simulator, ''),
    limits: { requestsPerSecond: null, attempts: 1 },
    onDrift: (note) => drift.push(note),
  });
  const calls = () => simulator.journal.splice(0).map(({ path, status }) => `${path} ${status}`);
  return { simulator, drift, calls, ports: ports as typeof ports & ReturnType<typeof rolePorts> };
}

async function all<Row>(pages: AsyncIterable<WalkPage<Row>>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const page of pages) rows.push(...page.rows);
  return rows;
}

const reading = () => {
  const notes: DriftNote[] = [];
  return { operation: 'test', drift: (note: DriftNote) => void notes.push(note), notes };
};

describe('job profiles', () => {
  it.each(['page', 'array'])(
    'are walked as a %s in one call, and named by their job codes',
    async (jobProfilesShape) => {
      const { ports, calls } = setUp({ jobProfilesShape });
      const rows = await all(ports.jobProfiles.walk(CALL));
      expect(calls()).toEqual(['/jobprofiles 200']);
      expect(rows.find(({ remoteId }) => remoteId === PROFILE_ID)).toEqual({
        remoteId: PROFILE_ID,
        name: 'Software Engineer',
        kindLabel: 'job profile',
        description: 'Software Engineer in Engineering.',
        aliases: [`profile:${PROFILE_ID}`, 'code:ENG-1', 'code:ENG-2'],
        expectedSkills: null,
      } satisfies JobProfileRow);
    },
  );

  it('of whose skills none can be read are no answer, and none of theirs is lost', async () => {
    const { ports, simulator } = setUp();
    simulator.addFault({ shape: { kind: 'drift', path: 'skills.*', value: 7 } });
    await expect(ports.jobProfiles.read(PROFILE_ID, CALL)).rejects.toMatchObject({ code: 'UNREADABLE' });
    const note = reading();
    const listed = { jobProfileId: 1, skills: [{ skill: {} }, {}] };
    expect(toJobProfile(listed, DEFAULTS, note)).toMatchObject({ remoteId: '1', expectedSkills: null });
    expect(note.notes).toHaveLength(2);
  });

  it('are read with the skills they expect in one call, and an unknown one is none', async () => {
    const { ports, calls } = setUp();
    const profile = await ports.jobProfiles.read(PROFILE_ID, CALL);
    expect(calls()).toEqual([`/jobprofiles/${PROFILE_ID} 200`]);
    expect(profile?.expectedSkills?.length).toBeGreaterThanOrEqual(6);
    expect(profile?.expectedSkills?.[0]).toMatchObject({ value: { kind: 'number', scale: DEFAULTS.scale } });
    expect(await ports.jobProfiles.read('999', CALL)).toBeNull();
    expect(await ports.jobProfiles.read('ENG', CALL)).toBeNull();
  });

  it.each([403, 404, 501])('are not offered where the list answers %i', async (status) => {
    const { ports, simulator } = setUp();
    simulator.addFault({ shape: { kind: 'status', status }, path: 'jobprofiles' });
    await expect(all(ports.jobProfiles.walk(CALL))).rejects.toMatchObject({ code: 'NOT_OFFERED' });
    await expect(ports.jobProfiles.read(PROFILE_ID, CALL)).rejects.toMatchObject({ code: 'NOT_OFFERED' });
  });

  it('a shape of another kind is unreadable and noted', async () => {
    const { ports, simulator, drift } = setUp();
    simulator.addFault({ shape: { kind: 'drift', path: 'items', value: 'none' }, path: 'jobprofiles' });
    await expect(all(ports.jobProfiles.walk(CALL))).rejects.toMatchObject({ code: 'UNREADABLE' });
    expect(drift).toMatchObject([{ operation: 'jobProfiles', path: 'items' }]);
  });
});

describe('toJobProfile', () => {
  it('reads every spelling of a requirement, and leaves out what it cannot read', () => {
    const context = reading();
    const raw = {
      jobProfileId: '7',
      jobRole: { name: 'Tester' },
      skills: [
        { skill: { skillId: 1, skillName: 'C++' }, skillPriorirty: 2, requiredProficiency: '8' },
        { skill: { taxonomySkillId: 500001, skillName: 'Go' }, skillPriority: 'High', proficiency: 0 },
        { skill: {} },
      ],
    };
    const mention = { skillScale: DEFAULTS.scale, skillClassification: null };
    expect(toJobProfile(raw, DEFAULTS, context)).toEqual({
      remoteId: '7',
      name: 'Tester',
      kindLabel: 'job profile',
      description: null,
      aliases: ['profile:7'],
      expectedSkills: [
        {
          ...mention,
          skillId: 'profile:1',
          skillKeys: ['skill:1', 'name:c++'],
          skillName: 'C++',
          value: { kind: 'number', value: 8, scale: DEFAULTS.scale },
          priorityLabel: '2',
          reportedPercent: null,
        },
        {
          ...mention,
          skillId: '500001',
          skillKeys: ['name:go'],
          skillName: 'Go',
          value: null,
          priorityLabel: 'High',
          reportedPercent: null,
        },
      ],
    });
    expect(context.notes).toMatchObject([{ path: 'skills.*.skill.skillId' }]);
  });

  it('employees name their role by id before job code', () => {
    expect(toEmployee({ employeeId: 1, jobProfileId: 7, jobCode: 'ENG-1' }).roleKeys).toEqual([
      'profile:7',
      'code:ENG-1',
    ]);
    expect(toEmployee({ employeeId: 1, jobProfileId: 0, jobCode: null })).not.toHaveProperty('roleKeys');
  });
});

describe('skill gaps', () => {
  it('come with the ratings of the same answer, one call an employee', async () => {
    const { ports, calls } = setUp();
    const employees = await all(ports.employees?.walk(CALL) ?? (async function* () {})());
    const known = employees.filter(({ status }) => status === 'ACTIVE').slice(0, 3);
    calls();
    const rows = await ports.skillGaps.read([...known.map(({ remoteId }) => remoteId), '999'], CALL);
    expect(calls()).toHaveLength(4);
    expect(rows.map(({ employeeId }) => employeeId)).toEqual(known.map(({ remoteId }) => remoteId));
    const expected = rows.flatMap((row) => row.expected);
    expect(expected.length).toBeGreaterThan(0);
    for (const { employeeId, expected: wanted, ratings } of rows) {
      const held = new Set(ratings.map((rating) => rating.skillId));
      expect(ratings.every((rating) => rating.employeeId === employeeId)).toBe(true);
      expect(wanted.every((row) => held.has(row.skillId))).toBe(true);
    }
  });

  it('take either the mark of the role or a requirement, and pass the figure through', () => {
    const skill = (skillId: number, values: object) => ({ skill: { skillId, skillName: 'S' }, ...values });
    const rows = toExpectations(
      {
        skills: [
          skill(1, { isJobProfileSkill: false, skillRequiredProficiency: 4, skillGapInPercentage: 25 }),
          skill(2, { isJobProfileSkill: true, skillRequiredProficiency: 0, skillGapInPercentage: -5 }),
          skill(3, { isJobProfileSkill: false, skillRequiredProficiency: 0 }),
        ],
      },
      DEFAULTS,
      reading(),
    );
    expect(rows.map(({ skillId, value, reportedPercent }) => [skillId, value?.kind, reportedPercent])).toEqual([
      ['profile:1', 'number', 25],
      ['profile:2', undefined, -5],
    ]);
  });
});

describe('career paths', () => {
  const employeeId = async ({ ports }: ReturnType<typeof setUp>) => {
    for await (const { rows } of ports.employees?.walk(CALL) ?? []) {
      const found = rows.find(({ roleKeys }) => roleKeys?.includes('code:ENG-2') === true);
      if (found) return found.remoteId;
    }
    throw new Error('nobody is in engineering');
  };

  it('suggest roles with what they expect in one call', async () => {
    const subject = setUp();
    const id = await employeeId(subject);
    subject.calls();
    const paths = await subject.ports.careerPaths.read(id, CALL);
    expect(subject.calls()).toEqual([`/employees/${id}/career-path 200`]);
    expect(new Set(paths.map(({ kindLabel }) => kindLabel))).toEqual(new Set(['Vertical', 'Horizontal']));
    for (const { match, expectedSkills } of paths) {
      expect(match).toBeGreaterThanOrEqual(0);
      expect(match).toBeLessThanOrEqual(1);
      expect(expectedSkills?.length).toBeGreaterThan(0);
    }
  });

  it('404 is the missing operation until it has answered, then an employee without paths', async () => {
    const subject = setUp();
    const id = await employeeId(subject);
    await expect(subject.ports.careerPaths.read('999', CALL)).rejects.toMatchObject({ code: 'NOT_OFFERED' });
    await subject.ports.careerPaths.read(id, CALL);
    expect(await subject.ports.careerPaths.read('999', CALL)).toEqual([]);
  });

  it('have no match and no skills where the vendor tells none', () => {
    expect(toCareerPath({ jobProfile: { jobProfileId: 7 } }, DEFAULTS, reading())).toEqual({
      jobProfile: {
        remoteId: '7',
        name: null,
        kindLabel: 'job profile',
        description: null,
        aliases: ['profile:7'],
        expectedSkills: null,
      },
      kindLabel: 'career path',
      match: null,
      expectedSkills: null,
    });
  });
});

describe('weightages', () => {
  const ALL = [
    { source: 'SELF', weight: 20 },
    { source: 'MANAGER', weight: 30 },
    { source: 'ASSESSMENT', weight: 30 },
    { source: 'PEER', weight: 10 },
    { source: 'INFERRED', weight: 10 },
  ];

  it.each(['channels', 'array', 'object'])('are read as %s', async (weightagesShape) => {
    const { ports, calls, drift } = setUp({ weightagesShape });
    expect(await ports.weightages.read(CALL)).toEqual(ALL);
    expect(calls()).toEqual(['/account/validation-weightages 200']);
    expect(drift).toEqual([]);
  });

  it('are read as fractions in the same ratios', async () => {
    const { ports } = setUp({ weightagesShape: 'fractions' });
    const weights = await ports.weightages.read(CALL);
    expect(weights.map(({ weight }) => Math.round(weight * 100))).toEqual(ALL.map(({ weight }) => weight));
  });

  it.each([403, 404, 501])('are not offered where the account answers %i', async (status) => {
    const { ports, simulator } = setUp();
    simulator.addFault({ shape: { kind: 'status', status }, path: 'weightages' });
    await expect(ports.weightages.read(CALL)).rejects.toMatchObject({ code: 'NOT_OFFERED' });
  });

  it('leave out disabled, unknown and broken channels, and note the latter two', () => {
    const context = reading();
    const channels = [
      { channelName: 'self-rating', weightage: '60' },
      { channelName: 'Manager', weightage: 40, isEnabled: false },
      { channelName: 'Horoscope', weightage: 10 },
      { channelName: 'MultiRater', weightage: null },
    ];
    expect(toWeights({ validationChannels: channels }, context)).toEqual([{ source: 'SELF', weight: 60 }]);
    expect(context.notes.map(({ path }) => path)).toEqual(['*.channelName', '*.weightage']);
  });

  it('take score field names and leave other properties alone', () => {
    const context = reading();
    expect(toWeights({ accountId: 7, iMochaValidationScore: 1, weightedAIInferenceScore: 3 }, context)).toEqual([
      { source: 'ASSESSMENT', weight: 1 },
      { source: 'INFERRED', weight: 3 },
    ]);
    expect(context.notes).toEqual([]);
  });

  it('are none where nothing is said, and unreadable where nothing is a channel', () => {
    expect(toWeights(undefined, reading())).toEqual([]);
    expect(() => toWeights({ message: 'hello' }, reading())).toThrow('weights of channels');
  });
});

describe('the simulator', () => {
  it.each([
    ['offersJobProfiles', '/jobprofiles'],
    ['offersJobProfile', `/jobprofiles/${PROFILE_ID}`],
    ['offersCareerPath', '/employees/1000001/career-path'],
    ['offersWeightages', '/account/validation-weightages'],
  ])('%s takes %s away', async (name, path) => {
    const { simulator } = setUp();
    const ask = () =>
      simulator.handle({
        method: 'GET',
        path,
        query: new URLSearchParams(),
        headers: { 'x-api-key': 'imocha-simulator-key' },
        body: '',
      });
    expect((await ask()).status).toBe(200);
    simulator.setSwitch(name, false);
    expect((await ask()).status).toBe(404);
  });
});

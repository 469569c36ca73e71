import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/lib/clock.ts';
import type { SimulatorOptions } from '../../../src/simulator/simulator.ts';
import { createWorkforce } from '../../../src/simulator/workforce.ts';
import type { RawRating, RawSkill } from '../raw.ts';
import { SIMULATED } from './credentials.ts';
import { komboSimulator } from './simulator.ts';

const workforce = createWorkforce('test', { people: 60, skills: 40 });
const CREDENTIALS = { authorization: `Bearer ${SIMULATED.apiKey}`, 'x-integration-id': SIMULATED.integrationId };

interface Listed<Row> {
  data: { next: string | null; results: Row[] };
}
interface Failed {
  error: { code: string | null };
}
interface Task {
  data: { task_id: string; status: string; completed_at: string | null; data?: unknown; error?: { code: string } };
}
interface Stored {
  data: RawRating;
  warnings?: unknown[];
}

function start(options: Partial<SimulatorOptions> = {}) {
  const clock = new VirtualClock();
  const simulator = komboSimulator.create({ workforce, clock, limits: 'none', ...options });
  // Each test says which body it reads.
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  const call = async <Body = unknown>(
    method: string,
    target: string,
    body?: unknown,
    headers: object = CREDENTIALS,
  ) => {
    const url = new URL(`/v1${target}`, 'http://simulator');
    const response = await simulator.handle({
      method,
      path: url.pathname,
      query: url.searchParams,
      headers: { ...headers },
      body: body === undefined ? '' : JSON.stringify(body),
    });
    return { status: response.status, headers: response.headers, body: JSON.parse(response.body) as Body };
  };
  const codeOf = async (...parameters: Parameters<typeof call>) => {
    const { status, body } = await call<Failed>(...parameters);
    return [status, body.error.code];
  };
  const effects = () => simulator.journal.flatMap((entry) => entry.effects.map((effect) => effect.change));
  const ratings = async (query: string) => {
    const { body } = await call<Listed<RawRating>>('GET', `/hris/skill-proficiency-ratings?page_size=250${query}`);
    return body.data.results;
  };
  const skillNamed = async (name: string): Promise<RawSkill> => {
    const { body } = await call<Listed<RawSkill>>('GET', `/hris/skills?name_contains=${name}`);
    const [skill] = body.data.results;
    if (!skill) throw new Error(`no skill ${name}`);
    return skill;
  };
  const anEmployee = async () => {
    const { body } = await call<Listed<{ id: string }>>('GET', '/hris/employees?page_size=1');
    return body.data.results[0]?.id ?? '';
  };
  return { simulator, clock, call, codeOf, effects, ratings, skillNamed, anEmployee };
}

describe('the door', () => {
  it('asks for the key, then the integration, then its state', async () => {
    const { codeOf, simulator } = start({ switches: { setupState: 'SETUP_SYNC_PENDING' } });
    const list = ['GET', '/hris/employees', undefined] as const;
    const { authorization } = CREDENTIALS;
    expect(await codeOf(...list, {})).toEqual([401, 'PLATFORM.AUTHENTICATION_INVALID']);
    expect(await codeOf(...list, { authorization })).toEqual([400, 'PLATFORM.INPUT_INVALID']);
    expect(await codeOf(...list, { authorization, 'x-integration-id': 'workday:other' })).toEqual([
      404,
      'PLATFORM.INTEGRATION_NOT_FOUND',
    ]);
    expect(await codeOf(...list)).toEqual([409, 'INTEGRATION.SETUP_SYNC_PENDING']);
    simulator.setSwitch('setupState', 'INACTIVE');
    expect(await codeOf(...list)).toEqual([409, 'INTEGRATION.INACTIVE']);
  });

  it('has the older form of the first sync: 503 and a message alone', async () => {
    const { call } = start({ switches: { setupState: 'LEGACY_503' } });
    const { status, body } = await call('GET', '/hris/employees');
    expect([status, body]).toEqual([503, { status: 'error', error: { message: "The first sync didn't finish yet." } }]);
  });

  it('answers the probes without an integration header', async () => {
    const { call } = start();
    const { authorization } = CREDENTIALS;
    const probe = await call<{ data: object }>('GET', '/check-api-key', undefined, { authorization });
    expect([probe.status, Object.keys(probe.body.data)]).toEqual([200, ['environment_id', 'customer_id']]);
    const id = encodeURIComponent(SIMULATED.integrationId);
    const shown = await call<{ data: { status: string; read_models: { id: string }[] } }>('GET', `/integrations/${id}`);
    expect(shown.body.data.status).toBe('ACTIVE');
    expect(shown.body.data.read_models.map((model) => model.id)).toContain('hris_skills');
  });

  it.each([
    ['PATCH', '/hris/employees/1', 400],
    ['PATCH', '/hris/skills/1', 501],
    ['GET', '/hris/groups', 501],
    ['GET', '/hris/employee-skill-assignments', 501],
    ['PUT', '/custom/datev/employees/1/prepare-payroll', 501],
    ['GET', '/hris/unheard-of', 404],
    ['DELETE', '/hris/skill-proficiency-ratings', 404],
  ])('%s %s answers %i in the shape of the vendor', async (method, path, status) => {
    const { call } = start();
    const response = await call<{ status: string; error: object }>(method, path);
    expect([response.status, response.body.status, Object.keys(response.body.error)]).toEqual([
      status,
      'error',
      ['code', 'title', 'message', 'log_url'],
    ]);
  });

  it('the catalogue can be missing', async () => {
    const { codeOf } = start({ switches: { skillsEndpoint: 'off' } });
    expect(await codeOf('GET', '/hris/skills')).toEqual([404, null]);
  });

  it('refuses a switch that it does not have', () => {
    expect(() => start({ switches: { nonsense: 1 } })).toThrow('kombo has no switch nonsense');
  });
});

describe('limits', () => {
  it('the 301st request of a minute is refused, and every answer says where it stands', async () => {
    const { call, clock, simulator } = start({ limits: 'default' });
    const first = await call('GET', '/check-api-key');
    expect(first.headers).toMatchObject({
      'ratelimit-limit': '300',
      'ratelimit-remaining': '299',
      'ratelimit-reset': '60',
    });
    for (let index = 1; index < 300; index += 1) await call('GET', '/check-api-key');
    clock.advance(20_000);
    const refused = await call<Failed>('GET', '/check-api-key');
    expect([refused.status, refused.body.error.code]).toEqual([429, 'PLATFORM.RATE_LIMIT_EXCEEDED']);
    expect([refused.headers['ratelimit-reset'], refused.headers['retry-after']]).toEqual(['40', undefined]);
    simulator.setSwitch('retryAfter', 'on');
    expect((await call('GET', '/check-api-key')).headers['retry-after']).toBe('40');
    clock.advance(40_000);
    expect((await call('GET', '/check-api-key')).status).toBe(200);
  });

  it('the 31st write in flight is refused', async () => {
    const { call, clock, skillNamed, anEmployee } = start({
      limits: 'default',
      switches: { actionMilliseconds: 500 },
    });
    const body = { employee_id: await anEmployee(), skill_id: (await skillNamed('TypeScript')).id, proficiency: 3 };
    const writes = Array.from({ length: 31 }, () => call('POST', '/hris/skill-proficiency-ratings', body));
    const refused = await writes[30];
    expect([refused?.status, refused?.headers['Concurrency-Remaining']]).toEqual([429, '0']);
    clock.advance(500);
    const statuses = (await Promise.all(writes.slice(0, 30))).map((response) => response.status);
    expect(statuses).toEqual(Array.from({ length: 30 }, () => 200));
    const later = call('POST', '/hris/skill-proficiency-ratings', body);
    clock.advance(500);
    expect((await later).headers).toMatchObject({ 'Concurrency-Limit': '30', 'Concurrency-Remaining': '29' });
  });

  it('there are none when they are off', async () => {
    const { call } = start();
    let last = await call('GET', '/check-api-key');
    for (let index = 0; index < 300; index += 1) last = await call('GET', '/check-api-key');
    expect([last.status, last.headers['ratelimit-limit']]).toEqual([200, undefined]);
  });
});

describe('lists', () => {
  it('give 100 rows unless told, at most 250, and the rest by an opaque cursor', async () => {
    const { call, codeOf } = start();
    const path = '/hris/skill-proficiency-ratings';
    const first = (await call<Listed<RawRating>>('GET', path)).body.data;
    expect(first.results.length).toBe(100);
    const second = (await call<Listed<RawRating>>('GET', `${path}?cursor=${encodeURIComponent(first.next ?? '')}`)).body
      .data;
    expect(new Set([...first.results, ...second.results].map((row) => row.id)).size).toBe(200);
    for (const size of ['0', '251', '1.5', 'x']) {
      expect(await codeOf('GET', `${path}?page_size=${size}`)).toEqual([400, 'PLATFORM.INPUT_INVALID']);
    }
    expect(await codeOf('GET', `${path}?cursor=nonsense`)).toEqual([400, 'PLATFORM.INPUT_INVALID']);
  });

  it('a cursor dies after an hour', async () => {
    const { call, codeOf, clock } = start();
    const { next } = (await call<Listed<RawRating>>('GET', '/hris/employees?page_size=10')).body.data;
    clock.advance(3_600_001);
    expect(await codeOf('GET', `/hris/employees?cursor=${encodeURIComponent(next ?? '')}`)).toEqual([
      400,
      'PLATFORM.INPUT_INVALID',
    ]);
  });

  it('the cursor holds no filters', async () => {
    const { call, ratings } = start();
    const rows = await ratings('');
    // The last of these stand beyond the first page of the whole list.
    const employees = [...new Set(rows.map((row) => row.employee_id))].slice(-4);
    const path = '/hris/skill-proficiency-ratings?page_size=5';
    const filter = `&employee_ids=${employees.join('%2C')}`;
    const read = async (query: string) => (await call<Listed<RawRating>>('GET', path + query)).body.data;
    const { next } = await read(filter);
    const cursor = `&cursor=${encodeURIComponent(next ?? '')}`;
    const areAsked = (list: RawRating[]) => list.every((row) => employees.includes(row.employee_id));
    expect(areAsked((await read(filter + cursor)).results)).toBe(true);
    expect(areAsked((await read(cursor)).results)).toBe(false);
  });

  it('filters are ANDed, their values ORed', async () => {
    const { ratings } = start();
    const all = await ratings('');
    const [a, b] = all;
    if (!a || !b) throw new Error('no ratings');
    const both = await ratings(`&employee_ids=${a.employee_id}&skill_ids=${a.skill_id}`);
    expect(both.length).toBeGreaterThan(0);
    expect(both.every((row) => row.employee_id === a.employee_id && row.skill_id === a.skill_id)).toBe(true);
    expect((await ratings(`&ids=${a.id},${b.id}`)).map((row) => row.id)).toEqual([a.id, b.id]);
    expect(await ratings(`&employee_ids=nobody`)).toEqual([]);
    expect(await ratings(`&updated_after=2999-01-01T00:00:00.000Z`)).toEqual([]);
  });

  it('a filter that is not supported empties the list unless it may be ignored', async () => {
    const { ratings, simulator } = start();
    const [row] = await ratings('');
    const filter = `&employee_ids=${row?.employee_id}`;
    simulator.setSwitch('ratingsFilter', 'empty');
    expect(await ratings(filter)).toEqual([]);
    expect((await ratings(`${filter}&ignore_unsupported_filters=true`)).length).toBe(250);
    simulator.setSwitch('ratingsFilter', 'ignored');
    expect((await ratings(filter)).length).toBe(250);
  });

  it('one and the same seed gives the same bytes, with groups that share the ids of employees', async () => {
    const read = () =>
      start().call<Listed<{ id: string; groups: { id: string }[] }>>('GET', '/hris/employees?page_size=250');
    const [once, twice] = await Promise.all([read(), read()]);
    expect(JSON.stringify(twice.body)).toBe(JSON.stringify(once.body));
    const rows = once.body.data.results;
    const employees = new Set(rows.map((row) => row.id));
    expect(rows.every((row) => row.id.length === 24)).toBe(true);
    expect(rows.flatMap((row) => row.groups).some((group) => employees.has(group.id))).toBe(true);
  });
});

describe('seed data', () => {
  it('has every kind of scale and row that the checklist asks for', async () => {
    const { call, ratings } = start();
    const skills = (await call<Listed<RawSkill>>('GET', '/hris/skills?page_size=250')).body.data.results;
    const scales = skills.map((skill) => skill.proficiency_scale ?? null);
    const [typeScript, graphql] = scales;
    expect(typeScript).toMatchObject({ type: 'NUMERIC', min: 1, max: 5, step: 1 });
    expect(graphql).toMatchObject({ type: 'SINGLE_SELECT' });
    const kinds = new Set(scales.map((scale) => (scale === null ? null : scale.remote_id)));
    expect(kinds).toEqual(new Set(['scale-five', 'scale-levels', null, 'scale-share', 'scale-ten']));
    const shared = scales.filter((scale) => scale?.type === 'SINGLE_SELECT');
    expect(shared.length).toBeGreaterThan(1);
    const options = shared[0]?.type === 'SINGLE_SELECT' ? shared[0].ordered_options : [];
    expect(options.map((option) => option.remote_id)).toEqual(['1', '2', '3', '4', null]);

    const rows = await ratings('');
    expect(new Set(rows.map((row) => row.rating_source))).toEqual(new Set(['EXTERNAL', 'SELF', 'MANAGER']));
    expect(rows.some((row) => row.proficiency === null)).toBe(true);
    const deleted = (await ratings('&include_deleted=true')).filter((row) => row.remote_deleted_at !== null);
    expect([deleted.length, rows.some((row) => row.id === deleted[0]?.id)]).toEqual([1, false]);
    const triples = rows.map((row) => `${row.employee_id}|${row.skill_id}|${row.rating_source}`);
    expect(new Set(triples).size).toBe(triples.length);
  });

  it('shows the generations: scales in the catalogue or not, options in the rows or not', async () => {
    const { ratings, skillNamed, simulator } = start();
    const selection = async () => {
      const { id } = await skillNamed('GraphQL');
      return (await ratings(`&skill_ids=${id}`)).find((row) => row.proficiency !== null)?.proficiency ?? {};
    };
    expect(Object.keys(await selection())).toEqual(['type', 'options', 'selected_option_id']);
    simulator.setSwitch('optionsInRating', 'off');
    expect(Object.keys(await selection())).toEqual(['type', 'selected_option_id']);
    simulator.setSwitch('scaleInSkill', 'off');
    expect(await skillNamed('GraphQL')).not.toHaveProperty('proficiency_scale');
  });
});

describe('rating writes', () => {
  const PATH = '/hris/skill-proficiency-ratings';

  it('replace in place under one source and touch no other', async () => {
    const { call, ratings, effects, clock } = start();
    const self = (await ratings('')).find((row) => row.rating_source === 'SELF' && row.proficiency?.type === 'NUMERIC');
    if (!self) throw new Error('no SELF row');
    const ids = { employee_id: self.employee_id, skill_id: self.skill_id };
    const read = () => ratings(`&employee_ids=${ids.employee_id}&skill_ids=${ids.skill_id}`);
    const before = (await read()).filter((row) => row.rating_source !== 'EXTERNAL');
    clock.advance(1_000);
    const one = (await call<Stored>('POST', PATH, { ...ids, proficiency: 1 })).body.data;
    const same = (await call<Stored>('POST', PATH, { ...ids, proficiency: 1 })).body.data;
    const tag = (await call<Stored>('POST', PATH, ids)).body.data;
    expect([one.rating_source, one.proficiency, same.id, tag.id, tag.proficiency]).toEqual([
      'EXTERNAL',
      { type: 'NUMERIC', value: 1 },
      one.id,
      one.id,
      null,
    ]);
    expect(one.changed_at).toBe('2026-03-02T10:00:01.000Z');
    const after = await read();
    expect(after.filter((row) => row.rating_source !== 'EXTERNAL')).toEqual(before);
    expect(after.filter((row) => row.rating_source === 'EXTERNAL')).toEqual([tag]);
    expect(effects().slice(1)).toEqual(['unchanged', 'updated']);
  });

  it('take the flat body or the nested one, not both', async () => {
    const { call, codeOf, skillNamed, anEmployee } = start();
    const ids = { employee_id: await anEmployee(), skill_id: (await skillNamed('TypeScript')).id };
    const nested = await call<Stored>('POST', PATH, { ...ids, rating: { rating_source: 'EXTERNAL', proficiency: 2 } });
    expect([nested.body.data.proficiency, nested.body.warnings]).toEqual([{ type: 'NUMERIC', value: 2 }, []]);
    for (const body of [
      { ...ids, proficiency: 2, rating: { rating_source: 'EXTERNAL', proficiency: 2 } },
      { ...ids, rating: { rating_source: 'SELF', proficiency: 2 } },
      { ...ids, rating: { proficiency: 2 } },
      { ...ids, rating: 2 },
    ]) {
      expect(await codeOf('POST', PATH, body)).toEqual([400, 'PLATFORM.INPUT_INVALID']);
    }
  });

  it('refuse what is off the scale, and ids that nobody has', async () => {
    const { codeOf, skillNamed, anEmployee, effects } = start();
    const employee_id = await anEmployee();
    const [numeric, select, none] = await Promise.all(['TypeScript', 'GraphQL', 'JavaScript'].map(skillNamed));
    for (const body of [
      { employee_id, skill_id: numeric?.id, proficiency: 6 },
      { employee_id, skill_id: numeric?.id, proficiency: 2.5 },
      { employee_id, skill_id: numeric?.id, proficiency: '2' },
      { employee_id, skill_id: select?.id, proficiency: 2 },
      { employee_id, skill_id: select?.id, proficiency: 'Expert' },
      { employee_id, skill_id: none?.id, proficiency: 1 },
      { employee_id: 'nobody', skill_id: numeric?.id, proficiency: 1 },
      { employee_id, skill_id: 'nothing', proficiency: 1 },
      { employee_id },
      [],
    ]) {
      expect(await codeOf('POST', PATH, body)).toEqual([400, 'PLATFORM.INPUT_INVALID']);
    }
    expect(effects()).toEqual([]);
  });

  it('land under the source that the connected system decides on', async () => {
    const { call, skillNamed, anEmployee } = start({ switches: { recordUnderSource: 'PEER_REVIEW' } });
    const ids = { employee_id: await anEmployee(), skill_id: (await skillNamed('TypeScript')).id };
    const { body } = await call<Stored>('POST', PATH, { ...ids, proficiency: 2 });
    expect(body.data.rating_source).toBe('PEER_REVIEW');
  });
});

describe('assignments', () => {
  const PATH = '/hris/employee-skill-assignments';

  async function assigned(switches: Record<string, unknown>, ids: Record<string, string> = {}) {
    const started = start({ switches });
    const skill = await started.skillNamed('TypeScript');
    const proficiency = { type: 'NUMERIC', value: 4 };
    const body = { employee_id: await started.anEmployee(), skill_id: skill.id, proficiency, ...ids };
    const { task_id } = (await started.call<Task>('POST', PATH, body)).body.data;
    const poll = async () => (await started.call<Task>('GET', `${PATH}/${task_id}`)).body.data;
    return { ...started, task_id, poll, body };
  }

  it('are pending until the clock has moved on, and take effect once', async () => {
    const { poll, clock, task_id, effects, ratings, body } = await assigned({});
    expect(task_id).toMatch(/^task_\w{24}$/);
    clock.advance(1_499);
    expect(await poll()).toMatchObject({ status: 'PENDING', completed_at: null });
    expect(effects()).toEqual([]);
    clock.advance(1);
    const task = await poll();
    expect(task).toMatchObject({ status: 'COMPLETED', completed_at: '2026-03-02T10:00:01.500Z' });
    expect(task.data).toMatchObject({ rating_source: 'EXTERNAL', proficiency: { type: 'NUMERIC', value: 4 } });
    expect(effects()).toHaveLength(1);
    const rows = await ratings(`&employee_ids=${body.employee_id}&skill_ids=${body.skill_id}`);
    expect(rows.filter((row) => row.rating_source === 'EXTERNAL')).toEqual([task.data]);
    await poll();
    expect(effects()).toHaveLength(1);
  });

  it('show their result as a row, as an item or as an id', async () => {
    for (const [taskPayload, shape] of [
      ['item', [{ status: 'SUCCEEDED', data: { rating_source: 'EXTERNAL' } }]],
      ['id', { id: expect.any(String) as string }],
    ]) {
      const { poll } = await assigned({ taskPayload, taskMilliseconds: 0 });
      expect((await poll()).data).toMatchObject(shape as object);
    }
  });

  it('end FAILED when told to, and when an id is unknown', async () => {
    const told = await assigned({ failingTasks: 1, taskMilliseconds: 0 });
    expect(await told.poll()).toMatchObject({
      status: 'FAILED',
      error: { code: 'INTEGRATION.AUTHENTICATION_INVALID' },
    });
    const next = (await told.call<Task>('POST', PATH, told.body)).body.data.task_id;
    expect((await told.call<Task>('GET', `${PATH}/${next}`)).body.data.status).toBe('COMPLETED');
    const share = await assigned({ failingTaskShare: 1, taskMilliseconds: 0, taskFailureCode: 'REMOTE.INPUT_INVALID' });
    expect(await share.poll()).toMatchObject({ status: 'FAILED', error: { code: 'REMOTE.INPUT_INVALID' } });
    const unknown = await assigned({ taskMilliseconds: 0 }, { employee_id: 'nobody' });
    expect(await unknown.poll()).toMatchObject({ status: 'FAILED', error: { code: 'PLATFORM.INPUT_INVALID' } });
  });

  it('are forgotten after a day', async () => {
    const { clock, codeOf, task_id } = await assigned({});
    clock.advance(24 * 3_600_000 + 1);
    expect(await codeOf('GET', `${PATH}/${task_id}`)).toEqual([404, 'PLATFORM.INPUT_INVALID']);
    expect(await codeOf('GET', `${PATH}/task_unheard`)).toEqual([404, 'PLATFORM.INPUT_INVALID']);
  });

  it('take an object, never a bare value, and a selection under either key', async () => {
    const { call, codeOf, skillNamed, anEmployee } = start();
    const skill = await skillNamed('GraphQL');
    const scale = skill.proficiency_scale;
    const option = scale?.type === 'SINGLE_SELECT' ? scale.ordered_options[2]?.id : undefined;
    const ids = { employee_id: await anEmployee(), skill_id: skill.id };
    for (const key of ['selected_option_id', 'value']) {
      const response = await call('POST', PATH, { ...ids, proficiency: { type: 'SINGLE_SELECT', [key]: option } });
      expect(response.status).toBe(200);
    }
    for (const proficiency of [option, 3, { value: 3 }, { type: 'NUMERIC', value: 3 }]) {
      expect(await codeOf('POST', PATH, { ...ids, proficiency })).toEqual([400, 'PLATFORM.INPUT_INVALID']);
    }
  });

  it('answer at once in the form of the second generation when told to', async () => {
    const { call, skillNamed, anEmployee } = start({ switches: { assignmentMode: 'sync' } });
    const skill = await skillNamed('GraphQL');
    const scale = skill.proficiency_scale;
    const selected_option_id = scale?.type === 'SINGLE_SELECT' ? scale.ordered_options[4]?.id : undefined;
    const proficiency = { type: 'SINGLE_SELECT', selected_option_id };
    const { body } = await call<Stored>('POST', PATH, {
      employee_id: await anEmployee(),
      skill_id: skill.id,
      proficiency,
    });
    expect(body.data.proficiency).toEqual({
      type: 'SINGLE_SELECT',
      ordered_options: ['Beginner', 'Elementary', 'Intermediate', 'Advanced', 'Expert'],
      value: 'Expert',
    });
  });
});

describe('new employees', () => {
  it('are created once for an address, shown without relations, and then listed', async () => {
    const { call, codeOf, effects } = start();
    const body = {
      first_name: 'Nia',
      last_name: 'Novak',
      work_email: 'Nia.New@example.test',
      start_date: '2026-04-01',
    };
    const { data } = (await call<{ data: Record<string, unknown> }>('POST', '/hris/employees', body)).body;
    expect(data).toMatchObject({
      first_name: 'Nia',
      work_email: 'Nia.New@example.test',
      start_date: '2026-04-01T00:00:00.000Z',
    });
    expect(data).not.toHaveProperty('groups');
    const again = { ...body, work_email: 'nia.new@example.test' };
    expect(await codeOf('POST', '/hris/employees', again)).toEqual([409, 'HRIS.EMPLOYEE_ALREADY_EXISTS']);
    const listed = await call<Listed<{ id: string }>>('GET', '/hris/employees?work_emails=NIA.new@example.test');
    expect(listed.body.data.results.map((row) => row.id)).toEqual([data.id]);
    expect(effects()).toEqual(['created']);
  });

  it.each([
    [{ first_name: 'Nia' }],
    [{ first_name: 'Nia', last_name: '' }],
    [{ first_name: 'Nia', last_name: 'Novak', work_email: 'nobody' }],
    [{ first_name: 'Nia', last_name: 'Novak', start_date: '1 April' }],
  ])('%j is refused', async (body) => {
    const { codeOf } = start();
    expect(await codeOf('POST', '/hris/employees', body)).toEqual([400, 'PLATFORM.INPUT_INVALID']);
  });
});

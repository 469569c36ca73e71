import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/lib/clock.ts';
import { kantataSimulator } from './simulator.ts';
import { SIMULATOR_TOKEN } from './switches.ts';
import { freePairs, rig, WORKFORCE, type Body } from '../testRig.ts';

type Records = Record<string, Record<string, unknown>>;

const map = (body: Body, key: string) => body[key] as Records;
const sorted = (texts: string[]) => texts.toSorted();
const ids = (body: Body) => body.results.map(({ id }) => id);

const EVERYBODY = 'on_my_account=true&show_disabled=true';

describe('a list', () => {
  it('is in the order of its results, with string ids and the account of the page', async () => {
    const { status, body } = await rig().ask('GET', `/users.json?${EVERYBODY}&per_page=3&page=2`);
    expect(status).toBe(200);
    expect(body.results).toHaveLength(3);
    for (const { key, id } of body.results) expect(map(body, key)[id]).toMatchObject({ id });
    const names = ids(body).map((id) => String(map(body, 'users')[id]?.full_name));
    expect(names).toEqual(sorted(names));
    expect(body.meta).toEqual({
      count: body.count,
      page_count: Math.ceil(body.count / 3),
      page_number: 2,
      page_size: 3,
    });
  });

  it.each([
    ['', 20],
    ['per_page=0', 20],
    ['per_page=-4', 20],
    ['per_page=many', 20],
    ['per_page=50', 50],
    ['per_page=8000', 200],
    ['page=0&per_page=50', 50],
    ['limit=7&offset=0&per_page=50', 7],
    ['limit=7&per_page=50', 50],
  ])('with %s shows %i rows', async (query, size) => {
    const { body } = await rig().ask('GET', `/skill_memberships?${query}`);
    expect(body.count).toBeGreaterThan(200);
    expect(body.results).toHaveLength(size);
  });

  it('past its last page is empty and keeps its count', async () => {
    const { body } = await rig().ask('GET', '/skills?page=99');
    expect(body).toMatchObject({ results: [], skills: {}, meta: { page_number: 99 } });
    expect(body.count).toBeGreaterThan(0);
  });

  it('without matches counts no pages', async () => {
    const { body } = await rig().ask('GET', `/users?${EVERYBODY}&by_email_address=nobody@example.test`);
    expect(body).toEqual({
      count: 0,
      results: [],
      users: {},
      meta: { count: 0, page_count: 0, page_number: 0, page_size: 20 },
    });
  });

  it('by ids shows all at once, counts by page, and leaves the unknown out', async () => {
    const bench = rig();
    const all = ids((await bench.ask('GET', '/skill_memberships?per_page=30')).body);
    const { body } = await bench.ask('GET', `/skill_memberships?only=${all.toReversed().join(',')},999,x, 5`);
    expect(ids(body)).toEqual(all);
    expect(body.meta).toMatchObject({ page_size: 20, page_count: 2 });
    expect((await bench.ask('GET', '/skill_memberships?only=')).body.results).toHaveLength(20);
  });

  it('ignores unknown filters, orders and includes without a word', async () => {
    const bench = rig();
    const plain = await bench.ask('GET', '/skill_memberships');
    const odd = await bench.ask('GET', '/skill_memberships?user_id=1&order=luck:desc&include=stars, skill&user_ids=');
    expect(odd.body).toEqual(plain.body);
  });

  it('says what it cannot filter by', async () => {
    expect((await rig().ask('GET', '/users?with_skills={}')).status).toBe(501);
  });

  it('is the same for the same workforce', async () => {
    const path = `/users?${EVERYBODY}&include=skills,skill_memberships,account_membership,external_references,manager`;
    const [one, two] = await Promise.all([rig().ask('GET', path), rig().ask('GET', path)]);
    expect(one.answer.body).toBe(two.answer.body);
  });
});

describe('people', () => {
  it('outside projects and inactive ones are hidden unless asked for', async () => {
    const bench = rig();
    const count = async (query: string) => (await bench.ask('GET', `/users?${query}`)).body.count;
    const records = WORKFORCE.people.flatMap((person) => person.records.projects);
    expect(await count(EVERYBODY)).toBe(records.length);
    expect(await count('on_my_account=true')).toBe(records.filter((record) => record.active).length);
    expect(await count('show_disabled=true')).toBeLessThan(records.length);
    expect(await count('on_my_account=1')).toBe(await count(''));
  });

  it('who are inactive are missing by id too, until they are asked for', async () => {
    const bench = rig();
    const { body } = await bench.ask('GET', `/users?${EVERYBODY}&include=account_membership&per_page=200`);
    const memberships = map(body, 'account_memberships');
    const inactive = ids(body).find((id) => {
      const membership = memberships[String(map(body, 'users')[id]?.account_membership_id)];
      return membership?.disabled_at !== null;
    });
    expect((await bench.ask('GET', `/users/${inactive}`)).status).toBe(404);
    expect((await bench.ask('GET', `/users/${inactive}?${EVERYBODY}`)).body.results).toEqual([
      { key: 'users', id: inactive },
    ]);
    expect((await bench.ask('GET', `/account_memberships?by_user_id=${inactive}`)).body.count).toBe(0);
    expect((await bench.ask('GET', `/account_memberships?by_user_id=${inactive}&only_inactive=true`)).body.count).toBe(
      1,
    );
  });

  it('carry the ids of what is included, and nothing of the kind otherwise', async () => {
    const bench = rig();
    const { body } = await bench.ask('GET', '/users/me');
    const [me] = ids(body);
    expect(Object.keys(map(body, 'users')[me ?? ''] ?? {}).toSorted()).toEqual(
      ['email_address', 'full_name', 'headline', 'id', 'photo_path'].toSorted(),
    );
    const full = await bench.ask('GET', `/users/${me}?include=skills,skill_memberships,manager,role,work_samples`);
    const user = map(full.body, 'users')[me ?? ''];
    expect(user?.skill_ids).toEqual(Object.values(map(full.body, 'skill_memberships')).map((row) => row.skill_id));
    expect(user).toMatchObject({ role_id: null, work_sample_ids: [] });
    expect(full.body).toMatchObject({ roles: {}, work_samples: {} });
  });

  it('are changed only in what is sent', async () => {
    const bench = rig();
    const { body } = await bench.ask('GET', '/users/me');
    const [me] = ids(body);
    const before = map(body, 'users')[me ?? ''];
    const changed = await bench.ask('PUT', `/users/${me}`, { user: { headline: 'Chief', shoe_size: 44 } });
    expect(map(changed.body, 'users')[me ?? '']).toEqual({ ...before, headline: 'Chief' });
    expect((await bench.ask('PUT', `/users/${me}`, { user: { full_name: ' ' } })).body.errors).toMatchObject([
      { type: 'validation', field: 'full_name' },
    ]);
    expect((await bench.ask('PUT', `/users/${me}`, { user: { full_name: 'Zz Last' } })).status).toBe(200);
    const list = await bench.ask('GET', `/users?${EVERYBODY}&per_page=200`);
    expect(ids(list.body).at(-1)).toBe(me);
    expect(list.body.count).toBe(new Set(ids(list.body)).size);
    expect(bench.effects()).toEqual([`updated ${me}`, `updated ${me}`]);
  });
});

describe('skills', () => {
  it('say their maximum in text, memberships in numbers', async () => {
    const bench = rig();
    const { body } = await bench.ask('GET', '/skills?per_page=200&include=skill_category');
    const categories = map(body, 'skill_categories');
    for (const skill of Object.values(map(body, 'skills'))) {
      const { name } = categories[String(skill.skill_category_id)] ?? {};
      expect(skill.max_level).toBe(name === 'Skill' ? '5' : '1');
    }
    const memberships = await bench.ask('GET', '/skill_memberships?per_page=200');
    const levels = Object.values(map(memberships.body, 'skill_memberships'));
    expect(new Set(levels.map(({ max_level }) => max_level))).toEqual(new Set([1, 5]));
    expect(levels.filter(({ level, max_level }) => max_level === 1 && level !== 0)).toEqual([]);
    expect(levels.some(({ level, max_level }) => level === 0 && max_level === 5)).toBe(true);
  });

  it('have the four categories of the vendor, only as a list', async () => {
    const bench = rig();
    const { body } = await bench.ask('GET', '/skill_categories');
    expect(Object.values(map(body, 'skill_categories')).map(({ name }) => name)).toEqual([
      'Skill',
      'Language',
      'Certification',
      'Other',
    ]);
    expect((await bench.ask('GET', '/skill_categories/1')).status).toBe(404);
  });

  it('not held by a person are found by the filter with the misleading name', async () => {
    const bench = rig();
    const [pair] = await freePairs(bench, 1);
    const { body } = await bench.ask('GET', `/skills?for_users=${pair?.employeeId}&per_page=200`);
    expect(ids(body)).toContain(pair?.skillId);
    const held = await bench.ask('GET', `/skill_memberships?user_ids=${pair?.employeeId}&per_page=200`);
    for (const { skill_id } of Object.values(map(held.body, 'skill_memberships'))) {
      expect(ids(body)).not.toContain(skill_id);
    }
  });
});

describe('memberships', () => {
  it('are listed newest first, ties by ascending id', async () => {
    const { body } = await rig().ask('GET', '/skill_memberships?per_page=200');
    const rows = ids(body).map((id) => ({
      id: Number(id),
      at: String(map(body, 'skill_memberships')[id]?.created_at),
    }));
    expect(rows).toEqual(rows.toSorted((a, b) => (a.at === b.at ? a.id - b.id : a.at < b.at ? 1 : -1)));
    expect(rows[0]?.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d-08:00$/);
    expect(new Set(rows.map(({ at }) => at)).size).toBeLessThan(rows.length);
  });

  it.each(['user_ids=A,B', 'user_ids[]=A&user_ids[]=B'])('are filtered by %s', async (form) => {
    const bench = rig();
    const [a, b] = [...new Set((await freePairs(bench, 500)).map(({ employeeId }) => employeeId))];
    const { body } = await bench.ask('GET', `/skill_memberships?${form.replace('A', a ?? '').replace('B', b ?? '')}`);
    const holders = new Set(Object.values(map(body, 'skill_memberships')).map(({ user_id }) => String(user_id)));
    expect(sorted([...holders])).toEqual(sorted([a ?? '', b ?? '']));
  });

  it('show foreign keys only where included when the account is strict', async () => {
    const bench = rig({ foreignKeys: 'strict' });
    const keys = async (include: string) => {
      const { body } = await bench.ask('GET', `/skill_memberships?per_page=1&include=${include}`);
      return Object.keys(Object.values(map(body, 'skill_memberships'))[0] ?? {}).filter((key) => key.endsWith('_id'));
    };
    expect(await keys('')).toEqual([]);
    expect(await keys('skill,user')).toEqual(['skill_id', 'user_id']);
    expect(await keys('creator')).toEqual(['creator_id']);
  });
});

describe('the door', () => {
  it.each([
    ['GET', '/skill_adjacencies', 404],
    ['GET', '/workspace_resource_skills', 501],
    ['DELETE', '/skills/70001', 501],
    ['GET', '/subscribed_events/event_types', 501],
    ['PUT', '/account_memberships/1/disable', 404],
    ['PATCH', '/skill_memberships/1', 404],
    ['GET', '/skill_memberships/1', 404],
  ])('answers %s %s with %i in its own words', async (method, path, status) => {
    const { status: found, body } = await rig().ask(method, path);
    expect(found).toBe(status);
    expect(body).toEqual({ errors: [{ type: 'system', message: expect.any(String) }] });
  });

  it.each(['Bearer wrong', 'Basic abc', undefined])('refuses %s', async (authorization) => {
    const answer = await rig().simulator.handle({
      method: 'GET',
      path: '/api/v1/users',
      query: new URLSearchParams(),
      headers: { authorization },
      body: '',
    });
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.body)).toEqual({ errors: [{ type: 'oauth', message: 'Invalid OAuth 2 Request' }] });
  });

  it('lets 20 calls through at once and 10 a second after that', async () => {
    const clock = new VirtualClock();
    const simulator = kantataSimulator.create({ workforce: WORKFORCE, clock, limits: 'default' });
    let last: string | undefined = 'none yet';
    const burst = async (calls: number) => {
      const statuses: number[] = [];
      for (let call = 0; call < calls; call += 1) {
        const headers = { authorization: `Bearer ${SIMULATOR_TOKEN}` };
        const request = { method: 'GET', path: '/api/v1/users/me', query: new URLSearchParams(), headers, body: '' };
        const answer = await simulator.handle(request);
        statuses.push(answer.status);
        last = answer.headers['retry-after'];
      }
      return statuses.filter((status) => status === 200).length;
    };
    expect(await burst(25)).toBe(20);
    expect(last).toBeUndefined();
    simulator.setSwitch('retryAfter', 2);
    clock.advance(1_000);
    expect(await burst(25)).toBe(10);
    expect(last).toBe('2');
  });

  it('knows its switches by name', () => {
    const { simulator } = rig();
    expect(() => simulator.setSwitch('gravity', 'off')).toThrow(/gravity/);
  });
});

import { describe, expect, it } from 'vitest';
import { createWorkforce } from '../../../src/simulator/workforce.ts';
import { SIMULATOR_TOKEN } from './switches.ts';
import { freePairs, ratedPair, rig, type Body } from '../testRig.ts';

type Records = Record<string, Record<string, unknown>>;

const memberships = (body: Body) => body.skill_memberships as Records;
const first = (body: Body) => memberships(body)[body.results[0]?.id ?? ''];

async function pairs(bench: ReturnType<typeof rig>, count: number) {
  return (await freePairs(bench, count)).map(({ employeeId, skillId }) => ({
    user_id: Number(employeeId),
    skill_id: Number(skillId),
  }));
}

describe('a create', () => {
  it('stores the level, 0 when none is sent, and shows what it stored', async () => {
    const bench = rig();
    const [a, b] = await pairs(bench, 2);
    const one = await bench.ask('POST', '/skill_memberships?include=skill', { skill_membership: { ...a, level: 3 } });
    expect(one.status).toBe(200);
    expect(first(one.body)).toMatchObject({ level: 3, max_level: 5, user_id: String(a?.user_id) });
    const two = await bench.ask('POST', '/skill_memberships', { skill_membership: { ...b, star: true } });
    expect(first(two.body)).toMatchObject({ level: 0, cached_skill_name: expect.any(String) });
    expect(bench.effects()).toEqual([`created ${a?.user_id}|${a?.skill_id}`, `created ${b?.user_id}|${b?.skill_id}`]);
  });

  it('takes ids as text and the form encoding of Rails', async () => {
    const bench = rig();
    const [pair] = await pairs(bench, 1);
    const answer = await bench.simulator.handle({
      method: 'POST',
      path: '/api/v1/skill_memberships',
      query: new URLSearchParams(),
      headers: { authorization: `Bearer ${SIMULATOR_TOKEN}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: `skill_membership[user_id]=${pair?.user_id}&skill_membership[skill_id]=${pair?.skill_id}&skill_membership[level]=2`,
    });
    expect(first(JSON.parse(answer.body) as Body)).toMatchObject({ level: 2 });
  });

  it.each([
    ['no JSON', 400, 'system', undefined],
    [{}, 400, 'system', undefined],
    [{ skill_memberships: [] }, 422, 'system', undefined],
    [{ skill_membership: { user_id: 100_001 } }, 422, 'validation', 'skill_id'],
    [{ skill_membership: { skill_id: 70_001 } }, 422, 'validation', 'user_id'],
    [{ skill_membership: { user_id: 100_001, skill_id: 1 } }, 422, 'validation', 'skill_id'],
    [{ skill_membership: { user_id: 1, skill_id: 70_001 } }, 422, 'validation', 'user_id'],
  ])('of %o is refused with %i %s %s', async (body, status, type, field) => {
    const answer = await rig().ask('POST', '/skill_memberships', body);
    expect(answer.status).toBe(status);
    expect(answer.body.errors[0]).toMatchObject({ type, ...(field === undefined ? {} : { field, index: 0 }) });
  });

  it.each([-1, 6, 2.5, 'high'])('of the level %o is refused', async (level) => {
    const bench = rig();
    const [pair] = await pairs(bench, 1);
    const { status, body } = await bench.ask('POST', '/skill_memberships', { skill_membership: { ...pair, level } });
    expect({ status, errors: body.errors }).toMatchObject({ status: 422, errors: [{ field: 'level' }] });
  });

  it('of a pair that exists, or twice in one bulk, is refused', async () => {
    const bench = rig();
    const held = await ratedPair(bench);
    const [pair] = await pairs(bench, 1);
    const existing = { user_id: held.employeeId, skill_id: held.skillId };
    const { status, body } = await bench.ask('POST', '/skill_memberships', {
      skill_memberships: [pair, pair, existing],
    });
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([
      { type: 'validation', field: 'skill_id', index: 1 },
      { type: 'validation', field: 'skill_id', index: 2 },
    ]);
    expect(bench.effects()).toEqual([]);
  });

  it('of more than 200 at once, or a 201st skill of one person, is refused', async () => {
    const bench = rig({}, createWorkforce('much', { people: 8, skills: 600 }));
    const all = await pairs(bench, 5_000);
    const mine = all.filter(({ user_id }) => user_id === all[0]?.user_id);
    const many = await bench.ask('POST', '/skill_memberships', { skill_memberships: mine.slice(0, 201) });
    expect(many).toMatchObject({ status: 422, body: { errors: [{ type: 'system' }] } });
    const full = await bench.ask('POST', '/skill_memberships', { skill_memberships: mine.slice(0, 200) });
    expect(full.status).toBe(422);
    expect(new Set(full.body.errors.map(({ field }) => field))).toEqual(new Set(['base']));
  });

  it('in bulk shows 20 rows, newest first, and counts all', async () => {
    const bench = rig();
    const sent = await pairs(bench, 30);
    const { body } = await bench.ask('POST', '/skill_memberships', { skill_memberships: sent });
    expect(body).toMatchObject({ count: 30, meta: { page_count: 2, page_size: 20 } });
    const shown = body.results.map(({ id }) => Number(memberships(body)[id]?.skill_id));
    expect(shown).toEqual(
      sent
        .toReversed()
        .slice(0, 20)
        .map(({ skill_id }) => skill_id),
    );
  });

  it('in bulk shows everything as sent where the account does so', async () => {
    const bench = rig({ bulkAnswer: 'requestOrder' });
    const sent = await pairs(bench, 30);
    const { body } = await bench.ask('POST', '/skill_memberships', { skill_memberships: sent });
    const shown = body.results.map(({ id }) => Number(memberships(body)[id]?.skill_id));
    expect(shown).toEqual(sent.map(({ skill_id }) => skill_id));
  });

  it.each([
    ['atomic', 0],
    ['partial', 2],
  ] as const)('with a fault in %s bulk writes %i rows and answers 422', async (bulkMode, written) => {
    const bench = rig({ bulkMode });
    const [a, b] = await pairs(bench, 2);
    const sent = { skill_memberships: [a, { ...a, skill_id: 1 }, b] };
    const { status, body } = await bench.ask('POST', '/skill_memberships', sent);
    expect({ status, errors: body.errors.map(({ index }) => index) }).toEqual({ status: 422, errors: [1] });
    expect(bench.effects()).toHaveLength(written);
  });

  it('for a person whom the user may not edit is refused with 403', async () => {
    const bench = rig();
    const [pair] = await pairs(bench, 1);
    bench.simulator.setSwitch('lockedUsers', [String(pair?.user_id)]);
    expect((await bench.ask('POST', '/skill_memberships', { skill_membership: pair })).status).toBe(403);
  });
});

describe('a change', () => {
  it('moves the level and the time, and neither skill nor holder', async () => {
    const bench = rig();
    const held = await ratedPair(bench);
    const path = `/skill_memberships/${held.id}`;
    const before = first((await bench.ask('GET', path)).body);
    const { body } = await bench.ask('PUT', path, { skill_membership: { level: 5, user_id: 1, skill_id: 1 } });
    expect(first(body)).toEqual({ ...before, level: 5, updated_at: '2026-03-02T02:00:00-08:00' });
    await bench.ask('PUT', path, { skill_membership: { level: 5 } });
    const key = `${held.employeeId}|${held.skillId}`;
    expect(bench.effects()).toEqual([`updated ${key}`, `unchanged ${key}`]);
  });

  it('above the maximum of the skill is refused', async () => {
    const bench = rig();
    const { body } = await bench.ask('GET', '/skill_memberships?per_page=200');
    const unlevelled = Object.values(memberships(body)).find(({ max_level }) => max_level === 1);
    const answer = await bench.ask('PUT', `/skill_memberships/${String(unlevelled?.id)}`, {
      skill_membership: { level: 2 },
    });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ field: 'level' }] } });
  });
});

describe('a delete', () => {
  it('answers 204 without a body, then 404, and the row is gone', async () => {
    const bench = rig();
    const held = await ratedPair(bench);
    const path = `/skill_memberships/${held.id}`;
    const { count } = (await bench.ask('GET', '/skill_memberships')).body;
    expect((await bench.ask('DELETE', path)).answer).toMatchObject({ status: 204, body: '' });
    expect((await bench.ask('DELETE', path)).status).toBe(404);
    const list = await bench.ask('GET', `/skill_memberships?user_ids=${held.employeeId}&by_skill_ids=${held.skillId}`);
    expect(list.body.count).toBe(0);
    expect((await bench.ask('GET', '/skill_memberships')).body.count).toBe(count - 1);
    expect(bench.effects()).toEqual([`deleted ${held.employeeId}|${held.skillId}`]);
  });
});

describe('a skill', () => {
  const skill = { name: 'Zeppelin piloting', max_level: '5', skill_category_id: 1 };
  const reference = { service_name: 'hr', service_model: 'Skill', service_model_ref: 'z-1' };
  const skillIn = (body: Body) => (body.skills as Records)[body.results[0]?.id ?? ''];

  it('is created with its reference, by which it is found, and listed by name', async () => {
    const bench = rig();
    const { status, body } = await bench.ask('POST', '/skills', { skill: { ...skill, external_reference: reference } });
    expect({ status, skill: skillIn(body) }).toMatchObject({
      status: 200,
      skill: { ...skill, skill_category_id: '1' },
    });
    const filter = 'external_reference_service_name=hr&external_reference_service_model_refs=z-0,z-1';
    const found = await bench.ask('GET', `/skills?${filter}&include=external_references`);
    expect(found.body).toMatchObject({ count: 1, results: body.results });
    expect(Object.values(found.body.external_references as Records)).toMatchObject([
      { ...reference, subject_type: 'Skill', subject_id: Number(body.results[0]?.id) },
    ]);
    expect((await bench.ask('GET', '/skills?external_reference_service_name=other')).body.count).toBe(0);
    const last = await bench.ask('GET', '/skills?order=alphabetical:desc&per_page=1');
    expect(skillIn(last.body)?.name).toBe('Zeppelin piloting');
  });

  it('is changed in what is sent, and keeps one reference of a service', async () => {
    const bench = rig();
    const created = await bench.ask('POST', '/skills', { skill: { ...skill, external_reference: reference } });
    const path = `/skills/${created.body.results[0]?.id}`;
    const moved = { ...reference, service_model_ref: 'z-2' };
    const { body } = await bench.ask('PUT', `${path}?include=external_references`, {
      skill: { name: 'Airship piloting', external_reference: moved },
    });
    expect(skillIn(body)).toMatchObject({ name: 'Airship piloting', max_level: '5' });
    expect(Object.values(body.external_references as Records)).toMatchObject([moved]);
    await bench.ask('PUT', path, { skill: { name: 'Airship piloting' } });
    expect(bench.effects().map((effect) => effect.split(' ')[0])).toEqual(['created', 'updated', 'unchanged']);
    expect((await bench.ask('POST', '/skills', { skill })).status).toBe(200);
  });

  it.each([
    [{ ...skill, name: ' ' }, 'name'],
    [{ ...skill, max_level: 3 }, 'max_level'],
    [{ ...skill, skill_category_id: 9 }, 'skill_category_id'],
    [{ ...skill, external_reference: { service_name: 'hr' } }, 'external_reference'],
  ])('of %o is refused', async (sent, field) => {
    const { status, body } = await rig().ask('POST', '/skills', { skill: sent });
    expect({ status, errors: body.errors }).toMatchObject({ status: 422, errors: [{ type: 'validation', field }] });
  });

  it('of a name that is taken, whatever its case, is refused, in a bulk the second', async () => {
    const bench = rig();
    const twice = await bench.ask('POST', '/skills', { skills: [skill, { ...skill, name: 'ZEPPELIN piloting' }] });
    expect(twice.body.errors).toMatchObject([{ field: 'name', index: 1 }]);
    expect(bench.effects()).toEqual([]);
    await bench.ask('POST', '/skills', { skill });
    expect((await bench.ask('POST', '/skills', { skill })).status).toBe(422);
  });
});

describe('disabling an account membership', () => {
  it('hides the person from default lists, and a second time finds nobody', async () => {
    const bench = rig();
    const people = await bench.ask('GET', '/users?on_my_account=true');
    const me = (await bench.ask('GET', '/users/me')).body.results[0]?.id;
    const id = people.body.results.find((result) => result.id !== me)?.id ?? '';
    const path = `/account_memberships/${4_000_000 + Number(id)}`;
    const { status, body } = await bench.ask('PUT', `${path}/disable`);
    expect(status).toBe(200);
    expect(Object.values(body.account_memberships as Records)).toMatchObject([{ disabled_at: expect.any(String) }]);
    expect((await bench.ask('PUT', `${path}/disable`)).status).toBe(404);
    expect((await bench.ask('GET', path)).status).toBe(404);
    const listed = `/users?on_my_account=true&only=${id}`;
    expect((await bench.ask('GET', listed)).body.count).toBe(0);
    expect((await bench.ask('GET', `${listed}&show_disabled=true`)).body.count).toBe(1);
    expect(bench.effects()).toEqual([`updated ${id}`]);
  });
});

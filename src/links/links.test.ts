import { describe, expect, it } from 'vitest';
import { employeeRow, FakeProvider, skillRow } from '../../test/support/fakes/fakeProvider.ts';
import { Directory } from '../directory/directory.ts';
import type { Link, RecordName } from '../domain/links.ts';
import type { EmployeeRow, SkillRow } from '../domain/records.ts';
import type { LinkStore } from './linkStore.ts';
import { RecordLinks, type LinkAnswer } from './links.ts';

const NOON = Date.parse('2026-03-02T12:00:00.000Z');

/** Keeps what it is told; its journal has every save. */
class FakeStore implements LinkStore {
  readonly saves: { tenant: string; links: readonly Link[] }[] = [];
  before: () => Promise<void> = () => Promise.resolve();

  load(): Promise<Link[]> {
    return Promise.resolve(this.saves.flatMap(({ links }) => links));
  }

  async save(tenant: string, links: readonly Link[]): Promise<void> {
    await this.before();
    this.saves.push({ tenant, links });
  }
}

const name = (text: string): RecordName => {
  const [integration = '', remoteId = ''] = text.split(' ');
  return { integration, remoteId };
};

/** Ada is in all three by her number, and so is Bob; Cy has a record in `hr` and another in `crm`, with nothing in common. */
const EMPLOYEES: Record<string, EmployeeRow[]> = {
  hr: [
    employeeRow('a', { name: 'Ada Byron', employeeNumber: '1' }),
    employeeRow('b', { name: 'Bob Stone', employeeNumber: '2' }),
    employeeRow('c', { name: 'Cy Twombly' }),
  ],
  lms: [employeeRow('a', { name: 'Ada Byron', employeeNumber: '1' }), employeeRow('b', { employeeNumber: '2' })],
  crm: [employeeRow('a', { employeeNumber: '1' }), employeeRow('b', { employeeNumber: '2' }), employeeRow('c')],
};
const SKILLS: Record<string, SkillRow[]> = {
  hr: [skillRow('ts', { name: 'TypeScript' }), skillRow('js', { name: 'JavaScript' })],
  lms: [skillRow('ts', { name: 'TypeScript' }), skillRow('ecma', { name: 'ECMAScript' })],
  crm: [],
};

function house({ store = new FakeStore(), now = () => NOON }: { store?: FakeStore; now?: () => number } = {}) {
  const providers = Object.keys(EMPLOYEES).map((integration) => new FakeProvider({ name: integration }));
  const directory = new Directory(providers.map(({ integration }) => integration));
  for (const [integration, rows] of Object.entries(EMPLOYEES)) directory.putEmployees(integration, rows);
  for (const [integration, rows] of Object.entries(SKILLS)) directory.putSkills(integration, rows);
  const links = new RecordLinks({ tenant: 't', directory, store: Promise.resolve(store), now });
  const employees = (...names: string[]) => ({ records: { employees: names.map(name) } });
  return {
    directory,
    store,
    links,
    providers,
    link: (...names: string[]) => links.link(employees(...names), 'ops').then(brief),
    unlink: (...names: string[]) => links.unlink(employees(...names), 'ops').then(brief),
    /** The records of the person to whom this record belongs. */
    person: (record: string) =>
      recordsOf(directory.employees.byRecord(name(record).integration, name(record).remoteId)),
  };
}

const recordsOf = (object: { records: readonly { integration: string; row: { remoteId: string } }[] } | null) =>
  object?.records.map(({ integration, row }) => `${integration} ${row.remoteId}`) ?? null;

/** The objects by their records; what is wrong by code and place. */
const brief = ({ results, userErrors }: LinkAnswer) =>
  userErrors.length > 0
    ? userErrors.map(({ code, field }) => `${code} ${field.join('.')}`)
    : results.map((result) => recordsOf(result));

describe('linking', () => {
  it('joins what no rule joins, at once, and says who did it when and why', async () => {
    const { directory, links, store, providers } = house();
    expect(directory.employees.byRecord('crm', 'c')?.records).toHaveLength(1);

    const { results, userErrors } = await links.link(
      { records: { employees: [name('crm c'), name('hr c')] }, note: '  Met him. ' },
      'ops',
    );

    const link = {
      kind: 'employee',
      verdict: 'joined',
      a: name('crm c'),
      b: name('hr c'),
      by: 'ops',
      at: '2026-03-02T12:00:00.000Z',
      note: 'Met him.',
    };
    expect(userErrors).toEqual([]);
    expect(results).toEqual([directory.employees.byRecord('hr', 'c')]);
    expect(results[0]?.records).toMatchObject([
      { integration: 'hr', rule: 'ANCHOR', link: null },
      { integration: 'crm', rule: 'LINK', link },
    ]);
    expect(store.saves).toEqual([{ tenant: 't', links: [link] }]);
    expect(providers.flatMap(({ calls }) => calls)).toEqual([]);
  });

  it('takes skills as well', async () => {
    const { links, directory } = house();
    const { results } = await links.link({ records: { skills: [name('hr js'), name('lms ecma')] } }, null);
    expect(results.map(recordsOf)).toEqual([['hr js', 'lms ecma']]);
    expect(directory.skills.byRecord('lms', 'ecma')?.skill.records[1]?.link).toMatchObject({
      by: 'unknown',
      note: null,
    });
    expect(directory.employees.all).toHaveLength(4);
  });

  it('may be repeated: the first decision stays, unless there is another reason', async () => {
    let time = NOON;
    const { link, links, store } = house({ now: () => (time += 1000) });
    await link('hr c', 'crm c');
    expect(await link('crm c', 'hr c')).toEqual([['hr c', 'crm c']]);
    expect(store.saves).toHaveLength(1);
    await links.link({ records: { employees: [name('hr c'), name('crm c')] }, note: 'Asked HR.' }, 'boss');
    expect(store.saves[1]?.links).toMatchObject([{ by: 'boss', note: 'Asked HR.', at: '2026-03-02T12:00:03.000Z' }]);
  });

  it('wins over a rule, whose record goes its own way', async () => {
    const { link, person } = house();
    expect(person('hr a')).toEqual(['hr a', 'lms a', 'crm a']);
    expect(await link('hr a', 'crm c')).toEqual([['hr a', 'lms a', 'crm c']]);
    expect(person('crm a')).toEqual(['crm a']);
  });

  it('is refused when an object would have two records of one integration', async () => {
    const { link, links, person, store } = house();
    expect(await link('hr a', 'lms a', 'hr b')).toEqual(['INVALID input.records.employees.2']);
    await link('hr c', 'crm c');
    const { userErrors } = await links.link({ records: { employees: [name('crm b'), name('hr c')] } }, null);
    expect(userErrors).toEqual([
      {
        code: 'INVALID',
        field: ['input', 'records', 'employees'],
        message:
          'An object has at most one record of an integration. Of crm, both b and c would be in this one by an earlier link: unlink it first.',
      },
    ]);
    expect(store.saves).toHaveLength(1);
    expect(person('hr c')).toEqual(['hr c', 'crm c']);
  });

  it('is refused when it would join two that were parted, until both are named', async () => {
    const { link, unlink } = house();
    await unlink('hr c', 'lms b');
    await link('hr c', 'crm c');
    expect(await link('crm c', 'lms b')).toEqual(['INVALID input.records.employees']);
    expect(await link('crm c', 'lms b', 'hr c')).toEqual([['hr c', 'lms b', 'crm c']]);
  });

  it('reports all errors of the input, and then does nothing', async () => {
    const { link, links, unlink, store } = house();
    expect(await link('hr a')).toEqual(['INVALID_COUNT input.records.employees']);
    expect(await unlink('hr a')).toEqual(['INVALID_COUNT input.records.employees']);
    expect(await link('hr a', 'hr zed', 'hq a', 'hr a')).toEqual([
      'NOT_FOUND input.records.employees.1.remoteId',
      'NOT_FOUND input.records.employees.2.integration',
      'DUPLICATE input.records.employees.3',
    ]);
    expect(await unlink('hr a', 'hr a')).toEqual(['DUPLICATE input.records.employees.1']);
    expect(await unlink(...Array.from({ length: 101 }, () => 'hr a'))).toEqual([
      'INVALID_COUNT input.records.employees',
    ]);
    const skills = { skills: [name('hr ts'), name('hr a')] };
    expect(brief(await links.link({ records: skills, note: 'x'.repeat(1001) }, null))).toEqual([
      'INVALID input.note',
      'NOT_FOUND input.records.skills.1.remoteId',
    ]);
    expect(store.saves).toEqual([]);
  });
});

describe('unlinking', () => {
  it('parts what a rule joined, into as many objects as records, and shows it as a conflict', async () => {
    const { unlink, directory, person } = house();
    expect(await unlink('hr a', 'lms a', 'crm a')).toEqual([['hr a'], ['lms a'], ['crm a']]);
    expect(directory.employees.byRecord('hr', 'a')?.conflicts).toMatchObject([
      { other: { integration: 'lms' }, reason: 'UNLINKED' },
      { other: { integration: 'crm' }, reason: 'UNLINKED' },
    ]);
    expect(await unlink('hr b', 'crm b')).toHaveLength(2);
    expect(person('hr b')).not.toContain('crm b');
  });

  it('parts two that a third was linked to', async () => {
    const { link, unlink, person } = house();
    await link('hr c', 'lms b', 'crm c');
    const [first, second] = await unlink('hr c', 'crm c');
    expect(first).not.toEqual(second);
    expect([first, second]).toContainEqual(person('lms b'));
  });

  it('leaves a link that is not in force, and blocks no other', async () => {
    const { link, unlink, person } = house();
    await link('hr c', 'crm c');
    await link('crm c', 'lms b');
    await unlink('hr c', 'lms b');
    expect(person('crm c')).toEqual(['hr c', 'crm c']);
    expect(await link('hr c', 'lms a')).toEqual([['hr c', 'lms a', 'crm c']]);
  });

  it('undoes a link, and a link undoes it: the later decision counts', async () => {
    const { link, unlink, person, store } = house();
    await link('hr c', 'crm c');
    expect(await unlink('crm c', 'hr c')).toEqual([['crm c'], ['hr c']]);
    expect(await unlink('crm c', 'hr c')).toHaveLength(2);
    expect(store.saves).toHaveLength(2);
    expect(await link('hr c', 'crm c')).toEqual([['hr c', 'crm c']]);
    expect(person('crm c')).toEqual(['hr c', 'crm c']);
  });

  it('parts skills', async () => {
    const { links } = house();
    const { results } = await links.unlink({ records: { skills: [name('hr ts'), name('lms ts')] } }, null);
    expect(results.map(recordsOf)).toEqual([['hr ts'], ['lms ts']]);
  });
});

describe('decisions', () => {
  it('are in force again after a start', async () => {
    const store = new FakeStore();
    const before = house({ store });
    await before.link('hr c', 'crm c');
    await before.unlink('hr a', 'crm a');
    const after = house({ store });
    expect(after.person('hr c')).toEqual(['hr c']);
    await after.links.load();
    expect(after.person('hr c')).toEqual(['hr c', 'crm c']);
    expect(after.person('crm a')).not.toContain('hr a');
    // What is known to be said is not said again.
    await after.link('hr c', 'crm c');
    expect(store.saves).toHaveLength(2);
  });

  it('wait for the store, and fail with it: what is not stored is not in force', async () => {
    const { link, store, person } = house();
    store.before = () => Promise.reject(new Error('disk full'));
    await expect(link('hr c', 'crm c')).rejects.toThrow('disk full');
    expect(person('hr c')).toEqual(['hr c']);
    store.before = () => Promise.resolve();
    expect(await link('hr c', 'crm c')).toEqual([['hr c', 'crm c']]);
  });

  it('are made one after the other: each is checked against the one before', async () => {
    const { link, store } = house();
    const order: string[] = [];
    store.before = async () => {
      order.push('saving');
      await Promise.resolve();
      order.push('saved');
    };
    const answers = await Promise.all([link('hr c', 'crm c'), link('hr c', 'crm b'), link('hr c', 'lms b')]);
    expect(answers).toEqual([[['hr c', 'crm c']], ['INVALID input.records.employees'], [['hr c', 'lms b', 'crm c']]]);
    expect(order).toEqual(['saving', 'saved', 'saving', 'saved']);
  });
});

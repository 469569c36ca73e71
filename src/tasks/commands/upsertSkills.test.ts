import { beforeEach, describe, expect, it } from 'vitest';
import { FakeProvider, skillRow } from '../../../test/support/fakes/fakeProvider.ts';
import { FakeTasks, WRITER } from '../../../test/support/fakes/fakeTasks.ts';
import { Directory } from '../../directory/directory.ts';
import type { UpsertSkillsPort } from '../../domain/ports.ts';
import { upsertSkills, type UpsertSkillItem } from './upsertSkills.ts';

const port = (options: Partial<UpsertSkillsPort>): UpsertSkillsPort => ({
  batchSize: 10,
  repeat: 'safe',
  run: () => Promise.resolve([]),
  creates: true,
  updates: true,
  fields: ['externalId', 'name', 'description', 'category', 'rated', 'active'],
  required: [],
  ...options,
});

const JAVA = skillRow('j', { name: 'Java', sourceId: 'ext-java', synonyms: ['JDK'] });
const GO = skillRow('g', { name: 'Go' });

let directory: Directory;
let engine: FakeTasks;

/** A system that stores everything, one that creates with a category and stores little, one that updates, one that cannot. */
beforeEach(() => {
  const providers = [
    new FakeProvider({ name: 'all', ports: { upsertSkills: port({}) } }),
    new FakeProvider({
      name: 'creator',
      ports: {
        upsertSkills: port({
          updates: false,
          fields: ['externalId', 'name', 'category'],
          required: ['name', 'category'],
        }),
      },
    }),
    new FakeProvider({ name: 'updater', ports: { upsertSkills: port({ creates: false }) } }),
    new FakeProvider({ name: 'none' }),
  ];
  directory = new Directory(providers.map(({ integration }) => integration));
  for (const name of ['all', 'creator', 'updater']) directory.putSkills(name, [JAVA, GO]);
  engine = new FakeTasks();
});

const NEW = { externalId: 'new', name: 'Rust', integration: 'all' };
const upsert = (...items: Partial<UpsertSkillItem>[]) =>
  upsertSkills({ items: items.map((item) => ({ ...NEW, ...item })) }, WRITER, { directory, engine });

const refused = async (...items: Partial<UpsertSkillItem>[]) => {
  const { task, userErrors } = await upsert(...items);
  expect(task).toBeNull();
  return userErrors.map(({ code, field }) => `${code} ${field.slice(2).join('.')}`);
};

const existing = async (...items: Partial<UpsertSkillItem>[]) => {
  expect((await upsert(...items)).userErrors).toEqual([]);
  return engine.started
    .at(-1)
    ?.items.map(({ work }) =>
      work.operation === 'upsertSkills' ? (work.write.existing?.remoteId ?? null) : 'another work',
    );
};

describe('a skill', () => {
  it('that nobody has is created with every field that was given', async () => {
    const given = { description: 'A language', category: 'Tools', rated: true, active: false };
    expect((await upsert({ key: 'k', ...given })).task?.kind).toBe('UPSERT_SKILLS');
    expect(engine.started[0]?.items).toEqual([
      {
        index: 0,
        key: 'k',
        integration: 'all',
        work: { operation: 'upsertSkills', write: { externalId: 'new', name: 'Rust', ...given, existing: null } },
        conversion: null,
        warnings: [],
      },
    ]);
  });

  it('is found by its external id before its name, which is compared as skills are matched', async () => {
    expect(
      await existing(
        { externalId: 'ext-java', name: 'GO' },
        { externalId: 'x', name: 'g-o', integration: 'updater' },
        { externalId: 'y', name: 'J ava', integration: 'updater' },
      ),
    ).toEqual(['j', 'g', 'j']);
  });

  it('is not the one whose synonym it is, nor one of another integration', async () => {
    directory.putSkills('none', [skillRow('r', { name: 'Rust', sourceId: 'new' })]);
    expect(await existing({}, { externalId: 'jdk', name: 'JDK' })).toEqual([null, null]);
  });

  it('under whose keys there are several is ambiguous', async () => {
    directory.putSkills('all', [
      skillRow('1', { name: 'Twin' }),
      skillRow('2', { name: 'twin' }),
      skillRow('3', { name: 'A', sourceId: 'same' }),
      skillRow('4', { name: 'B', sourceId: 'same' }),
    ]);
    expect(await refused({ name: 'Twin' }, { externalId: 'same', name: 'C' })).toEqual([
      'AMBIGUOUS 0.name',
      'AMBIGUOUS 1.externalId',
    ]);
  });

  it('goes only where it can be created or updated, with what is stored and what is required', async () => {
    expect(
      await refused(
        { integration: 'updater' },
        { integration: 'creator', externalId: 'ext-java', name: 'Java', category: 'Tools' },
        { integration: 'creator', rated: true, active: true, description: 'x' },
        { integration: 'none' },
        { integration: 'x' },
      ),
    ).toEqual([
      'UNSUPPORTED 0.externalId',
      'UNSUPPORTED 1.externalId',
      'UNSUPPORTED 2.description',
      'INVALID 2.category',
      'UNSUPPORTED 2.rated',
      'UNSUPPORTED 2.active',
      'UNSUPPORTED 3.integration',
      'NOT_FOUND 4.integration',
    ]);
  });

  it('has no blank text', async () => {
    expect(await refused({ externalId: ' ', name: '', description: ' ', category: '' })).toEqual([
      'INVALID 0.externalId',
      'INVALID 0.name',
      'INVALID 0.description',
      'INVALID 0.category',
    ]);
  });

  it('comes once for an integration, by external id, by name and by record', async () => {
    expect(
      await refused(
        { key: 'k' },
        { key: 'k', name: 'Other' },
        { externalId: 'other', name: 'rust' },
        { externalId: 'ext-java', name: 'Coffee' },
        { externalId: 'another', name: 'Java' },
        { integration: 'creator', category: 'Tools' },
      ),
    ).toEqual(['DUPLICATE 1.key', 'DUPLICATE 1.externalId', 'DUPLICATE 2.name', 'DUPLICATE 4']);
  });
});

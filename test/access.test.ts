import { readdirSync, readFileSync } from 'node:fs';
import { getNamedType, GraphQLError, isObjectType, parse, type DocumentNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from '../schema/index.ts';
import { OWN_RATINGS, type AccessExtensions, type ScopeWord, type Viewer } from '../src/domain/access.ts';
import { createScopeCheck } from '../src/auth/scopeCheck.ts';

const viewer = (...scopes: ScopeWord[]): Viewer => ({
  tenant: 'default',
  client: 'tests',
  scopes: new Set(scopes),
  person: null,
  expiresAt: null,
});

const check = createScopeCheck(schema);

/** The scopes that a viewer of these lacks for a document. */
const lacking = (document: DocumentNode, ...scopes: ScopeWord[]): string[] =>
  (check(document, null, viewer(...scopes)) ?? []).map(({ extensions }) => String(extensions['scope']));

describe('the schema', () => {
  const access = ({ extensions }: { extensions: AccessExtensions }) => extensions;

  it('asks for a scope at every root, but for those open to all or checked by type', () => {
    const open = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((root) =>
      Object.values(root?.getFields() ?? {}).flatMap((field) => {
        const type = getNamedType(field.type);
        const scopes = access(field).scopes ?? (isObjectType(type) ? access(type).scopes : undefined);
        return scopes ? [] : [`${root?.name}.${field.name}`];
      }),
    );
    expect(open.toSorted()).toEqual(['Query.integrations', 'Query.node', 'Query.nodes', 'Query.viewer']);
  });

  it('asks for one on every mutation itself: its payload says nothing before it is done', () => {
    const fields = Object.values(schema.getMutationType()?.getFields() ?? {});
    expect(fields.length).toBeGreaterThan(10);
    expect(fields.filter((field) => !access(field).scopes).map(({ name }) => name)).toEqual([]);
  });

  it('asks for one on everything that has an id, but for integrations', () => {
    const nodes = schema.getPossibleTypes(schema.getType('Node') as never);
    expect(nodes.filter((type) => !access(type).scopes).map(({ name }) => name)).toEqual(['Integration']);
  });
});

const folder = new URL('../examples/', import.meta.url);
const FRAGMENTS = readFileSync(new URL('rating.fragments.graphql', folder), 'utf8');

/** Exactly what each document needs. */
const EXAMPLES: Record<string, ScopeWord[]> = {
  'add-certificates.graphql': ['ratings:write', 'tasks:read'],
  'assign-skills.graphql': ['ratings:write', 'tasks:read'],
  'cancel-task.graphql': ['ratings:write', 'tasks:read'],
  'employee-identity.graphql': ['employees:read'],
  'employee-skills-changed.graphql': ['employees:read', 'ratings:read', 'skills:read', 'tasks:read'],
  'employee-with-gaps.graphql': ['employees:read', 'ratings:read', 'skills:read'],
  'employee.graphql': ['employees:read', 'ratings:read', 'skills:read'],
  'employees-with-ratings.graphql': ['employees:read', 'ratings:read', 'skills:read'],
  'experts.graphql': ['employees:read', 'ratings:read', 'skills:read'],
  'holders.graphql': ['employees:read', 'ratings:read', 'skills:read'],
  'integrations.graphql': ['integrations:read'],
  'job-profiles.graphql': ['skills:read'],
  'link-records.graphql': ['employees:read', 'identity:write', 'skills:read'],
  'rate-skills.graphql': ['ratings:write', 'tasks:read'],
  'remove-skills.graphql': ['ratings:write', 'tasks:read'],
  'retry-task.graphql': ['ratings:write', 'tasks:read'],
  'search-skills.graphql': ['skills:read'],
  'set-employee-status.graphql': ['employees:write', 'tasks:read'],
  'skill.graphql': ['skills:read'],
  'tasks.graphql': ['tasks:read'],
  'unlink-records.graphql': ['employees:read', 'identity:write', 'skills:read'],
  'upsert-employees.graphql': ['employees:write', 'tasks:read'],
  'upsert-skills.graphql': ['skills:write', 'tasks:read'],
  'watch-task.graphql': ['employees:read', 'ratings:read', 'skills:read', 'tasks:read'],
};

describe('examples', () => {
  it('are all here', () => {
    const names = readdirSync(folder).filter((name) => name.endsWith('.graphql') && !name.includes('.fragments.'));
    expect(names.toSorted()).toEqual(Object.keys(EXAMPLES).toSorted());
  });

  it.each(Object.entries(EXAMPLES))('%s needs exactly its scopes', (name, scopes) => {
    // Fragments that it does not use ask for nothing.
    const document = parse(readFileSync(new URL(name, folder), 'utf8') + FRAGMENTS);
    expect(lacking(document, ...scopes)).toEqual([]);
    expect(lacking(document, 'admin')).toEqual([]);
    expect(lacking(document).toSorted()).toEqual(scopes);
    for (const scope of scopes) {
      expect(lacking(document, ...scopes.filter((each) => each !== scope))).toEqual([scope]);
    }
  });
});

describe('documents', () => {
  it.each<[string, string, ScopeWord[], string[]]>([
    [
      'a union by a fragment on one of its types',
      'mutation { linkRecords(input: {records: {}}) { results { ... on Skill { name } } } }',
      ['identity:write'],
      ['skills:read'],
    ],
    [
      'a union by an interface',
      'mutation { linkRecords(input: {records: {}}) { results { ... on Node { id } } } }',
      ['identity:write'],
      ['employees:read', 'skills:read'],
    ],
    [
      'a union by its names alone',
      'mutation { linkRecords(input: {records: {}}) { results { __typename } } }',
      ['identity:write'],
      [],
    ],
    ['a node by its type', '{ node(id: "x") { id ... on Employee { displayName } } }', [], ['employees:read']],
    [
      'a node by a named fragment within another',
      '{ node(id: "x") { ...A } } fragment A on Node { ...B } fragment B on Task { state }',
      [],
      ['tasks:read'],
    ],
    ['a node by its id', '{ node(id: "x") { id } }', [], []],
    ['the schema', '{ __schema { types { name } } __typename }', [], []],
    ['the name of an integration', '{ integrations { id name provider state } }', [], []],
    ['the health of an integration', '{ integrations { errorRate } }', [], ['integrations:read']],
    [
      'the health of an integration beside an answer',
      '{ skills { sources { integration { drift { path } } } } }',
      ['skills:read'],
      ['integrations:read'],
    ],
    ['what @skip leaves out', '{ viewer { tenant } skills @skip(if: true) { totalCount } }', [], ['skills:read']],
    ['an alias', '{ viewer: employees { totalCount } }', [], ['employees:read']],
    [
      'a mutation that answers nothing',
      'mutation { rateSkills(input: {items: []}) { replayed } }',
      [],
      ['ratings:write'],
    ],
    ['a task to be tried again', 'mutation { retryTask(input: {taskId: "x"}) { replayed } }', ['skills:write'], []],
    [
      'a task to be tried again by a reader',
      'mutation { retryTask(input: {taskId: "x"}) { replayed } }',
      ['tasks:read'],
      ['ratings:write'],
    ],
    [
      'a webhook to be sent again',
      'mutation { redeliverWebhook(input: {deliveryId: "x"}) { userErrors { code } } }',
      ['tasks:read'],
      ['admin'],
    ],
    [
      'one’s own skills',
      '{ employee(by: {id: "x"}) { skills { nodes { ratings { source } } } } }',
      ['employees:read', OWN_RATINGS],
      [],
    ],
    [
      'one’s own consensus and gaps',
      '{ employee(by: {id: "x"}) { skills { nodes { consensus { normalized } } } skillGaps { nodes { held { source } } } careerPaths { nodes { gaps { gap } } } } }',
      ['employees:read', OWN_RATINGS],
      [],
    ],
    [
      'holders of one’s own skill',
      '{ employee(by: {id: "x"}) { skills { nodes { skill { holders { totalCount } } } } } }',
      ['employees:read', 'skills:read', OWN_RATINGS],
      ['ratings:read'],
    ],
    [
      'own and others',
      '{ employee(by: {id: "x"}) { skills { totalCount } } experts(skills: []) { totalCount } }',
      ['employees:read'],
      ['ratings:read'],
    ],
    ['experts with the personal scope', '{ experts(skills: []) { totalCount } }', [OWN_RATINGS], ['ratings:read']],
  ])('of %s are held to what they show', (_, text, scopes, missing) => {
    expect(lacking(parse(text), ...scopes).toSorted()).toEqual(missing);
  });

  it('are told the first field that lacks a scope, by the names of the answer', () => {
    const document = parse('{ a: viewer { tenant } b: employees { c: nodes { id } } d: employees { totalCount } }');
    const [error, ...others] = check(document, null, viewer()) ?? [];
    expect(others).toEqual([]);
    expect(error).toBeInstanceOf(GraphQLError);
    expect(error?.toJSON()).toMatchObject({
      message: 'This needs the scope employees:read.',
      path: ['b'],
      locations: [{ line: 1, column: 24 }],
      extensions: { code: 'FORBIDDEN', scope: 'employees:read' },
    });
  });

  it('of fragments within fragments are walked in no time', () => {
    const fragments = Array.from(
      { length: 60 },
      (_, at) => `fragment F${at} on Employee { ...F${at + 1} manager { ...F${at + 1} } }`,
    );
    const document = parse(
      `{ employee(by: {id: "x"}) { ...F0 } } ${fragments.join(' ')} fragment F60 on Employee { skills { totalCount } }`,
    );
    expect(lacking(document, 'employees:read')).toEqual(['ratings:read']);
  });
});

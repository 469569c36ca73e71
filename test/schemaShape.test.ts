import { readFileSync } from 'node:fs';
import {
  buildSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  isUnionType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from '../schema/index.ts';

const draft = buildSchema(readFileSync(new URL('fixtures/draft.graphql', import.meta.url), 'utf8'));

const typesOf = (graph: GraphQLSchema) =>
  Object.values(graph.getTypeMap()).filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type));

/** Everything of a type that has a name of its own, with what it is and how it is described. */
interface Part {
  name: string;
  is: string;
  description: string | null | undefined;
}

const valueOf = (value: unknown) => (value === undefined ? '' : ` = ${JSON.stringify(value)}`);

function partsOf(type: GraphQLNamedType): Part[] {
  const { name, description } = type;
  if (isEnumType(type)) {
    return [
      { name, is: 'enum', description },
      ...type.getValues().map((value) => ({
        name: `${name}.${value.name}`,
        is: 'value',
        description: value.description,
      })),
    ];
  }
  if (isInputObjectType(type)) {
    return [
      { name, is: type.isOneOf ? 'input @oneOf' : 'input', description },
      ...Object.values(type.getFields()).map((field) => ({
        name: `${name}.${field.name}`,
        is: `${String(field.type)}${valueOf(field.defaultValue)}`,
        description: field.description,
      })),
    ];
  }
  if (isObjectType(type) || isInterfaceType(type)) {
    const interfaces = type.getInterfaces().map(String).toSorted().join(', ');
    return [
      { name, is: `${isObjectType(type) ? 'type' : 'interface'} ${interfaces}`, description },
      ...Object.values(type.getFields()).flatMap((field) => [
        { name: `${name}.${field.name}`, is: String(field.type), description: field.description },
        ...field.args.map((arg) => ({
          name: `${name}.${field.name}(${arg.name})`,
          is: `${String(arg.type)}${valueOf(arg.defaultValue)}`,
          description: arg.description,
        })),
      ]),
    ];
  }
  return [{ name, is: isUnionType(type) ? 'union' : 'scalar', description }];
}

const partsOfAll = (graph: GraphQLSchema) => typesOf(graph).flatMap(partsOf);

describe('descriptions', () => {
  it('are there for every type, field, argument, input field and enum value', () => {
    const parts = partsOfAll(schema);
    expect(parts.length).toBeGreaterThan(300);
    expect(parts.filter(({ description }) => !description?.trim()).map(({ name }) => name)).toEqual([]);
  });
});

/** What differs from the draft on purpose, with the reason. */
const DIFFERENT: Record<string, string> = Object.fromEntries(
  ['employees', 'experts', 'jobProfiles', 'nodes', 'skills', 'tasks'].map((field) => [
    `Query.${field}`,
    'nullable, so that one that is refused leaves its siblings standing',
  ]),
);

/** A type and its parts. */
const of = (type: string, ...parts: readonly string[]) => [type, ...parts.map((part) => `${type}.${part}`)];

/** What the draft does not have, with the reason. */
const ADDED: Record<string, string> = Object.fromEntries(
  Object.entries({
    'more employees than people are explained where they are counted': [
      'EmployeeConnection.matching',
      ...of('EmployeeMatching', 'records', 'employees', 'apart'),
      ...of('EmployeesLeftApart', 'reason', 'employees'),
    ],
    'an unknown name in a filter matches nothing, is named, and blanks no page': [
      ...['EmployeeConnection', 'EmployeeSkillConnection', 'ExpertConnection', 'SkillConnection'].map(
        (type) => `${type}.unknown`,
      ),
      ...of('UnknownValue', 'field', 'value'),
    ],
    'webhooks tell services that hold no stream open': [
      'Mutation.redeliverWebhook',
      'Mutation.redeliverWebhook(input)',
      'Query.webhookDeliveries',
      'Query.webhookDeliveries(after)',
      'Query.webhookDeliveries(filter)',
      'Query.webhookDeliveries(first)',
      ...of('RedeliverWebhookInput', 'deliveryId'),
      ...of('WebhookDelivery', 'id', 'receiver', 'task', 'revision', 'state', 'attempts', 'dueAt', 'since', 'triedAt'),
      ...of('WebhookDelivery', 'problem', 'httpStatus').slice(1),
      ...of('WebhookDeliveryConnection', 'edges', 'nodes', 'pageInfo', 'totalCount'),
      ...of('WebhookDeliveryEdge', 'cursor', 'node'),
      ...of('WebhookDeliveryFilter', 'states'),
      ...of('WebhookDeliveryState', 'PENDING', 'DEAD'),
      ...of('WebhookPayload', 'delivery', 'userErrors'),
    ],
    "a provider's reason for a refusal is what a person can act on": ['ProviderProblem.providerMessage'],
    'a sandbox says that its people are invented': ['Integration.simulated', 'Viewer.simulated'],
    'what an unreadable record looked like is shown without its values': [
      'Drift.sample',
      ...of('DriftField', 'name', 'type'),
    ],
    'records may tell of different states, and a status that was set is seen where it was set': [
      'EmployeeRecord.status',
    ],
    'an employee of an HR system has more than what every provider knows, and can be sent again whole': [
      ...of('Employee', 'exitDate', 'employmentType', 'grade', 'band').slice(1),
      ...of('EmployeeRecord', 'jobCode', 'customFields').slice(1),
      ...of('CustomField', 'name', 'value'),
      ...of('CustomFieldInput', 'name', 'value'),
      ...of('UpsertEmployeeItem', 'exitDate', 'employmentType', 'grade', 'band', 'customFields').slice(1),
    ],
    'a level can be asked of any rating, not of the mean alone': [
      ...of('LevelMeasure', 'CONSENSUS', 'ANY_RATING'),
      'EmployeeSkillFilter.levelOf',
      'SkillRequirement.levelOf',
    ],
    'certificates can be written to one of the systems': [
      'Mutation.addCertificates',
      'Mutation.addCertificates(input)',
      'Operation.ADD_CERTIFICATES',
      'TaskKind.ADD_CERTIFICATES',
      ...of('AddCertificateItem', 'key', 'employee', 'integration', 'title', 'isStandard', 'issuer', 'validTill'),
      'AddCertificateItem.licenseNumber',
      ...of('AddCertificatesInput', 'items', 'idempotencyKey', 'validateOnly'),
    ],
  }).flatMap(([why, names]) => names.map((name) => [name, why])),
);

describe('the draft', () => {
  const drafted = new Map(partsOfAll(draft).map(({ name, is }) => [name, is]));
  const built = new Map(partsOfAll(schema).map(({ name, is }) => [name, is]));

  it('has the types, nullability and defaults of everything that is built', () => {
    const different = [...built].filter(([name, is]) => drafted.has(name) && drafted.get(name) !== is);
    expect(
      different
        .filter(([name]) => !(name in DIFFERENT))
        .map(([name, is]) => `${name}: ${is}, drafted ${drafted.get(name)}`),
    ).toEqual([]);
    expect(Object.keys(DIFFERENT).filter((name) => !different.some(([other]) => other === name))).toEqual([]);
  });

  it('has the name of everything that is built', () => {
    const added = [...built.keys()].filter((name) => !drafted.has(name));
    expect(added.toSorted()).toEqual(Object.keys(ADDED).toSorted());
  });

  it('has every argument of a field that is built, or the field does less than was promised', () => {
    const missing = [...drafted.keys()].filter((name) => {
      const field = /^(.*)\(/.exec(name)?.[1];
      return field !== undefined && built.has(field) && !built.has(name);
    });
    expect(missing).toEqual([]);
  });

  it('has the members of unions, but for those that are still to be built', () => {
    for (const type of typesOf(schema).filter(isUnionType)) {
      const expected = draft.getType(type.name);
      const names = isUnionType(expected) ? expected.getTypes().map(String) : [];
      expect(names).toEqual(expect.arrayContaining(type.getTypes().map(String)));
    }
  });
});

/** Connections of the schema by name, found by how they are returned. */
const connections = typesOf(schema).filter((type) => type.name.endsWith('Connection'));
const fieldsOf = (type: GraphQLNamedType | undefined) =>
  isObjectType(type) ? Object.fromEntries(Object.values(type.getFields()).map((f) => [f.name, String(f.type)])) : {};

const pagedFields = typesOf(schema).flatMap((type) =>
  isObjectType(type)
    ? Object.values(type.getFields())
        .filter((field) => getNamedType(field.type).name.endsWith('Connection'))
        .map((field) => [`${type.name}.${field.name}`, field] as const)
    : [],
);

describe('connections', () => {
  it('are there', () => {
    expect(connections.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'EmployeeConnection',
        'SkillConnection',
        'EmployeeSkillConnection',
        'TaskItemConnection',
      ]),
    );
  });

  it.each(connections.map(({ name }) => name))('%s has edges, nodes, a page and a count of one type', (name) => {
    const node = name.replace(/Connection$/, '');
    const fields = fieldsOf(schema.getType(name));
    expect(fields).toMatchObject({
      edges: `[${node}Edge!]!`,
      nodes: `[${node}!]!`,
      pageInfo: 'PageInfo!',
      totalCount: 'Int!',
    });
    expect(fieldsOf(schema.getType(`${node}Edge`))).toMatchObject({ cursor: 'String!', node: `${node}!` });
  });

  it.each(pagedFields.map(([name]) => name))('%s is paged, with a bound that the description says', (name) => {
    const field = new Map(pagedFields).get(name);
    // Those at the root are nullable: one that is refused leaves its siblings standing.
    expect(String(field?.type)).toMatch(name.startsWith('Query.') ? /^\w+Connection$/ : /^\w+Connection!$/);
    const args = Object.fromEntries((field?.args ?? []).map((arg) => [arg.name, String(arg.type)]));
    expect(args).toMatchObject({ first: 'Int', after: 'String' });
    expect(field?.args.find((arg) => arg.name === 'first')?.description).toMatch(/\b1 to (?:100|200)\b/);
    // Backwards with both arguments or not at all.
    expect(['last' in args, 'before' in args]).toEqual(Array(2).fill(name === 'Query.employees'));
  });

  it('share a PageInfo as the specification has it', () => {
    expect(fieldsOf(schema.getType('PageInfo'))).toEqual({
      hasNextPage: 'Boolean!',
      hasPreviousPage: 'Boolean!',
      startCursor: 'String',
      endCursor: 'String',
    });
  });
});

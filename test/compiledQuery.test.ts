import { readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import {
  execute,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isLeafType,
  isRequiredArgument,
  isUnionType,
  Kind,
  NoUnusedFragmentsRule,
  OperationTypeNode,
  parse,
  print,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLNamedType,
  type OperationDefinitionNode,
  type TypeNode,
} from 'graphql';
import { isAsyncIterable } from 'graphql-yoga';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { schema } from '../schema/index.ts';
import { Deadline } from '../src/domain/deadline.ts';
import { createContext, type RequestParts, type TenantParts } from '../src/context.ts';
import { createQueryCompiler } from '../src/graphql/execution/compiledQuery.ts';
import { DEFER, withDefer } from '../src/graphql/execution/defer.ts';
import { createDeferredQuery } from '../src/graphql/execution/deferredQuery.ts';
import { startTestGateway, type TestGateway } from './support/gateway.ts';
import { generatedQuery, withoutDefer, withoutDeferred } from './support/generatedQueries.ts';
import { mergedData, type SentPart } from './support/merged.ts';

/** What the gateway under test makes its contexts of, as it last did. */
const made = vi.hoisted((): { tenant: TenantParts; request: RequestParts } => {
  // What files before this one have loaded knows nothing of the mock below.
  vi.resetModules();
  return { tenant: {} as TenantParts, request: {} as RequestParts };
});

vi.mock(import('../src/context.ts'), async (original) => {
  const real = await original();
  return {
    createContext(tenant: TenantParts, request: RequestParts) {
      Object.assign(made, { tenant, request });
      return real.createContext(tenant, request);
    },
  };
});

// And what files after this one load is not to know of it.
afterAll(() => {
  vi.doUnmock('../src/context.ts');
  vi.resetModules();
});

const ROOT = new URL('../', import.meta.url);

/** Every query in examples/ and in the tests, by its text: each with the fragments that it names. */
function queries(): DocumentNode[] {
  const texts = ['examples/', 'examples/graphiql/', 'test/', 'src/'].flatMap((folder) =>
    readdirSync(new URL(folder, ROOT)).flatMap((file) => {
      if (!/\.graphql$|\.test\.ts$/.test(file)) return [];
      const text = readFileSync(new URL(folder + file, ROOT), 'utf8');
      if (file.endsWith('.graphql')) return [text];
      return [...text.matchAll(/\/\* GraphQL \*\/ `([^`]*)`/g)].map((match) => match[1] ?? '');
    }),
  );
  const parsed = texts.flatMap((text) => {
    try {
      return [parse(text)];
    } catch {
      // Tests hold broken documents on purpose.
      return [];
    }
  });
  const fragments = new Map(
    parsed
      .flatMap(({ definitions }) => definitions)
      .flatMap((definition) =>
        definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
      ),
  );
  return parsed.flatMap(({ definitions }) =>
    definitions.flatMap((definition): DocumentNode[] => {
      if (definition.kind !== Kind.OPERATION_DEFINITION || definition.operation !== OperationTypeNode.QUERY) return [];
      const named = new Set<string>();
      const collect = (text: string) => {
        for (const [, name = ''] of text.matchAll(/\.\.\.\s*(?!on\b)(\w+)/g)) {
          const fragment = fragments.get(name);
          if (!fragment || named.has(name)) continue;
          named.add(name);
          collect(print(fragment));
        }
      };
      collect(print(definition));
      const used = [...named].flatMap((name) => fragments.get(name) ?? []);
      const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [definition, ...used] };
      return validate(schema, document).length === 0 ? [document] : [];
    }),
  );
}

/** A query of every field that needs no argument, some levels deep; aliases keep fields of one name apart. */
function everything(): DocumentNode {
  const selectionOf = (type: GraphQLNamedType, depth: number): string => {
    if (!isCompositeType(type)) return '';
    const fields = isUnionType(type) ? [] : Object.values(type.getFields());
    const selected = fields.flatMap((field) => {
      if (field.args.some(isRequiredArgument)) return [];
      const inner = getNamedType(field.type);
      if (isLeafType(inner)) return [`${type.name}_${field.name}: ${field.name}`];
      return depth > 0 ? [`${type.name}_${field.name}: ${field.name} ${selectionOf(inner, depth - 1)}`] : [];
    });
    const types = isAbstractType(type) ? schema.getPossibleTypes(type) : [];
    const possible = types.map((each) => `... on ${each.name} ${selectionOf(each, depth - 1)}`);
    return `{ __typename ${[...selected, ...(depth > 0 ? possible : [])].join(' ')} }`;
  };
  const of = (name: string) => selectionOf(schema.getType(name) as GraphQLNamedType, 5);
  return parse(
    `{ employees(first: 3) ${of('EmployeeConnection')} skills(first: 3) ${of('SkillConnection')} integrations ${of('Integration')} }`,
  );
}

const operationOf = (document: DocumentNode) => document.definitions[0] as OperationDefinitionNode;

describe('compiled queries on the graph', () => {
  let gateway: TestGateway;
  let id = '';

  beforeAll(async () => {
    gateway = await startTestGateway();
    const { data } = await gateway.ask<{ employees: { nodes: { id: string }[] } }>('{ employees { nodes { id } } }');
    id = data?.employees.nodes[0]?.id ?? '';
  });
  afterAll(() => gateway.close());

  /** A value for every variable that has to have one. */
  const valueOf = (type: TypeNode): unknown => {
    if (type.kind === Kind.NON_NULL_TYPE) return valueOf(type.type);
    if (type.kind === Kind.LIST_TYPE) return [valueOf(type.type)];
    const values: Record<string, unknown> = {
      Int: 20,
      Boolean: true,
      ID: id,
      EmployeeLookup: { id },
      SkillLookup: { name: 'TypeScript' },
    };
    return values[type.name.value] ?? 'text';
  };

  const context = () => createContext(made.tenant, { ...made.request, deadline: Deadline.after(10_000) });

  /** What graphql-js answers to a document that has no errors. */
  const dataOf = async (document: DocumentNode): Promise<unknown> => {
    const { data, errors } = await execute({ schema, document, contextValue: context() });
    expect(errors).toBeUndefined();
    return data;
  };

  it('answer what the executor answers, byte for byte', async () => {
    const compiler = createQueryCompiler(schema);
    // Time goes on between two answers, and what is not cached is read again.
    const timeless = (text: string) => text.replaceAll(/(ageSeconds|latencyMs|fetchedAt)":(\d+|"[^"]*")/g, '$1":0');
    const expected: [string, string | null][] = [];
    const answered: [string, string | null][] = [];
    const documents = [...queries(), everything()];
    for (const document of documents) {
      const operation = operationOf(document);
      const variableValues = Object.fromEntries(
        (operation.variableDefinitions ?? [])
          .filter(({ type, defaultValue }) => type.kind === Kind.NON_NULL_TYPE && !defaultValue)
          .map(({ variable, type }) => [variable.name.value, valueOf(type)]),
      );
      const args = { schema, document, variableValues };
      // The first run fills the cache: afterwards both find the same.
      await execute({ ...args, contextValue: context() });
      const executed = await execute({ ...args, contextValue: context() });
      const answer = await compiler.execute({ ...args, contextValue: context() });
      // Where the executor has errors to tell, the compiled query has to leave the answer to it.
      expected.push([print(operation), executed.errors ? null : timeless(JSON.stringify(executed.data))]);
      answered.push([print(operation), answer && timeless(JSON.stringify(answer.data))]);
    }
    expect(expected.filter(([, text]) => text !== null).length).toBeGreaterThan(5);
    expect(expected.at(-1)?.[1]).not.toBeNull();
    expect(answered).toEqual(expected);
  });

  it('answer generated documents, which share fragments and have any names as aliases, byte for byte', async () => {
    const compiler = createQueryCompiler(schema);
    await fc.assert(
      fc.asyncProperty(generatedQuery, async (query) => {
        const document = withoutDefer(parse(query));
        const answer = await compiler.execute({ schema, document, contextValue: context() });
        // A key that a plain object cannot have is left to the executor.
        if (/\b__proto__:/.test(print(document)) && answer === null) return;
        expect(JSON.stringify(answer?.data)).toBe(JSON.stringify(await dataOf(document)));
      }),
      { numRuns: 300 },
    );
  });

  it('answer in parts what is not deferred first, and what the executor answers in all', async () => {
    const deferring = withDefer(schema);
    const compiler = createQueryCompiler(deferring);
    const deferredQuery = createDeferredQuery({ schema: deferring, directive: DEFER, compiler });
    const rules = specifiedRules.filter((rule) => rule !== NoUnusedFragmentsRule);
    const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;
    let answersInParts = 0;
    await fc.assert(
      fc.asyncProperty(generatedQuery, async (query) => {
        const document = parse(query);
        expect(validate(deferring, document, rules)).toEqual([]);
        const answer = await deferredQuery({ schema: deferring, document, contextValue: context() });
        const parts: SentPart[] = [];
        if (isAsyncIterable(answer)) for await (const part of answer) parts.push(plain(part) as SentPart);
        else parts.push(plain(answer) as SentPart);
        if (parts.length > 1) answersInParts += 1;
        expect(parts[0]?.data).toEqual(plain(await dataOf(withoutDeferred(document))));
        expect(mergedData(parts)).toEqual(plain(await dataOf(withoutDefer(document))));
      }),
    );
    expect(answersInParts).toBeGreaterThan(20);
  });

  it('cost a provider one call where it refuses and the executor takes over', async () => {
    const { data } = await gateway.ask<{
      employees: { nodes: { skills: { nodes: { ratings: { id: string; integration: { provider: string } }[] }[] } }[] };
    }>('{ employees { nodes { skills { nodes { ratings { id integration { provider } } } } } } }');
    const ratings = data?.employees.nodes.flatMap(({ skills }) => skills.nodes.flatMap((held) => held.ratings));
    const rating = ratings?.find(({ integration }) => integration.provider === 'kombo');
    gateway.simulator('kombo').addFault({ shape: { kind: 'status', status: 401 } });
    gateway.forget();
    const answer = await gateway.ask('query ($id: ID!) { node(id: $id) { id } }', { id: rating?.id ?? '' });
    gateway.simulator('kombo').clearFaults();
    expect(answer).toMatchObject({ data: { node: null }, errors: [{ path: ['node'] }] });
    expect(gateway.cost()).toEqual({ 'kombo-main': { ratingByParts: 1 } });
  });
});

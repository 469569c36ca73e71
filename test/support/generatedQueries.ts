/** Generated queries of the graph whose fragments are shared and whose aliases are names that JavaScript knows. */
import * as fc from 'fast-check';
import { Kind, parse, print, visit, type DirectiveNode, type DocumentNode } from 'graphql';

/** Fields by type, with the type of what they hold; null: a value. A field has the same arguments everywhere, so that all merge. */
const FIELDS: Record<string, Record<string, string | null>> = {
  Query: {
    'employees(first: 2)': 'EmployeeConnection',
    'skills(first: 2)': 'SkillConnection',
    integrations: 'Integration',
    __typename: null,
  },
  EmployeeConnection: { nodes: 'Employee', pageInfo: 'PageInfo', totalCount: null },
  Employee: {
    id: null,
    displayName: null,
    department: null,
    manager: 'Employee',
    'skills(first: 2)': 'EmployeeSkillConnection',
  },
  EmployeeSkillConnection: { nodes: 'EmployeeSkill', pageInfo: 'PageInfo', totalCount: null },
  PageInfo: { hasNextPage: null, hasPreviousPage: null },
  EmployeeSkill: { skill: 'Skill', employee: 'Employee', ratings: 'SkillRating' },
  SkillRating: { id: null, integration: 'Integration', skill: 'Skill' },
  SkillConnection: { nodes: 'Skill', totalCount: null },
  Skill: { id: null, name: null, synonyms: null },
  Integration: { id: null, name: null, provider: null },
};

const FIELD_NAMES = [...new Set(Object.values(FIELDS).flatMap((fields) => Object.keys(fields)))].map(
  (field) => field.split('(', 1)[0] ?? field,
);

/** Names of members that objects, promises, errors and results have. */
const ODD_NAMES = [
  'then',
  'catch',
  'finally',
  'constructor',
  'prototype',
  '__proto__',
  'toString',
  'toJSON',
  'valueOf',
  'hasOwnProperty',
  'length',
  'value',
  'data',
  'errors',
  'message',
  'extensions',
  'path',
];

/** The types of the fragments F0, F1 and so on. Each may spread those before it. */
const FRAGMENTS = ['Skill', 'Skill', 'Integration', 'Employee', 'Employee', 'Query', 'Query'] as const;

const deferral = fc.constantFrom('', '', ' @defer', ' @defer(if: true)');

/** A selection set on the type that may spread the first fragments. */
function selectionSet(type: string, depth: number, fragments: number): fc.Arbitrary<string> {
  const fields = Object.entries(FIELDS[type] ?? {});
  const values = fields.flatMap(([field, inner]) => (inner === null ? [field] : []));
  const objects = depth === 0 ? [] : fields.filter(([, inner]) => inner !== null);
  const spreads = FRAGMENTS.slice(0, fragments).flatMap((on, index) => (on === type ? [`...F${index}`] : []));
  const value = fc.constantFrom(...values, '__typename');
  const kinds = [
    value,
    ...objects.map(([field, inner]) =>
      selectionSet(inner ?? '', depth - 1, fragments).map((below) => `${field} ${below}`),
    ),
    ...(spreads.length > 0 ? [joined(fc.constantFrom(...spreads), deferral)] : []),
    ...(depth > 0
      ? [joined(fc.constantFrom('...', `... on ${type}`), deferral, selectionSet(type, 0, fragments))]
      : []),
  ];
  return fc
    .array(fc.oneof(...kinds), { minLength: 1, maxLength: 4 })
    .map((selections) => `{ ${selections.join(' ')} }`);
}

function joined(...texts: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.tuple(...texts).map((given) => given.join(' '));
}

/** Any field may have an odd name in a document, the same at each of its places. */
const aliases = fc
  .tuple(fc.shuffledSubarray(FIELD_NAMES, { minLength: 8 }), fc.shuffledSubarray(ODD_NAMES, { minLength: 8 }))
  .map(([fields, names]) => new Map(fields.flatMap((field, at) => (names[at] ? [[field, names[at]]] : []))));

/** The text of a query without variables, with `@defer` in some places. Not all of its fragments need be used. */
export const generatedQuery: fc.Arbitrary<string> = fc
  .tuple(
    selectionSet('Query', 5, FRAGMENTS.length),
    fc.tuple(
      ...FRAGMENTS.map((type, index) =>
        selectionSet(type, 1, index).map((selections) => `fragment F${index} on ${type} ${selections}`),
      ),
    ),
    aliases,
  )
  .map(([query, fragments, named]) => {
    const document = visit(parse([query, ...fragments].join('\n')), {
      Field(node) {
        const value = named.get(node.name.value);
        return value === undefined ? undefined : { ...node, alias: { kind: Kind.NAME, value } };
      },
    });
    return print(document);
  });

const defers = ({ directives = [] }: { directives?: readonly DirectiveNode[] }) =>
  directives.some(({ name }) => name.value === 'defer');

/** The same document with nothing deferred. */
export function withoutDefer(document: DocumentNode): DocumentNode {
  return visit(document, { Directive: ({ name }) => (name.value === 'defer' ? null : undefined) });
}

/** What of the document is not deferred; an object may have no field left. */
export function withoutDeferred(document: DocumentNode): DocumentNode {
  const leftOut = (node: { directives?: readonly DirectiveNode[] }) => (defers(node) ? null : undefined);
  return visit(document, { FragmentSpread: leftOut, InlineFragment: leftOut });
}

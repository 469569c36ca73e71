import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isListType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { FieldCost } from '../../domain/fieldCost.ts';
import { isDeferred, isLeftOut, lengthOf, plain, withDefaults, type Variables } from './argumentValues.ts';
import { createFieldMerger, type Group } from '../validation/mergedFields.ts';
import { fieldCost } from './fieldCost.ts';
import { readsAlone } from './idCost.ts';
import { bounded, fragmentsOf } from './operationShape.ts';

/** What a selection costs: for each object it is made on, and for each node of the page that this object is. */
interface Cost {
  once: number;
  each: number;
}

/** Where introspection begins: fields that are on the root without being among its fields. */
const INTROSPECTION = new Map([SchemaMetaFieldDef, TypeMetaFieldDef].map((field) => [field.name, field]));

/** No page is larger than this one, of held skills and of a task's items: larger ones are refused by their field. */
const LARGEST_PAGE = 200;

/** Of lists whose field says nothing. */
const DEFAULT_SIZE = 5;

const FREE: Cost = { once: 0, each: 0 };

/** Lists of a page, as long as `first` or `last` says; their type's name ends so. */
const PAGE = 'Connection';

/**
 * What an operation of a valid document costs with these variables: one for each object that the answer can have, lists at
 * the size in effect, and what their fields say of asking providers. Fields that merge run once and are counted once. A
 * document made to have more to merge than a few milliseconds allow is counted apart from there on, each fragment at each of
 * its uses: never less than what runs, and linear in the document, however large the number.
 */
export function operationCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  given: Variables,
): number {
  const variables = withDefaults(operation.variableDefinitions ?? [], given);
  const fragments = fragmentsOf(document);
  const merger = createFieldMerger(fragments);
  const together = new Map<GraphQLObjectType, Map<string, Cost>>();
  const apart = new Map<GraphQLObjectType, Map<SelectionSetNode, Cost>>();

  /** Of selection sets that are executed together on an object of this type. */
  const ofGroup = (type: GraphQLNamedType, group: Group): Cost => {
    if (isAbstractType(type)) return dearest(schema.getPossibleTypes(type).map((possible) => ofGroup(possible, group)));
    if (!isObjectType(type)) return FREE;
    return kept(together, type, merger.keyOf(group), () => {
      const merged = merger.merge(group, {
        isLeftOut: (directives) => isLeftOut(directives, variables),
        isDeferred: (directives) => isDeferred(directives, variables),
        applies: (condition) => applies(type, condition?.name.value),
      });
      const total = { ...FREE };
      if (!merged) {
        for (const set of group) add(total, ofSet(type, set));
        return total;
      }
      for (const nodes of merged.fields.values()) {
        const below = merger.below(nodes);
        add(total, ofField(type, nodes[0], below && ((inner) => ofGroup(inner, below))));
      }
      for (const set of merged.deferred) add(total, ofGroup(type, [set]));
      return total;
    });
  };

  /** Of one selection set without regard to what merges with it: never less than its part of a group costs. */
  const ofSet = (type: GraphQLNamedType, set: SelectionSetNode): Cost => {
    if (isAbstractType(type)) return dearest(schema.getPossibleTypes(type).map((possible) => ofSet(possible, set)));
    if (!isObjectType(type)) return FREE;
    return kept(apart, type, set, () => {
      const total = { ...FREE };
      for (const selection of set.selections) add(total, ofSelection(type, selection));
      return total;
    });
  };

  const ofSelection = (type: GraphQLObjectType, selection: SelectionNode): Cost => {
    if (isLeftOut(selection.directives, variables)) return FREE;
    if (selection.kind === Kind.FIELD) {
      const { selectionSet } = selection;
      return ofField(type, selection, selectionSet ? (inner) => ofSet(inner, selectionSet) : null);
    }
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    if (!fragment || !applies(type, fragment.typeCondition?.name.value)) return FREE;
    return ofSet(type, fragment.selectionSet);
  };

  const applies = (type: GraphQLObjectType, condition: string | undefined): boolean => {
    const other = condition === undefined ? type : schema.getType(condition);
    return other === type || (isAbstractType(other) && schema.isSubType(other, type));
  };

  /** Of a field with what `below` says of an object in it; null below where it has values. */
  const ofField = (
    parent: GraphQLObjectType,
    node: FieldNode,
    below: ((type: GraphQLNamedType) => Cost) | null,
  ): Cost => {
    const name = node.name.value;
    const rule = fieldCost(parent, name);
    const field = parent.getFields()[name] ?? INTROSPECTION.get(name);
    if (!field) return FREE;
    const counted = rule.by && valueAt(node, rule.by);
    const count = rule.by ? lengthOf(counted) : 1;
    const alone = rule.alone === undefined ? 0 : readsAlone(counted);
    const asks = (rule.asks ?? 0) * (count - alone) + (rule.alone ?? 0) * alone;
    const type = getNamedType(field.type);
    if (!below) return { once: asks, each: 0 };
    const inner = below(type);
    const page = type.name.endsWith(PAGE) ? pageOf(field, node, rule) : 0;
    const object = bounded(1 + inner.once + page * inner.each);
    if (!isListType(getNullableType(field.type))) return { once: bounded(asks + object), each: 0 };
    if (parent.name.endsWith(PAGE) && (name === 'nodes' || name === 'edges')) return { once: asks, each: object };
    const size = rule.by ? count : (rule.size ?? DEFAULT_SIZE);
    return { once: bounded(asks + size * object), each: 0 };
  };

  const valueAt = (node: FieldNode, [argument, ...path]: readonly string[]): unknown => {
    const found = node.arguments?.find(({ name }) => name.value === argument);
    let value = found && plain(found.value, variables);
    for (const step of path) value = (value as Record<string, unknown> | null | undefined)?.[step];
    return value;
  };

  const pageOf = (field: GraphQLField<unknown, unknown>, node: FieldNode, rule: FieldCost): number => {
    const asked = ['first', 'last'].map((name) => valueAt(node, [name])).filter((size) => typeof size === 'number');
    if (asked.length > 0) return Math.min(Math.max(0, ...asked), LARGEST_PAGE);
    const usual: unknown = field.args.find(({ name }) => name === 'first')?.defaultValue;
    return typeof usual === 'number' ? usual : (rule.usual ?? DEFAULT_SIZE);
  };

  const root = schema.getRootType(operation.operation);
  return root ? ofGroup(root, [operation.selectionSet]).once : 0;
}

/** In place. */
function add(total: Cost, { once, each }: Cost): void {
  total.once = bounded(total.once + once);
  total.each = bounded(total.each + each);
}

/** What was worked out before for a type and a key, or is now. */
function kept<Key>(
  known: Map<GraphQLObjectType, Map<Key, Cost>>,
  type: GraphQLObjectType,
  key: Key,
  work: () => Cost,
): Cost {
  let costs = known.get(type);
  if (!costs) known.set(type, (costs = new Map()));
  let cost = costs.get(key);
  if (!cost) costs.set(key, (cost = work()));
  return cost;
}

/** An object is of one type only. */
function dearest(costs: readonly Cost[]): Cost {
  return {
    once: Math.max(0, ...costs.map(({ once }) => once)),
    each: Math.max(0, ...costs.map(({ each }) => each)),
  };
}

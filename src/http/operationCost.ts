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
  type SelectionSetNode,
} from 'graphql';
import { COSTS, LARGEST_PAGE, USUAL_SIZE, type FieldCost } from './costTable.ts';
import { isLeftOut, lengthOf, plain, withDefaults, type Variables } from './givenValues.ts';
import { bounded, fragmentsOf } from './operationShape.ts';

/** What a selection costs: for each object it is made on, and for each node of the page that this object is. */
interface Cost {
  once: number;
  each: number;
}

/** Where introspection begins: fields that are on the root without being among its fields. */
const INTROSPECTION = new Map([SchemaMetaFieldDef, TypeMetaFieldDef].map((field) => [field.name, field]));

const FREE: Cost = { once: 0, each: 0 };

/** Lists of a page, as long as `first` or `last` says; their type's name ends so. */
const PAGE = 'Connection';

/**
 * What an operation of a valid document costs with these variables: one for each object that the answer can have, lists at
 * the size in effect, and what the table has for asking providers. Each selection is walked once for each type of object,
 * and counted at each use: linear in the document, however large the number.
 */
export function operationCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  given: Variables,
): number {
  const variables = withDefaults(operation.variableDefinitions ?? [], given);
  const fragments = fragmentsOf(document);
  const known = new Map<SelectionSetNode, Map<GraphQLObjectType, Cost>>();

  const ofSet = (type: GraphQLNamedType, set: SelectionSetNode): Cost => {
    if (isAbstractType(type)) return dearest(schema.getPossibleTypes(type).map((possible) => ofSet(possible, set)));
    if (!isObjectType(type)) return FREE;
    let costs = known.get(set);
    if (!costs) known.set(set, (costs = new Map()));
    let cost = costs.get(type);
    if (!cost) costs.set(type, (cost = sum(type, set)));
    return cost;
  };

  const sum = (type: GraphQLObjectType, set: SelectionSetNode): Cost => {
    let { once, each } = FREE;
    for (const selection of set.selections) {
      if (isLeftOut(selection.directives, variables)) continue;
      let cost = FREE;
      if (selection.kind === Kind.FIELD) cost = ofField(type, selection);
      else {
        const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        if (fragment && applies(type, fragment.typeCondition?.name.value)) cost = ofSet(type, fragment.selectionSet);
      }
      once = bounded(once + cost.once);
      each = bounded(each + cost.each);
    }
    return { once, each };
  };

  const applies = (type: GraphQLObjectType, condition: string | undefined): boolean => {
    const other = condition === undefined ? type : schema.getType(condition);
    return other === type || (isAbstractType(other) && schema.isSubType(other, type));
  };

  const ofField = (parent: GraphQLObjectType, node: FieldNode): Cost => {
    const name = node.name.value;
    const rule = COSTS[`${parent.name}.${name}`] ?? {};
    const field = parent.getFields()[name] ?? INTROSPECTION.get(name);
    if (!field) return FREE;
    const count = rule.by ? lengthOf(valueAt(node, rule.by)) : 1;
    const asks = (rule.asks ?? 0) * count;
    const type = getNamedType(field.type);
    const inner = node.selectionSet ? ofSet(type, node.selectionSet) : null;
    if (!inner) return { once: asks, each: 0 };
    const page = type.name.endsWith(PAGE) ? pageOf(field, node, rule) : 0;
    const object = bounded(1 + inner.once + page * inner.each);
    if (!isListType(getNullableType(field.type))) return { once: bounded(asks + object), each: 0 };
    if (parent.name.endsWith(PAGE) && (name === 'nodes' || name === 'edges')) return { once: asks, each: object };
    const size = rule.by ? count : (rule.size ?? USUAL_SIZE);
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
    return typeof usual === 'number' ? usual : (rule.usual ?? USUAL_SIZE);
  };

  const root = schema.getRootType(operation.operation);
  return root ? ofSet(root, operation.selectionSet).once : 0;
}

/** An object is of one type only. */
function dearest(costs: readonly Cost[]): Cost {
  return {
    once: Math.max(0, ...costs.map(({ once }) => once)),
    each: Math.max(0, ...costs.map(({ each }) => each)),
  };
}

import { __Field, __Schema, __Type, isObjectType, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import type { CostExtensions, FieldCost } from '../../domain/fieldCost.ts';

/** Of the schema itself, about as it is: most fields have no argument, and most types no interface. */
const INTROSPECTION = new Map<GraphQLObjectType, Readonly<Record<string, FieldCost>>>([
  [__Schema, { types: { size: 150 } }],
  [__Field, { args: { size: 1 } }],
  [__Type, { interfaces: { size: 1 }, possibleTypes: { size: 1 } }],
]);

const FREE: FieldCost = {};

/** The cost that the schema says beside a field. */
export function fieldCost(type: GraphQLObjectType, name: string): FieldCost {
  const { cost } = (type.getFields()[name]?.extensions ?? {}) as CostExtensions;
  return cost ?? INTROSPECTION.get(type)?.[name] ?? FREE;
}

/** Every argument, with the path within it, whose length or ids a cost depends on. */
export function countedArguments(schema: GraphQLSchema): NonNullable<FieldCost['by']>[] {
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) => Object.keys(type.getFields()).map((name) => fieldCost(type, name).by))
    .filter((by) => by !== undefined);
}

import { lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql';

/** The text of schema.graphql for a schema, descriptions included. */
export function printedSchema(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}

import { NoSchemaIntrospectionCustomRule, type GraphQLError, type ValidationRule } from 'graphql';

/** Rules for documents where the schema is not to be told. */
export const CLOSED_SCHEMA_RULES: readonly ValidationRule[] = [NoSchemaIntrospectionCustomRule];

/** What graphql-js adds where a name is nearly right: `Did you mean "skills" or "skillGaps"?`. */
const SUGGESTION = / Did you mean [^?]*\?/g;

/** Takes the names out of an error that would tell the schema guess by guess. In place: caches keep the error. */
export function withoutSuggestions(error: GraphQLError): GraphQLError {
  if (error.message.includes(' Did you mean ')) error.message = error.message.replace(SUGGESTION, '');
  return error;
}

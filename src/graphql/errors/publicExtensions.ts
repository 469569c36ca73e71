import type { FormattedExecutionResult, GraphQLError, GraphQLFormattedError } from 'graphql';

/** A result as it is sent: without what its errors say to the HTTP side, `http` and `unexpected`. */
export function withoutInternals<Result extends { errors?: readonly (GraphQLError | GraphQLFormattedError)[] }>(
  result: Result,
): Omit<Result, 'errors'> & Pick<FormattedExecutionResult, 'errors'> {
  const { errors, ...rest } = result;
  return errors === undefined ? rest : { ...rest, errors: errors.map(shown) };
}

function shown(error: GraphQLError | GraphQLFormattedError): GraphQLFormattedError {
  const { message, locations, path, extensions } = 'toJSON' in error ? error.toJSON() : error;
  const { http: _, unexpected: __, ...told } = extensions ?? {};
  return {
    message,
    ...(locations ? { locations } : {}),
    ...(path ? { path } : {}),
    ...(Object.keys(told).length > 0 ? { extensions: told } : {}),
  };
}

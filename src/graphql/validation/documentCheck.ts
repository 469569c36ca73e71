import { getOperationAST, GraphQLError, type DocumentNode, type GraphQLSchema } from 'graphql';
import type { ErrorCode } from '../../domain/errorCodes.ts';

/** The two steps before an execution, with the engine's limits and caches. */
interface Steps {
  schema: GraphQLSchema;
  parse: (text: string) => DocumentNode;
  validate: (schema: GraphQLSchema, document: DocumentNode) => readonly GraphQLError[];
}

/**
 * Reads a document for one of its operations: the document where it can be executed, else why not, with the codes that
 * HTTP has for it.
 */
export function createDocumentCheck({ schema, parse, validate }: Steps) {
  return (text: string, operationName: string | null | undefined): DocumentNode | GraphQLError[] => {
    let document: DocumentNode;
    try {
      document = parse(text);
    } catch (error) {
      if (error instanceof GraphQLError) return [coded(error, 'GRAPHQL_PARSE_FAILED')];
      throw error;
    }
    const errors = validate(schema, document);
    if (errors.length > 0) return errors.map((error) => coded(error, 'GRAPHQL_VALIDATION_FAILED'));
    if (getOperationAST(document, operationName)) return document;
    return [operationUnresolved()];
  };
}

/** What a client is answered that names no operation of its document, or none of several. */
export function operationUnresolved(): GraphQLError {
  const message = 'Could not determine what operation to execute.';
  return new GraphQLError(message, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } } });
}

/** In place: caches keep the error, and it says the same to everybody. */
function coded(error: GraphQLError, code: ErrorCode): GraphQLError {
  error.extensions['code'] ??= code;
  return error;
}

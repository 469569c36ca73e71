/** Where something was deferred: a field of our own, which stands in the document in place of the fragment. */
import {
  GraphQLScalarType,
  isObjectType,
  type ExecutionResult,
  type GraphQLField,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';

/** The field's name. It is not a name of GraphQL's, so that no document of a client's can ask for the field. */
export const HOLE = '@defer';

/** What is deferred at one place of a document. */
export interface Deferred {
  label: string | undefined;
  selectionSet: SelectionSetNode;
}

/** The value of the field: what is missing in its object. */
export class Hole {
  readonly deferred: Deferred;
  readonly #fill: () => Promise<ExecutionResult>;
  #result: Promise<ExecutionResult> | null = null;

  constructor(deferred: Deferred, fill: () => Promise<ExecutionResult>) {
    this.deferred = deferred;
    this.#fill = fill;
  }

  /** What belongs there; executed when first asked for. */
  get result(): Promise<ExecutionResult> {
    return (this.#result ??= this.#fill());
  }
}

const FIELD: GraphQLField<unknown, unknown> = {
  name: HOLE,
  description: undefined,
  type: new GraphQLScalarType({ name: 'Hole', serialize: (hole) => hole }),
  args: [],
  deprecationReason: undefined,
  extensions: {},
  astNode: undefined,
};

/**
 * Gives every object type of a schema the field, without a resolver: an execution's own `fieldResolver` gives its values. It
 * cannot be enumerated, so that introspection, printing and comparing show the types as they are.
 */
export function digHoles(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    const fields = type.getFields();
    // Several engines may serve one schema.
    if (!Object.hasOwn(fields, HOLE)) Object.defineProperty(fields, HOLE, { value: FIELD });
  }
}

/** A hole in an answer, and the path of the object that has it. */
export interface FoundHole {
  hole: Hole;
  path: readonly (string | number)[];
}

/** Takes the holes out of data, so that it can be sent. The path is that of the data. */
export function takeHoles(data: unknown, path: FoundHole['path'], found: FoundHole[] = []): FoundHole[] {
  if (typeof data !== 'object' || data === null) return found;
  if (Array.isArray(data)) {
    data.forEach((item, index) => takeHoles(item, [...path, index], found));
    return found;
  }
  const object = data as Record<string, unknown>;
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (value instanceof Hole) {
      delete object[key];
      found.push({ hole: value, path });
    } else if (typeof value === 'object') takeHoles(value, [...path, key], found);
  }
  return found;
}

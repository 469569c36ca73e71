import {
  getNamedType,
  getOperationAST,
  GraphQLError,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  typeFromAST,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { OWN_RATINGS, permits, type AccessExtensions, type Scope, type Viewer } from '../domain/access.ts';

/** What an operation needs, with the first field that does. */
interface Need {
  /** One of them. */
  scopes: readonly Scope[];
  /** Whether OWN_RATINGS will do, since the resolver looks whose ratings they are. */
  own: boolean;
  node: FieldNode;
  path: readonly string[];
}

/** 403, and 200 for `application/json`, which has it for all that is wrong with a document (GraphQL over HTTP). */
const HTTP = { spec: true, status: 403 };

/**
 * Says before an operation runs which scopes its viewer lacks: one error for each, at the first field that needs it. What
 * is needed follows from the document alone, whatever `@skip` and `@include` say, and is worked out once for each.
 */
export function createScopeCheck(schema: GraphQLSchema) {
  const known = new WeakMap<OperationDefinitionNode, readonly Need[]>();
  return (
    document: DocumentNode,
    operationName: string | null | undefined,
    viewer: Viewer,
  ): readonly GraphQLError[] | null => {
    if (viewer.scopes.has('admin')) return null;
    const operation = getOperationAST(document, operationName);
    if (!operation) return null;
    let needs = known.get(operation);
    if (!needs) known.set(operation, (needs = new Needs(schema, document).of(operation)));
    const missing = needs.filter((need) => !meets(viewer, need));
    if (missing.length === 0) return null;
    // The same scope may be needed in full in one place, and for one's own in another.
    return [...new Map(missing.toReversed().map((need) => [need.scopes.join(), need])).values()]
      .toReversed()
      .map(refusal);
  };
}

function meets(viewer: Viewer, { scopes, own }: Need): boolean {
  return (own && viewer.scopes.has(OWN_RATINGS)) || scopes.some((scope) => permits(viewer, scope));
}

function refusal({ scopes, node, path }: Need): GraphQLError {
  const [scope] = scopes;
  const words = scopes.length === 1 ? `the scope ${scope}` : `one of the scopes ${scopes.join(', ')}`;
  const more = scopes.length === 1 ? {} : { scopes };
  return new GraphQLError(`This needs ${words}.`, {
    nodes: node,
    path,
    extensions: { code: 'FORBIDDEN', scope, ...more, http: HTTP },
  });
}

/** Where the walk is. */
interface Place {
  /** Types of the objects that may stand here. */
  possible: readonly GraphQLObjectType[];
  /** Whether what is below an own field is still of the ratings that its resolver has checked. */
  own: boolean;
  /** Whether the scopes of these types are asked elsewhere. */
  checked: boolean;
  path: readonly string[];
}

/** Walks an operation with its fragments, each fragment once for each kind of place that it stands in. */
class Needs {
  readonly #schema: GraphQLSchema;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #found = new Map<string, Need>();
  readonly #walked = new Set<string>();

  constructor(schema: GraphQLSchema, document: DocumentNode) {
    this.#schema = schema;
    this.#fragments = new Map(
      document.definitions.flatMap((definition) =>
        definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
      ),
    );
  }

  of(operation: OperationDefinitionNode): readonly Need[] {
    const root = this.#schema.getRootType(operation.operation);
    if (root) this.#walk(operation.selectionSet, root, { possible: [root], own: false, checked: false, path: [] });
    return [...this.#found.values()];
  }

  #walk({ selections }: SelectionSetNode, type: GraphQLCompositeType, place: Place): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        this.#field(selection, type, place);
        continue;
      }
      const named = selection.kind === Kind.FRAGMENT_SPREAD ? selection.name.value : null;
      const fragment = named === null ? selection : this.#fragments.get(named);
      if (fragment === undefined || !('selectionSet' in fragment)) continue;
      const condition = fragment.typeCondition && typeFromAST(this.#schema, fragment.typeCondition);
      const inner = isCompositeType(condition) ? condition : type;
      const possible = place.possible.filter((each) => this.#isA(each, inner));
      if (named !== null) {
        const names = possible.map(({ name }) => name).join();
        const key = `${named} ${names} ${String(place.own)} ${String(place.checked)}`;
        if (this.#walked.has(key)) continue;
        this.#walked.add(key);
      }
      this.#walk(fragment.selectionSet, inner, { ...place, possible });
    }
  }

  #field(node: FieldNode, type: GraphQLCompositeType, place: Place): void {
    const name = node.name.value;
    if (name.startsWith('__')) return;
    const path = [...place.path, (node.alias ?? node.name).value];
    const at = { node, path };
    // What came as an interface or union: the field that gave it asked for nothing.
    if (isObjectType(type)) this.#need(accessOf(type), { ...at, own: place.own });
    else if (!place.checked) for (const each of place.possible) this.#need(accessOf(each), { ...at, own: false });
    const field = 'getFields' in type ? type.getFields()[name] : undefined;
    if (field) this.#fieldOf(field, { parent: type, at, place });
  }

  #fieldOf(
    field: GraphQLField<unknown, unknown>,
    { parent, at, place }: { parent: GraphQLCompositeType; at: Pick<Need, 'node' | 'path'>; place: Place },
  ): void {
    const access: AccessExtensions = field.extensions;
    // Below an own field, ratings stay one's own until another kind of object leads on to somebody else's.
    const own = access.own === true || (place.own && accessOf(parent).scopes?.includes('ratings:read') === true);
    this.#need(access, { ...at, own });
    const type = getNamedType(field.type);
    if (!isCompositeType(type)) return;
    if (isObjectType(type)) this.#need(accessOf(type), { ...at, own });
    const { selectionSet } = at.node;
    const possible = isObjectType(type) ? [type] : this.#schema.getPossibleTypes(type);
    const checked = access.checkedByType === true;
    if (selectionSet) this.#walk(selectionSet, type, { possible, own, checked, path: at.path });
  }

  #need({ scopes = [] }: AccessExtensions, { own, ...at }: Omit<Need, 'scopes'>): void {
    if (scopes.length === 0) return;
    const ownWillDo = own && scopes.includes('ratings:read');
    const key = `${scopes.join()} ${String(ownWillDo)}`;
    if (!this.#found.has(key)) this.#found.set(key, { scopes, own: ownWillDo, ...at });
  }

  #isA(type: GraphQLObjectType, other: GraphQLCompositeType): boolean {
    return type === other || (isAbstractType(other) && this.#schema.isSubType(other, type));
  }
}

function accessOf(type: GraphQLCompositeType): AccessExtensions {
  return type.extensions;
}

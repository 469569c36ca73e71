/** Compiles one operation: all that depends on the document and the schema alone is decided here, once. */
import {
  getArgumentValues,
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  print,
  typeFromAST,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { HOLE } from './hole.ts';
import { isPromise, later, leafOf, listOf, NO_INFO, propertyOf, UNFIT, type Complete, type Run } from './completion.ts';

interface FieldPlan {
  /** Its name in the answer. */
  key: string;
  read: (source: unknown, run: Run) => unknown;
  complete: Complete;
}

/** What a plan is carried out with. */
export type PlanInput = Pick<Run, 'context' | 'rootValue' | 'fieldResolver' | 'variables'>;

/** Gives the data of an answer, or a promise of it; throws or rejects where the ordinary executor has to answer. */
export type Plan = (input: PlanInput) => unknown;

export interface PlanOptions {
  schema: GraphQLSchema;
  /** Valid. */
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /** The values of what @skip and @include look at; the plan holds for these alone. */
  conditions: Record<string, unknown>;
}

export function planOf(options: PlanOptions): Plan {
  const root = options.schema.getQueryType();
  if (!root) throw UNFIT;
  return new Compiler(options).plan(root);
}

class Compiler {
  readonly #schema: GraphQLSchema;
  readonly #operation: OperationDefinitionNode;
  readonly #fragments: Record<string, FragmentDefinitionNode>;
  readonly #conditions: Record<string, unknown>;
  #fields = 0;

  constructor({ schema, document, operation, conditions }: PlanOptions) {
    this.#schema = schema;
    this.#operation = operation;
    this.#conditions = conditions;
    this.#fragments = Object.fromEntries(
      document.definitions.flatMap((definition) =>
        definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
      ),
    );
  }

  plan(root: GraphQLObjectType): Plan {
    const complete = this.#fieldsOf(root, [this.#operation.selectionSet]);
    return (input) => complete(input.rootValue, { ...input, args: [], infos: [] });
  }

  /**
   * All fields of an object of a known type. Laid out when the first object comes: a document may spell out far more than
   * there are values for, fragments within fragments above all.
   */
  #fieldsOf(type: GraphQLObjectType, selections: readonly SelectionSetNode[]): Complete {
    let plans: FieldPlan[] | null = null;
    const { isTypeOf } = type;
    return (source, run) => {
      if (source instanceof Error) throw UNFIT;
      if (isTypeOf && isTypeOf(source, run.context, NO_INFO) !== true) throw UNFIT;
      plans ??= this.#plansOf(type, selections);
      const answer: Record<string, unknown> = {};
      let pending: Promise<void>[] | null = null;
      for (const plan of plans) {
        const { key } = plan;
        const value = plan.read(source, run);
        const completed = isPromise(value)
          ? later(value, (settled) => plan.complete(settled, run))
          : plan.complete(value, run);
        // Set at once, so that the keys stand in the order of the document.
        answer[key] = completed;
        if (completed instanceof Promise) {
          const settling = later(completed, (settled) => {
            answer[key] = settled;
          });
          (pending ??= []).push(settling);
        }
      }
      return pending === null ? answer : later(Promise.all(pending), () => answer);
    };
  }

  #plansOf(type: GraphQLObjectType, selections: readonly SelectionSetNode[]): FieldPlan[] {
    const nodes = new Map<string, FieldNode[]>();
    const seen = new Set<string>();
    for (const selection of selections) this.#collect(type, selection, nodes, seen);
    return [...nodes].map(([key, [first, ...others]]) => this.#field(type, key, first as FieldNode, others));
  }

  /** CollectFields of the specification (6.3.2). */
  #collect(
    type: GraphQLObjectType,
    { selections }: SelectionSetNode,
    into: Map<string, FieldNode[]>,
    seen: Set<string>,
  ) {
    for (const node of selections) {
      if (getDirectiveValues(GraphQLSkipDirective, node, this.#conditions)?.['if'] === true) continue;
      if (getDirectiveValues(GraphQLIncludeDirective, node, this.#conditions)?.['if'] === false) continue;
      if (node.kind === Kind.FIELD) {
        const key = (node.alias ?? node.name).value;
        const known = into.get(key);
        if (known) known.push(node);
        else into.set(key, [node]);
        continue;
      }
      if (node.kind === Kind.FRAGMENT_SPREAD) {
        if (seen.has(node.name.value)) continue;
        seen.add(node.name.value);
      }
      const fragment = node.kind === Kind.FRAGMENT_SPREAD ? this.#fragments[node.name.value] : node;
      if (!fragment) throw UNFIT;
      const { typeCondition } = fragment;
      const condition = typeCondition && typeFromAST(this.#schema, typeCondition);
      const applies =
        !condition || condition === type || (isAbstractType(condition) && this.#schema.isSubType(condition, type));
      if (applies) this.#collect(type, fragment.selectionSet, into, seen);
    }
  }

  #field(parent: GraphQLObjectType, key: string, node: FieldNode, others: readonly FieldNode[]): FieldPlan {
    // Set on a plain object it would be no key.
    if (key === '__proto__') throw UNFIT;
    const name = node.name.value;
    if (name === '__typename') return { key, read: () => parent.name, complete: (value) => value };
    const field = parent.getFields()[name];
    if (!field) throw UNFIT;
    const nodes = [node, ...others];
    return { key, read: this.#reader(parent, field, nodes), complete: this.#completer(field.type, nodes) };
  }

  #reader(parent: GraphQLObjectType, field: GraphQLField<unknown, unknown>, nodes: FieldNode[]): FieldPlan['read'] {
    const { name, resolve } = field;
    if (!resolve && name !== HOLE) return (source) => propertyOf(source, name);
    const place = (this.#fields += 1);
    const [node] = nodes as [FieldNode];
    const constant = isConstant(node) ? Object.freeze(getArgumentValues(field, node)) : null;
    return (source, run) => {
      const args = constant ?? (run.args[place] ??= Object.freeze(getArgumentValues(field, node, run.variables)));
      const info = (run.infos[place] ??= this.#info(parent, field, nodes, run));
      return (resolve ?? run.fieldResolver)(source, args, run.context, info);
    };
  }

  /** What resolvers may look at. The path alone differs from value to value: who asks for it gets the ordinary executor. */
  #info(
    parentType: GraphQLObjectType,
    { name: fieldName, type: returnType }: GraphQLField<unknown, unknown>,
    fieldNodes: FieldNode[],
    { variables: variableValues, rootValue }: Run,
  ): GraphQLResolveInfo {
    return {
      fieldName,
      fieldNodes,
      returnType,
      parentType,
      get path(): never {
        throw UNFIT;
      },
      schema: this.#schema,
      fragments: this.#fragments,
      rootValue,
      operation: this.#operation,
      variableValues,
    };
  }

  #completer(type: GraphQLOutputType, nodes: readonly FieldNode[]): Complete {
    if (isNonNullType(type)) {
      const complete = this.#present(type.ofType, nodes);
      return (value, run) => {
        if (value === null || value === undefined) throw UNFIT;
        return complete(value, run);
      };
    }
    const complete = this.#present(type, nodes);
    return (value, run) => (value === null || value === undefined ? null : complete(value, run));
  }

  /** Completes what is not null. */
  #present(type: GraphQLOutputType, nodes: readonly FieldNode[]): Complete {
    if (isListType(type)) return listOf(this.#completer(type.ofType, nodes));
    if (isLeafType(type)) return leafOf(type);
    const selections = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    if (isObjectType(type)) return this.#fieldsOf(type, selections);
    if (!isAbstractType(type)) throw UNFIT;
    const { resolveType } = type;
    if (!resolveType) throw UNFIT;
    const byType = new Map(
      this.#schema.getPossibleTypes(type).map((possible) => [possible.name, this.#fieldsOf(possible, selections)]),
    );
    return (value, run) => {
      const name = resolveType(value, run.context, NO_INFO, type);
      const complete = typeof name === 'string' ? byType.get(name) : undefined;
      if (!complete) throw UNFIT;
      return complete(value, run);
    };
  }
}

/** Whether a field's arguments are the same whatever the variables; a dollar in a text counts as a variable. */
function isConstant({ arguments: given = [] }: FieldNode): boolean {
  return !given.some(({ value }) => print(value).includes('$'));
}

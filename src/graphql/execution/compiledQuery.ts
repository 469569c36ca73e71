/**
 * Queries as closures over their documents: which field, how read, how completed is decided once a document instead of
 * once a value, which is most of what an executor does on a page of ratings. It knows the good case alone. Whatever else
 * turns up (an error, a null where none may be, a value of an unexpected kind) ends in UNFIT, and the ordinary executor
 * answers the request from the start; queries change nothing, and the loaders have kept what was read.
 */
import {
  defaultFieldResolver,
  getOperationAST,
  getVariableValues,
  Kind,
  OperationTypeNode,
  visit,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { planOf, type Plan } from './queryPlan.ts';

export interface QueryCompiler {
  /** Executes a query; null where the ordinary executor has to. Never throws or rejects. */
  execute(args: ExecutionArgs): Promise<ExecutionResult | null> | ExecutionResult | null;
}

export function createQueryCompiler(schema: GraphQLSchema): QueryCompiler {
  /** Per document, by operation and by what its @skip and @include look at. */
  const compiled = new WeakMap<DocumentNode, Map<string, Plan>>();

  const planFor = (document: DocumentNode, operation: OperationDefinitionNode, variables: Record<string, unknown>) => {
    let plans = compiled.get(document);
    if (!plans) compiled.set(document, (plans = new Map<string, Plan>()));
    const conditions = conditionsOf(document).map((name) => variables[name] ?? null);
    const key = JSON.stringify([operation.name?.value, ...conditions]);
    let plan = plans.get(key);
    if (plan === undefined) {
      if (plans.size >= MAX_PLANS) plans.clear();
      plan = planOf({ schema, document, operation, conditions: variables });
      plans.set(key, plan);
    }
    return plan;
  };

  return {
    execute({ document, operationName, contextValue, rootValue, variableValues, fieldResolver }) {
      const operation = getOperationAST(document, operationName);
      if (operation?.operation !== OperationTypeNode.QUERY) return null;
      const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues ?? {});
      if (!coerced) return null;
      try {
        const plan = planFor(document, operation, coerced);
        const data = plan({
          context: contextValue,
          rootValue,
          fieldResolver: fieldResolver ?? defaultFieldResolver,
          variables: coerced,
        });
        if (!(data instanceof Promise)) return { data: data as Record<string, unknown> };
        return (data as Promise<unknown>).then(
          (value) => ({ data: value as Record<string, unknown> }),
          () => null,
        );
      } catch {
        return null;
      }
    },
  };
}

/** Plans of one document: more than any client needs, and a bound for one that varies them on purpose. */
const MAX_PLANS = 32;

const conditionNames = new WeakMap<DocumentNode, readonly string[]>();

/** The variables that @skip and @include look at. */
function conditionsOf(document: DocumentNode): readonly string[] {
  const known = conditionNames.get(document);
  if (known) return known;
  const names = new Set<string>();
  visit(document, {
    Directive: (directive) => {
      for (const { value } of directive.arguments ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  const found = [...names];
  conditionNames.set(document, found);
  return found;
}

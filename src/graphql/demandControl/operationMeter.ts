import {
  isInputType,
  Kind,
  typeFromAST,
  visit,
  type ArgumentNode,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { variableOf, type Variables } from './argumentValues.ts';
import { countedArguments } from './fieldCost.ts';
import { readsAlone } from './idCost.ts';
import { createListMeasure } from './listEntries.ts';
import { operationCost } from './operationCost.ts';
import { shapeOf, type Shape } from './operationShape.ts';

/** Measures operations of valid documents. */
export interface OperationMeter {
  shape(document: DocumentNode, operation: OperationDefinitionNode): Shape;
  /** Entries of the longest list in its arguments. */
  listEntries(document: DocumentNode, operation: OperationDefinitionNode, variables: Variables | undefined): number;
  cost(document: DocumentNode, operation: OperationDefinitionNode, variables: Variables | undefined): number;
}

interface Known {
  shape: Shape;
  /** Entries of the longest list that the document spells out. */
  listEntries: number;
  /** The variables that can have lists. */
  lists: readonly (readonly [name: string, type: GraphQLInputType])[];
  /** The variables that the cost depends on. */
  names: readonly string[];
  costs: Map<string, number>;
}

/** Costs kept of one operation: page sizes that a client really uses, and a bound for one that varies them on purpose. */
const MAX_COSTS = 64;

/** A meter that keeps with a document what it found, the cost for each set of the variables that matter to it. */
export function createOperationMeter(schema: GraphQLSchema): OperationMeter {
  const lists = createListMeasure(schema);
  const counted = countedArguments(schema);
  const sizes = new Set([...SIZES, ...counted.map(([argument]) => argument)]);
  // What is looked at within an argument.
  const within = [...new Set(counted.flatMap(([, ...path]) => path))];
  const measured = new WeakMap<OperationDefinitionNode, Known>();
  const knownOf = (document: DocumentNode, operation: OperationDefinitionNode): Known => {
    let known = measured.get(operation);
    if (!known) {
      known = {
        shape: shapeOf(document, operation),
        listEntries: lists.inDocument(document),
        lists: (operation.variableDefinitions ?? []).flatMap(({ variable, type: node }) => {
          const type = typeFromAST(schema, node);
          return isInputType(type) && lists.mayHaveLists(type) ? [[variable.name.value, type] as const] : [];
        }),
        names: sizeVariables(document, sizes),
        costs: new Map(),
      };
      measured.set(operation, known);
    }
    return known;
  };
  return {
    shape: (document, operation) => knownOf(document, operation).shape,
    listEntries(document, operation, variables = {}) {
      const known = knownOf(document, operation);
      const given = known.lists.map(([name, type]) => lists.inValue(variableOf(variables, name), type));
      return Math.max(known.listEntries, ...given);
    },
    cost(document, operation, variables = {}) {
      const { names, costs } = knownOf(document, operation);
      const key = names.length === 0 ? '' : names.map((name) => digest(variableOf(variables, name), within)).join(' ');
      let cost = costs.get(key);
      if (cost === undefined) {
        if (costs.size >= MAX_COSTS) costs.clear();
        costs.set(key, (cost = operationCost(schema, document, operation, variables)));
      }
      return cost;
    },
  };
}

/** Arguments that sizes of pages and conditions are read from, of any field or directive. */
const SIZES = ['first', 'last', 'if'];

function sizeVariables(document: DocumentNode, sizes: ReadonlySet<string>): readonly string[] {
  const names = new Set<string>();
  visit(document, {
    Argument(argument: ArgumentNode) {
      if (!sizes.has(argument.name.value)) return;
      visit(argument.value, { Variable: ({ name }) => void names.add(name.value) });
    },
    [Kind.VARIABLE_DEFINITION]: () => false,
  });
  return [...names];
}

/**
 * All that a cost can depend on in a variable's value: of strings whether they are ids of what is read alone. What is within
 * the items of a list cannot matter, nor what is outside the lists counted within an argument.
 */
function digest(value: unknown, within: readonly string[]): string {
  if (Array.isArray(value)) return `[${value.length} ${readsAlone(value)}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${within.map((name) => digest((value as Record<string, unknown>)[name], within)).join(' ')}}`;
  }
  return typeof value === 'string' ? `"${readsAlone(value)}"` : String(value);
}

import {
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { createFieldMerger, type Group, type MergeRules } from '../validation/mergedFields.ts';

/** What an operation looks like, whatever its variables. */
export interface Shape {
  depth: number;
  aliases: number;
  /** Fields of the operation itself. */
  rootFields: number;
}

/** Numbers of a document that repeats itself through fragments grow past all bounds; these stay exact, and JSON. */
export const bounded = (count: number): number => Math.min(count, Number.MAX_SAFE_INTEGER);

/** The fragments of a document by name. */
export function fragmentsOf(document: DocumentNode): Map<string, FragmentDefinitionNode> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  return fragments;
}

/**
 * Measures an operation of a valid document. Fields that merge are one; of a document that has too much to merge each fragment
 * is counted at each of its uses. What @skip and @include leave out counts, and so do the fields of all types.
 */
export function shapeOf(document: DocumentNode, operation: OperationDefinitionNode): Shape {
  const fragments = fragmentsOf(document);
  const apart = createShapeApart(fragments);
  const merger = createFieldMerger(fragments);
  const known = new Map<string, Breadth>();
  const ofGroup = (group: Group): Breadth => {
    const key = merger.keyOf(group);
    let breadth = known.get(key);
    if (!breadth) known.set(key, (breadth = merged(group)));
    return breadth;
  };
  const merged = (group: Group): Breadth => {
    const fields = merger.merge(group, ALL);
    const total = { aliases: 0, fields: 0 };
    if (!fields) {
      for (const set of group) add(total, apart(set));
      return total;
    }
    for (const nodes of fields.fields.values()) {
      const below = merger.below(nodes);
      const aliases = nodes.some(({ alias }) => alias) ? 1 : 0;
      add(total, { fields: 1, aliases: aliases + (below ? ofGroup(below).aliases : 0) });
    }
    for (const set of fields.deferred) add(total, ofGroup([set]));
    return total;
  };
  const { depth } = apart(operation.selectionSet);
  const { aliases, fields: rootFields } = ofGroup([operation.selectionSet]);
  return { depth, aliases, rootFields };
}

interface Breadth {
  aliases: number;
  /** Of the selection itself. */
  fields: number;
}

const ALL: MergeRules = {
  isLeftOut: () => false,
  isDeferred: (directives) => directives?.some(({ name }) => name.value === 'defer') ?? false,
  applies: () => true,
};

/** In place. */
function add(total: Breadth, { aliases, fields }: Breadth): void {
  total.aliases = bounded(total.aliases + aliases);
  total.fields = bounded(total.fields + fields);
}

/** Measures selection sets without regard to what merges; each fragment is walked once and counted at each of its uses. */
function createShapeApart(
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): (set: SelectionSetNode) => Breadth & { depth: number } {
  const known = new Map<SelectionSetNode, Breadth & { depth: number }>();
  const ofSet = (set: SelectionSetNode | undefined): Breadth & { depth: number } => {
    const shape = { depth: 0, aliases: 0, fields: 0 };
    if (set === undefined) return shape;
    const before = known.get(set);
    if (before) return before;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const inner = ofSet(selection.selectionSet);
        // graphql-js bounds how deep introspection goes.
        const isDeep = !selection.name.value.startsWith('__');
        shape.depth = Math.max(shape.depth, isDeep ? 1 + inner.depth : 1);
        shape.aliases = bounded(shape.aliases + inner.aliases + (selection.alias ? 1 : 0));
        shape.fields = bounded(shape.fields + 1);
        continue;
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      const inner = ofSet(fragment?.selectionSet);
      shape.depth = Math.max(shape.depth, inner.depth);
      shape.aliases = bounded(shape.aliases + inner.aliases);
      shape.fields = bounded(shape.fields + inner.fields);
    }
    known.set(set, shape);
    return shape;
  };
  return ofSet;
}

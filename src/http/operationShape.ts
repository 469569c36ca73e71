import {
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

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

/** Measures an operation of a valid document; each fragment is walked once and counted at each of its uses. */
export function shapeOf(document: DocumentNode, operation: OperationDefinitionNode): Shape {
  const fragments = fragmentsOf(document);
  const known = new Map<SelectionSetNode, Shape>();
  const shapeOfSet = (set: SelectionSetNode | undefined): Shape => {
    if (set === undefined) return NOTHING;
    const before = known.get(set);
    if (before) return before;
    const shape: Shape = { depth: 0, aliases: 0, rootFields: 0 };
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const inner = shapeOfSet(selection.selectionSet);
        // graphql-js bounds how deep introspection goes.
        const isDeep = !selection.name.value.startsWith('__');
        shape.depth = Math.max(shape.depth, isDeep ? 1 + inner.depth : 1);
        shape.aliases = bounded(shape.aliases + inner.aliases + (selection.alias ? 1 : 0));
        shape.rootFields = bounded(shape.rootFields + 1);
        continue;
      }
      const inner = shapeOfSet(
        selection.kind === Kind.INLINE_FRAGMENT
          ? selection.selectionSet
          : fragments.get(selection.name.value)?.selectionSet,
      );
      shape.depth = Math.max(shape.depth, inner.depth);
      shape.aliases = bounded(shape.aliases + inner.aliases);
      shape.rootFields = bounded(shape.rootFields + inner.rootFields);
    }
    known.set(set, shape);
    return shape;
  };
  return shapeOfSet(operation.selectionSet);
}

const NOTHING: Shape = { depth: 0, aliases: 0, rootFields: 0 };

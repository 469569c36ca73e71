/** Splits a document for an answer in parts: what comes first, and what follows. */
import {
  getDirectiveValues,
  Kind,
  visit,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type GraphQLDirective,
  type InlineFragmentNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { HOLE, type Deferred } from './hole.ts';

type FragmentNode = FragmentSpreadNode | InlineFragmentNode;

/** A document with holes, in place of what is deferred. */
export interface Split {
  /** The one operation, and all fragments. */
  document: DocumentNode;
  /** What is deferred where, by the response name of the hole. */
  deferred: ReadonlyMap<string, Deferred>;
  /** The document of what is deferred, to be executed on the object that has the hole; it may have holes of its own. */
  documentOf: (deferred: Deferred) => DocumentNode;
}

/** Splits a valid document's operation. The variables are coerced; the same document and conditions give the same split. */
export type SplitDocument = (
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
) => Split;

/** Splits of one document: as MAX_PLANS of compiledQuery.ts. */
const MAX_SPLITS = 32;

/** `directive` marks what is deferred. Throws a GraphQLError where a variable gives its condition no Boolean. */
export function createSplitDocument(directive: GraphQLDirective): SplitDocument {
  const kept = new WeakMap<DocumentNode, Map<string, Split>>();
  return (document, operation, variables) => {
    const active = new Map(
      markedFragments(document, directive).map((node) => [node, getDirectiveValues(directive, node, variables) ?? {}]),
    );
    let splits = kept.get(document);
    if (!splits) kept.set(document, (splits = new Map<string, Split>()));
    const key = JSON.stringify([operation.name?.value, ...[...active.values()].map((values) => values['if'])]);
    let split = splits.get(key);
    if (!split) {
      if (splits.size >= MAX_SPLITS) splits.clear();
      split = splitOf(document, operation, active);
      splits.set(key, split);
    }
    return split;
  };
}

const marked = new WeakMap<DocumentNode, readonly FragmentNode[]>();

/** The fragments of a document that carry the directive, in the order in which they begin. */
function markedFragments(document: DocumentNode, { name }: GraphQLDirective): readonly FragmentNode[] {
  const known = marked.get(document);
  if (known) return known;
  const found: FragmentNode[] = [];
  const look = (node: FragmentNode): void => {
    if (node.directives?.some((each) => each.name.value === name)) found.push(node);
  };
  visit(document, { FragmentSpread: look, InlineFragment: look });
  marked.set(document, found);
  return found;
}

function splitOf(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  active: ReadonlyMap<FragmentNode, Record<string, unknown>>,
): Split {
  const conditions = new Map<string, FragmentDefinitionNode['typeCondition']>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) conditions.set(definition.name.value, definition.typeCondition);
  }
  const deferred = new Map<string, Deferred>();
  const dig = (node: FragmentNode): InlineFragmentNode | undefined => {
    const values = active.get(node);
    if (!values || values['if'] === false) return undefined;
    const key = `${HOLE} ${deferred.size}`;
    const part = { label: values['label'] as string | undefined, selectionSet: contentOf(node) };
    deferred.set(key, part);
    part.selectionSet = visit(part.selectionSet, visitor);
    const typeCondition = node.kind === Kind.FRAGMENT_SPREAD ? conditions.get(node.name.value) : node.typeCondition;
    return {
      kind: Kind.INLINE_FRAGMENT,
      ...(typeCondition ? { typeCondition } : {}),
      // @skip and @include hold for the hole as for what is deferred.
      directives: node.directives ?? [],
      selectionSet: { kind: Kind.SELECTION_SET, selections: [holeNode(key)] },
    };
  };
  const visitor = { FragmentSpread: dig, InlineFragment: dig };
  const { loc: _, ...main } = visit(operation, visitor);
  const fragments = document.definitions.flatMap((definition) =>
    definition.kind === Kind.FRAGMENT_DEFINITION ? [visit(definition, visitor)] : [],
  );
  const documentWith = (selectionSet: SelectionSetNode): DocumentNode => ({
    kind: Kind.DOCUMENT,
    definitions: [{ ...main, selectionSet }, ...fragments],
  });
  const documents = new Map<Deferred, DocumentNode>();
  return {
    document: documentWith(main.selectionSet),
    deferred,
    documentOf(part) {
      const known = documents.get(part);
      if (known) return known;
      const made = documentWith(part.selectionSet);
      documents.set(part, made);
      return made;
    },
  };
}

/** What is deferred, as a selection set of its own. */
function contentOf(node: FragmentNode): SelectionSetNode {
  if (node.kind === Kind.INLINE_FRAGMENT) return node.selectionSet;
  const { directives: _, ...spread } = node;
  return { kind: Kind.SELECTION_SET, selections: [spread] };
}

function holeNode(key: string): FieldNode {
  const nameOf = (value: string) => ({ kind: Kind.NAME as const, value });
  return { kind: Kind.FIELD, name: nameOf(HOLE), alias: nameOf(key) };
}

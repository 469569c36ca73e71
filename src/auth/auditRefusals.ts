import { getOperationAST, Kind, OperationTypeNode, type DocumentNode, type SelectionSetNode } from 'graphql';
import type { Viewer } from '../domain/access.ts';
import { signature, type Audit } from '../domain/audit.ts';

/** Puts the mutations of an operation under audit that is refused as a whole, before any resolver sees it. */
export function noteRefused(
  audit: Audit,
  request: {
    outcome: 'forbidden' | 'refused';
    document: DocumentNode;
    operationName?: string | null | undefined;
    viewer: Viewer;
    requestId: string;
  },
): void {
  const { outcome, document, operationName, viewer, requestId } = request;
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== OperationTypeNode.MUTATION) return;
  for (const mutation of rootFields(operation.selectionSet, document)) {
    audit.note({
      ...signature(viewer, requestId),
      mutation,
      outcome,
      task: null,
      items: null,
      integrations: [],
    });
  }
}

/** The names of what is asked for at the root, each once, through fragments, too. */
function rootFields({ selections }: SelectionSetNode, document: DocumentNode, seen = new Set<string>()): Set<string> {
  const names = new Set<string>();
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      if (!selection.name.value.startsWith('__')) names.add(selection.name.value);
      continue;
    }
    let inner: SelectionSetNode | undefined;
    if (selection.kind === Kind.INLINE_FRAGMENT) inner = selection.selectionSet;
    else if (!seen.has(selection.name.value)) {
      seen.add(selection.name.value);
      for (const definition of document.definitions) {
        if (definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value) {
          inner = definition.selectionSet;
        }
      }
    }
    if (inner) for (const name of rootFields(inner, document, seen)) names.add(name);
  }
  return names;
}

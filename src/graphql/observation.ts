import {
  getOperationAST,
  Kind,
  type DocumentNode,
  type ExecutionArgs,
  type FragmentDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import { eachEvent } from './execution/mapAsyncIterable.ts';
import type { RequestScope } from './requestScope.ts';
import type { SentError } from './observer.ts';

/** Anything that yoga sends: a whole answer, an event, or a part with patches. */
interface Sent {
  errors?: readonly SentError[] | undefined;
  incremental?: readonly { errors?: readonly SentError[] | undefined }[] | undefined;
}

/** Tells each request's observer of its executions, its streams and, where yoga answers, the errors that are sent. */
export const observed: Plugin<object, { scope: RequestScope }> = {
  onExecute({ args, executeFn, setExecuteFn }) {
    const operation = scopeOf(args.contextValue).seen?.operation;
    if (operation) setExecuteFn((given: ExecutionArgs) => operation(given, () => executeFn(given) as unknown));
  },
  onSubscribe({ args }) {
    const scope = scopeOf(args.contextValue);
    const { seen } = scope;
    if (!seen) return undefined;
    return {
      onSubscribeResult({ result }) {
        if (!isAsyncIterable(result)) return undefined;
        const left = seen.subscribed(streamedField(args.document, args.operationName));
        // A client that goes away ends the request, and perhaps not the iterator.
        scope.signal.addEventListener('abort', left, { once: true });
        if (scope.signal.aborted) left();
        return { onEnd: left };
      },
    };
  },
  onResultProcess({ result, setResult, serverContext }) {
    const { scope } = serverContext;
    if (!scope?.seen || Array.isArray(result)) return;
    if (!isAsyncIterable(result)) return noteErrors(scope, result);
    scope.seen.carriedBy(scope.inParts ? 'parts' : 'sse');
    setResult(
      eachEvent(result, (event) => {
        noteErrors(scope, event);
        return Promise.resolve(event);
      }),
    );
  },
};

/** Tells of all errors of what is sent; a client that went away is sent nothing, and what it asked for fails everywhere. */
export function noteErrors({ seen, signal }: Pick<RequestScope, 'seen' | 'signal'>, sent: Sent): void {
  if (!seen || isGone(signal)) return;
  if (sent.errors && sent.errors.length > 0) seen.errors(sent.errors);
  for (const patch of sent.incremental ?? []) if (patch.errors && patch.errors.length > 0) seen.errors(patch.errors);
}

/** Whether a signal was aborted by the client: the gateway aborts with a reason, and tells it. */
function isGone({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason instanceof DOMException && reason.name === 'AbortError';
}

function scopeOf(contextValue: unknown): RequestScope {
  return (contextValue as { scope: RequestScope }).scope;
}

/** The one field that a valid subscription asks for, which may stand in a fragment. */
function streamedField(document: DocumentNode, operationName: string | null | undefined): string {
  const fieldIn = (set: SelectionSetNode | undefined): string | undefined => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FIELD) return selection.name.value;
      const inner =
        selection.kind === Kind.INLINE_FRAGMENT
          ? selection.selectionSet
          : document.definitions.find(
              (definition): definition is FragmentDefinitionNode =>
                definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value,
            )?.selectionSet;
      const field = fieldIn(inner);
      if (field !== undefined) return field;
    }
    return undefined;
  };
  return fieldIn(getOperationAST(document, operationName)?.selectionSet) ?? 'other';
}

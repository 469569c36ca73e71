/** The libraries under one interface, as far as they differ only in spelling. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';

/** As the library gives it, without what it adds. `codes` are those of its errors. */
export interface Answered<Data> {
  data: Data | null | undefined;
  codes: unknown[];
}

export type Variables = Record<string, unknown>;

export interface ClientUnderTest {
  ask<Data, V extends Variables>(
    document: TypedDocumentNode<Data, V>,
    variables: V,
    signal?: AbortSignal,
  ): Promise<Answered<Data>>;
  /** One subscription, over one connection. */
  watch<Data, V extends Variables>(document: TypedDocumentNode<Data, V>, variables: V): AsyncIterable<Answered<Data>>;
  close(): void | Promise<void>;
}

interface ErrorWithCode {
  extensions?: Record<string, unknown> | undefined;
}

export const codesOf = (errors: readonly ErrorWithCode[] | undefined): unknown[] =>
  errors?.map(({ extensions }) => extensions?.['code']) ?? [];

interface Result {
  data?: unknown;
  errors?: readonly ErrorWithCode[];
}

/** graphql-ws and graphql-sse. */
export interface IteratingClient {
  iterate(request: { query: string; variables: Variables }): AsyncIterableIterator<Result>;
  dispose(): void | Promise<void>;
}

/** A client that answers everything by iterators. */
export function iterating(client: IteratingClient): ClientUnderTest {
  const answers = async function* <Data>(results: AsyncIterable<Result>): AsyncGenerator<Answered<Data>, void> {
    try {
      for await (const { data, errors } of results) yield { data: data as Data, codes: codesOf(errors) };
    } catch (error) {
      // What is refused before it is executed.
      if (!Array.isArray(error)) throw error;
      yield { data: null, codes: codesOf(error as ErrorWithCode[]) };
    }
  };
  return {
    async ask<Data, V extends Variables>(document: TypedDocumentNode<Data, V>, variables: V, signal?: AbortSignal) {
      const results = client.iterate({ query: print(document), variables });
      signal?.addEventListener('abort', () => void results.return?.());
      for await (const answer of answers<Data>(results)) return answer;
      throw new Error('there was no answer');
    },
    watch: (document, variables) => answers(client.iterate({ query: print(document), variables })),
    close: () => client.dispose(),
  };
}

export interface Sink<Event> {
  next(event: Event): void;
  error(error: unknown): void;
  complete(): void;
}

/** What a callback is told, as an iterator; `subscribe` gives what stops it. */
export async function* told<Event>(subscribe: (sink: Sink<Event>) => () => void): AsyncGenerator<Event, void> {
  const queue: Event[] = [];
  let ended: { error: unknown } | { error: null } | null = null;
  let wake = () => {};
  const stop = subscribe({
    next: (event) => {
      queue.push(event);
      wake();
    },
    error: (error) => {
      ended ??= { error };
      wake();
    },
    complete: () => {
      ended ??= { error: null };
      wake();
    },
  });
  const end = (): { error: unknown } | null => ended;
  try {
    for (;;) {
      const event = queue.shift();
      if (event !== undefined) {
        yield event;
        continue;
      }
      const over = end();
      if (over?.error) throw over.error;
      if (over) return;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    stop();
  }
}

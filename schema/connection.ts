import { decodeCursor, encodeCursor, type Page, type PageArgs, type Position } from '../src/domain/paging.ts';
import { builder } from './builder.ts';
import { requestError } from './errors.ts';
import type { UnknownValueShape } from './unknownValues.ts';

export interface PageInfoShape {
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor: string | null;
  endCursor: string | null;
}

export const PageInfo = builder.objectRef<PageInfoShape>('PageInfo');

PageInfo.implement({
  description: 'Where a page stands in its list, as the Relay connection specification has it.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', { description: 'Whether more follows this page.' }),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', { description: 'Whether more precedes this page.' }),
    startCursor: t.exposeString('startCursor', {
      nullable: true,
      description: 'Cursor of the first edge; null on an empty page.',
    }),
    endCursor: t.exposeString('endCursor', {
      nullable: true,
      description: 'Cursor of the last edge; null on an empty page.',
    }),
  }),
});

export interface Edge<T> {
  cursor: string;
  node: T;
}

/** A page of a list, ready to be read; edges and cursors are made only when asked for. */
export class Connection<T> {
  readonly nodes: readonly T[];
  readonly totalCount: number;
  readonly #page: Page<T>;
  readonly #cursorOf: (item: T) => string;

  constructor(page: Page<T>, totalCount: number, cursorOf: (item: T) => string) {
    this.nodes = page.items;
    this.totalCount = totalCount;
    this.#page = page;
    this.#cursorOf = cursorOf;
  }

  get edges(): Edge<T>[] {
    return this.nodes.map((node) => ({ cursor: this.#cursorOf(node), node }));
  }

  get pageInfo(): PageInfoShape {
    const [first] = this.nodes;
    const last = this.nodes.at(-1);
    return {
      hasNextPage: this.#page.hasNext,
      hasPreviousPage: this.#page.hasPrevious,
      startCursor: first === undefined ? null : this.#cursorOf(first),
      endCursor: last === undefined ? null : this.#cursorOf(last),
    };
  }
}

/** A connection with how each integration took part, and what the question names that is not known. */
export class SourcedConnection<T, Source> extends Connection<T> {
  readonly sources: readonly Source[];
  readonly unknown: readonly UnknownValueShape[];

  constructor(
    page: Page<T>,
    totalCount: number,
    cursorOf: (item: T) => string,
    sources: readonly Source[],
    unknown: readonly UnknownValueShape[] = [],
  ) {
    super(page, totalCount, cursorOf);
    this.sources = sources;
    this.unknown = unknown;
  }
}

export interface ConnectionArgs {
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}

export interface ListRules {
  /** Names the list and its order in cursors. */
  list: string;
  /** Items when neither `first` nor `last` is given. */
  usual: number;
  most: number;
}

/** The arguments of a connection, checked; refused with BAD_USER_INPUT, PAGE_TOO_LARGE or BAD_CURSOR. */
export function pageArgs({ first, after, last, before }: ConnectionArgs, { list, usual, most }: ListRules): PageArgs {
  if (typeof first === 'number' && typeof last === 'number') {
    throw requestError('BAD_USER_INPUT', '`first` and `last` cannot be given together.', 'last');
  }
  checkSize('first', first, most);
  checkSize('last', last, most);
  return {
    first: typeof last === 'number' ? null : (first ?? usual),
    after: position('after', after, list),
    last,
    before: position('before', before, list),
  };
}

function checkSize(name: string, value: number | null | undefined, most: number): void {
  if (typeof value !== 'number') return;
  if (value < 1) throw requestError('BAD_USER_INPUT', `\`${name}\` must be at least 1.`, name);
  if (value > most) throw requestError('PAGE_TOO_LARGE', `\`${name}\` must be at most ${most}.`, name);
}

function position(name: string, cursor: string | null | undefined, list: string): Position | null {
  if (typeof cursor !== 'string') return null;
  const decoded = decodeCursor(list, cursor);
  if (decoded === null) throw badCursor(name);
  return decoded;
}

/** The refusal of a cursor that another list gave, or nobody. */
export function badCursor(name: string): Error {
  return requestError('BAD_CURSOR', `\`${name}\` is no cursor of this list and order.`, name);
}

/** Makes the cursors of a list. */
export function cursorsOf<T>(list: string, positionOf: (item: T) => Position): (item: T) => string {
  return (item) => encodeCursor(list, positionOf(item));
}

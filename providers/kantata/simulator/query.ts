import { MAX_PER_PAGE } from '../raw.ts';

/** Parameters as the server reads them (kantata.md#paging, kantata.md#filters). */
export class Query {
  readonly #parameters: URLSearchParams;

  constructor(parameters: URLSearchParams) {
    this.#parameters = parameters;
  }

  /** Null when absent or blank: a blank filter counts as not sent. */
  text(name: string): string | null {
    const value = this.#parameters.get(name);
    return value === null || value.trim() === '' ? null : value;
  }

  /** `1` and `0` stay text and so are no booleans. */
  flag(name: string): boolean | null {
    const value = this.text(name)?.toLowerCase();
    return value === 'true' || value === 'false' ? value === 'true' : null;
  }

  integer(name: string): number | null {
    const value = this.text(name);
    return value !== null && /^-?\d+$/.test(value) ? Number(value) : null;
  }

  instant(name: string): number | null {
    const value = Date.parse(this.text(name) ?? '');
    return Number.isNaN(value) ? null : value;
  }

  /**
   * Comma form or `name[]`; null when absent. Pieces that are not pure digits are dropped, also for a space in front.
   */
  ids(name: string): number[] | null {
    const pieces = this.texts(name);
    return pieces && [...new Set(pieces.filter((piece) => /^\d+$/.test(piece)).map(Number))];
  }

  texts(name: string): string[] | null {
    const pieces = [...this.#parameters.getAll(name), ...this.#parameters.getAll(`${name}[]`)]
      .flatMap((value) => value.split(','))
      .filter((piece) => piece !== '');
    return pieces.length === 0 ? null : pieces;
  }

  /** Split on commas without trimming; unknown names do no harm (kantata.md#side-loading). */
  includes(): ReadonlySet<string> {
    return new Set(this.text('include')?.split(',') ?? []);
  }

  /** Anything but `desc` is ascending. */
  order(): { name: string; descending: boolean } | null {
    const [name, direction] = this.text('order')?.split(':') ?? [];
    return name === undefined ? null : { name, descending: direction === 'desc' };
  }

  page(): { number: number; size: number; from: number; to: number } {
    const number = this.integer('page') ?? 1;
    const size = clamped(this.integer('per_page'));
    const limit = this.integer('limit');
    const offset = this.integer('offset');
    if (limit !== null && offset !== null) {
      const from = Math.max(0, offset);
      return { number, size, from, to: from + Math.min(MAX_PER_PAGE, Math.max(1, limit)) };
    }
    const from = (Math.max(1, number) - 1) * size;
    return { number, size, from, to: from + size };
  }

  /** Of the given names, those that are asked for. */
  used(names: readonly string[]): string[] {
    return names.filter((name) => this.texts(name) !== null);
  }
}

/** Default 20; above 200 is clamped, 0 and below is the default (kantata.md#paging). */
function clamped(size: number | null): number {
  return size === null || size < 1 ? 20 : Math.min(MAX_PER_PAGE, size);
}

import { system } from './simulator-refusals.ts';
import type { Query } from './simulator-query.ts';
import type { SimUser } from './simulator-data.ts';

/** A filter that applies, as a predicate; filters combine with AND (sheet 6). */
export type Keeps<Item> = (item: Item) => boolean;

/** The filters that were sent: those for which `make` gives a predicate. */
export function applying<Item>(...filters: (Keeps<Item> | null)[]): Keeps<Item>[] {
  return filters.filter((filter) => filter !== null);
}

export function kept<Item>(items: readonly Item[], filters: readonly Keeps<Item>[]): readonly Item[] {
  return filters.length === 0 ? items : items.filter((item) => filters.every((keeps) => keeps(item)));
}

/** `created_after` and its three siblings; inclusive, which is open (sheet 6). */
export function timeFilters<Item extends { createdAt: number; updatedAt: number }>(query: Query): Keeps<Item>[] {
  const bound = (name: string, test: (item: Item, at: number) => boolean): Keeps<Item> | null => {
    const at = query.instant(name);
    return at === null ? null : (item) => test(item, at);
  };
  return applying(
    bound('created_after', (item, at) => item.createdAt >= at),
    bound('created_before', (item, at) => item.createdAt <= at),
    bound('updated_after', (item, at) => item.updatedAt >= at),
    bound('updated_before', (item, at) => item.updatedAt <= at),
  );
}

/** A filter by partial text without case. */
export function contains<Item>(text: string | null, of: (item: Item) => string): Keeps<Item> | null {
  const wanted = text?.toLowerCase();
  return wanted === undefined ? null : (item) => of(item).toLowerCase().includes(wanted);
}

/** The filters on the one external reference that people here may have; skills have none. */
export function referenceFilters(query: Query, numberOf: (user: SimUser) => string | null): Keeps<SimUser>[] {
  const has = query.flag('has_external_references');
  const name = query.text('external_reference_service_name');
  const model = query.text('external_reference_service_model');
  const without = query.text('without_external_reference_service_name');
  const refs =
    query.texts('external_reference_service_model_refs') ?? query.texts('external_reference_service_model_ref');
  return applying<SimUser>(
    has === null ? null : (user) => (numberOf(user) !== null) === has,
    name === null ? null : (user) => numberOf(user) !== null && name === 'hris',
    model === null ? null : (user) => numberOf(user) !== null && model === 'Employee',
    without === null ? null : (user) => numberOf(user) === null || without !== 'hris',
    refs === null ? null : (user) => refs.includes(numberOf(user) ?? ''),
  );
}

/** Filters that the sheet names and the simulator does not know: an unfiltered answer would be a lie. */
export function refuseUnsimulated(query: Query, names: readonly string[]): void {
  const used = query.used(names);
  if (used.length > 0) throw system(501, `The simulator does not know the filter ${used.join(', ')}`);
}

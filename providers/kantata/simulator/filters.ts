import { system } from './refusals.ts';
import type { Query } from './query.ts';
import type { SimReference } from './data.ts';

/** A filter that applies, as a predicate; filters combine with AND (kantata.md#filters). */
export type Keeps<Item> = (item: Item) => boolean;

/** The filters that were sent: those for which `make` gives a predicate. */
export function applying<Item>(...filters: (Keeps<Item> | null)[]): Keeps<Item>[] {
  return filters.filter((filter) => filter !== null);
}

export function kept<Item>(items: readonly Item[], filters: readonly Keeps<Item>[]): readonly Item[] {
  return filters.length === 0 ? items : items.filter((item) => filters.every((keeps) => keeps(item)));
}

/** `created_after` and its three siblings; inclusive, which is open (kantata.md#filters). */
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

/** What a filter sees of an external reference. */
export type Referred = Pick<SimReference, 'serviceName' | 'serviceModel' | 'serviceModelRef'>;

/**
 * The filters on external references: some one reference meets all those on its service, model and id
 * (kantata.md#skills).
 */
export function referenceFilters<Item>(query: Query, referencesOf: (item: Item) => readonly Referred[]): Keeps<Item>[] {
  const has = query.flag('has_external_references');
  const name = query.text('external_reference_service_name');
  const model = query.text('external_reference_service_model');
  const without = query.text('without_external_reference_service_name');
  const ref = query.text('external_reference_service_model_ref');
  const refs = query.texts('external_reference_service_model_refs');
  const one = applying<Referred>(
    name === null ? null : ({ serviceName }) => serviceName === name,
    model === null ? null : ({ serviceModel }) => serviceModel === model,
    ref === null ? null : ({ serviceModelRef }) => serviceModelRef === ref,
    refs === null ? null : ({ serviceModelRef }) => refs.includes(serviceModelRef),
  );
  return applying<Item>(
    has === null ? null : (item) => referencesOf(item).length > 0 === has,
    without === null ? null : (item) => !referencesOf(item).some(({ serviceName }) => serviceName === without),
    one.length === 0 ? null : (item) => referencesOf(item).some((reference) => one.every((keeps) => keeps(reference))),
  );
}

/** Filters that the vendor documents and the simulator does not know: an unfiltered answer would be a lie. */
export function refuseUnsimulated(query: Query, names: readonly string[]): void {
  const used = query.used(names);
  if (used.length > 0) throw system(501, `The simulator does not know the filter ${used.join(', ')}`);
}

/** What a field costs beside the objects it answers with. */
export interface FieldCost {
  /** For each use: what it takes to ask a provider, or to search. */
  asks?: number;
  /** How many objects a list without a page usually has, on the generous side. */
  size?: number;
  /** The size of a page where the schema has no default for `first`. */
  usual?: number;
  /** The argument, or the list within it, whose length multiplies `asks`, and is the size of a list. */
  by?: readonly [argument: string, ...path: string[]];
  /** In place of `asks` for each global id in `by` whose object is read from its provider alone. */
  alone?: number;
}

/** What fields of the schema carry as extensions; a field without it costs one for each object, and nothing for a value. */
export type CostExtensions = {
  cost?: FieldCost;
};

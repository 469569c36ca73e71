import {
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';

/**
 * Measures lists in arguments, since each entry may be looked up for each object that the field is on. A write's `items`
 * are left out: their cost is counted, and the write bounds them.
 */
export interface ListMeasure {
  /** Entries of the longest list that a valid document spells out. */
  inDocument(document: DocumentNode): number;
  /** Entries of the longest list in a value that was given for this type. */
  inValue(value: unknown, type: GraphQLInputType): number;
  /** Whether values of this type can have a list at all. */
  mayHaveLists(type: GraphQLInputType): boolean;
}

export function createListMeasure(schema: GraphQLSchema): ListMeasure {
  const items = itemTypes(schema);
  const known = new Map<GraphQLNamedType, boolean>();

  const mayHaveLists = (type: GraphQLInputType): boolean => {
    if (isListType(getNullableType(type)) && !items.has(getNamedType(type))) return true;
    const named = getNamedType(type);
    if (!isInputObjectType(named)) return false;
    let found = known.get(named);
    if (found === undefined) {
      // Until it is known, so that a type within itself ends.
      known.set(named, false);
      known.set(named, (found = Object.values(named.getFields()).some((field) => mayHaveLists(field.type))));
    }
    return found;
  };

  return {
    mayHaveLists,
    inDocument(document) {
      const types = new TypeInfo(schema);
      let most = 0;
      const visitor = visitWithTypeInfo(types, {
        // By then the type is that of an entry.
        ListValue({ values }) {
          const named = getNamedType(types.getInputType() ?? undefined);
          if (!named || !items.has(named)) most = Math.max(most, values.length);
        },
      });
      visit(document, visitor);
      return most;
    },
    inValue(given, givenType) {
      let most = 0;
      const left: [value: unknown, type: GraphQLInputType][] = [[given, givenType]];
      for (let next = left.pop(); next; next = left.pop()) {
        const [value, type] = [next[0], getNullableType(next[1])];
        if (typeof value !== 'object' || value === null || !mayHaveLists(type)) continue;
        if (isListType(type)) {
          const entries: unknown[] = Array.isArray(value) ? value : [value];
          if (!items.has(getNamedType(type))) most = Math.max(most, entries.length);
          if (mayHaveLists(type.ofType)) for (const entry of entries) left.push([entry, type.ofType]);
        } else if (isInputObjectType(type)) {
          const fields = value as Record<string, unknown>;
          for (const { name, type: inner } of Object.values(type.getFields())) left.push([fields[name], inner]);
        }
      }
      return most;
    },
  };
}

/** What `items` of an input are. */
function itemTypes(schema: GraphQLSchema): ReadonlySet<GraphQLNamedType> {
  return new Set(
    Object.values(schema.getTypeMap()).flatMap((type) => {
      const field = isInputObjectType(type) ? type.getFields()['items'] : undefined;
      return field ? [getNamedType(field.type)] : [];
    }),
  );
}

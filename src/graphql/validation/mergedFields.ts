import {
  Kind,
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type NamedTypeNode,
  type SelectionSetNode,
} from 'graphql';

/** Selection sets that are executed together on one object: those of all fields with one name in the answer. */
export type Group = readonly SelectionSetNode[];

export interface MergedFields {
  /** By their names in the answer; those of one name are one field. */
  fields: ReadonlyMap<string, readonly [FieldNode, ...FieldNode[]]>;
  /** Deferred fragments, which are executed by themselves, each at each of its uses. */
  deferred: readonly SelectionSetNode[];
}

/** What matters for one object. */
export interface MergeRules {
  isLeftOut: (directives: readonly DirectiveNode[] | undefined) => boolean;
  isDeferred: (directives: readonly DirectiveNode[] | undefined) => boolean;
  applies: (condition: NamedTypeNode | undefined) => boolean;
}

export interface FieldMerger {
  /** Collects the fields of a group as an executor does; null once there was too much to collect. */
  merge(group: Group, rules: MergeRules): MergedFields | null;
  /** The selection sets below the nodes of one field; null where it has a value. */
  below(nodes: readonly FieldNode[]): Group | null;
  /** The same for groups of the same selection sets. */
  keyOf(group: Group): string;
}

/**
 * Selections that are looked at for one document: as many as the largest has tokens, and some milliseconds. Groups can be far
 * more than selections, as the states of an automaton that is made deterministic are.
 */
const MAX_SELECTIONS = 10_000;

/** Merges selections by CollectFields of the specification (6.3.2), for as long as it is little work. */
export function createFieldMerger(fragments: ReadonlyMap<string, FragmentDefinitionNode>): FieldMerger {
  const numbers = new Map<SelectionSetNode, number>();
  let left = MAX_SELECTIONS;

  const numberOf = (set: SelectionSetNode): number => {
    let number = numbers.get(set);
    if (number === undefined) numbers.set(set, (number = numbers.size));
    return number;
  };

  return {
    merge(group, { isLeftOut, isDeferred, applies }) {
      const fields = new Map<string, [FieldNode, ...FieldNode[]]>();
      const deferred: SelectionSetNode[] = [];
      const named = new Set<string>();
      const collect = ({ selections }: SelectionSetNode): void => {
        for (const selection of selections) {
          left -= 1;
          if (left < 0) return;
          if (isLeftOut(selection.directives)) continue;
          if (selection.kind === Kind.FIELD) {
            const name = (selection.alias ?? selection.name).value;
            const nodes = fields.get(name);
            if (nodes) nodes.push(selection);
            else fields.set(name, [selection]);
            continue;
          }
          const isSpread = selection.kind === Kind.FRAGMENT_SPREAD;
          const fragment = isSpread ? fragments.get(selection.name.value) : selection;
          if (!fragment || !applies(fragment.typeCondition)) continue;
          if (isDeferred(selection.directives)) {
            deferred.push(fragment.selectionSet);
            continue;
          }
          if (isSpread) {
            if (named.has(selection.name.value)) continue;
            named.add(selection.name.value);
          }
          collect(fragment.selectionSet);
        }
      };
      for (const set of group) collect(set);
      return left < 0 ? null : { fields, deferred };
    },
    below(nodes) {
      const [first, ...others] = nodes;
      if (others.length === 0) return first?.selectionSet ? [first.selectionSet] : null;
      const sets = new Set(nodes.flatMap(({ selectionSet }) => selectionSet ?? []));
      return sets.size === 0 ? null : [...sets];
    },
    keyOf(group) {
      const [first] = group;
      if (group.length === 1 && first) return String(numberOf(first));
      // Reading as many numbers is about as much work as looking at as many selections.
      left -= group.length;
      return group
        .map(numberOf)
        .toSorted((a, b) => a - b)
        .join(' ');
    },
  };
}

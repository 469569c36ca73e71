import { Kind, type DirectiveNode, type ValueNode, type VariableDefinitionNode } from 'graphql';

/** An operation's variables as they were sent, defaults filled in; what is wrong with them is said by who coerces them. */
export type Variables = Readonly<Record<string, unknown>>;

/** The variables of an operation with the defaults of those that were left out; only numbers and lists matter here. */
export function withDefaults(definitions: readonly VariableDefinitionNode[], given: Variables): Variables {
  // Without a prototype: a variable may be called like a member of every object, which would stand for its default.
  const values = Object.assign(Object.create(null) as Record<string, unknown>, given);
  for (const { variable, defaultValue } of definitions) {
    const name = variable.name.value;
    if (values[name] === undefined && defaultValue) values[name] = plain(defaultValue, {});
  }
  return values;
}

/** A variable's own value: `constructor` is one only where it was sent. */
export function variableOf(variables: Variables, name: string): unknown {
  return Object.hasOwn(variables, name) ? variables[name] : undefined;
}

/** A value of a document as JavaScript has it, its variables filled in. */
export function plain(node: ValueNode, variables: Variables): unknown {
  switch (node.kind) {
    case Kind.VARIABLE:
      return variableOf(variables, node.name.value);
    case Kind.INT:
      return Number(node.value);
    case Kind.BOOLEAN:
      return node.value;
    case Kind.LIST:
      return node.values.map((value) => plain(value, variables));
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, plain(value, variables)]));
    case Kind.NULL:
      return null;
    default:
      return 'value' in node ? node.value : null;
  }
}

/** Items of a list; a single item stands for a list of one. */
export function lengthOf(value: unknown): number {
  if (value === null || value === undefined) return 0;
  return Array.isArray(value) ? value.length : 1;
}

/** Whether `@skip` and `@include` leave a selection out. */
export function isLeftOut(directives: readonly DirectiveNode[] | undefined, variables: Variables): boolean {
  return (directives ?? []).some(({ name, arguments: given }) => {
    const left = name.value === 'skip' ? true : name.value === 'include' ? false : null;
    const condition = given?.find((argument) => argument.name.value === 'if');
    return left !== null && condition !== undefined && plain(condition.value, variables) === left;
  });
}

/** Whether a fragment comes in a part of its own: `@defer`, unless it is under a condition that does not hold. */
export function isDeferred(directives: readonly DirectiveNode[] | undefined, variables: Variables): boolean {
  const defer = directives?.find(({ name }) => name.value === 'defer');
  const condition = defer?.arguments?.find(({ name }) => name.value === 'if');
  return defer !== undefined && (condition === undefined || plain(condition.value, variables) !== false);
}

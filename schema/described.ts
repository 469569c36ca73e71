/** Enum values with their descriptions; the compiler insists that none is missing. */
export function described<Value extends string>(
  values: readonly Value[],
  descriptions: Record<Value, string>,
): Record<Value, { value: Value; description: string }> {
  return Object.fromEntries(values.map((value) => [value, { value, description: descriptions[value] }])) as Record<
    Value,
    { value: Value; description: string }
  >;
}

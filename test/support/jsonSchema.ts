/** As much of JSON Schema (2020-12) as docs/config.schema.json uses; a keyword that is not known here is an error. */
type Schema = Record<string, unknown>;

const NOTES = new Set(['$schema', 'title', 'description', 'default']);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const TYPES: Record<string, (value: unknown) => boolean> = {
  object: isRecord,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
};

const KEYWORDS: Record<string, (value: unknown, wanted: never, schema: Schema) => boolean> = {
  type: (value, name: string) => TYPES[name]?.(value) ?? false,
  const: (value, wanted: unknown) => value === wanted,
  enum: (value, wanted: unknown[]) => wanted.includes(value),
  pattern: (value, pattern: string) => typeof value !== 'string' || new RegExp(pattern, 'u').test(value),
  minLength: (value, least: number) => typeof value !== 'string' || value.length >= least,
  minimum: (value, least: number) => typeof value !== 'number' || value >= least,
  maximum: (value, most: number) => typeof value !== 'number' || value <= most,
  minItems: (value, least: number) => !Array.isArray(value) || value.length >= least,
  maxItems: (value, most: number) => !Array.isArray(value) || value.length <= most,
  items: (value, schema: Schema) => !Array.isArray(value) || value.every((each) => fits(each, schema)),
  minProperties: (value, least: number) => !isRecord(value) || Object.keys(value).length >= least,
  required: (value, names: string[]) => !isRecord(value) || names.every((name) => Object.hasOwn(value, name)),
  propertyNames: (value, schema: Schema) => !isRecord(value) || Object.keys(value).every((name) => fits(name, schema)),
  properties: (value, schemas: Record<string, Schema>) =>
    !isRecord(value) ||
    Object.entries(schemas).every(([name, schema]) => !Object.hasOwn(value, name) || fits(value[name], schema)),
  additionalProperties: (value, schema: Schema | false, { properties = {} }) =>
    !isRecord(value) ||
    Object.entries(value).every(
      ([name, each]) => Object.hasOwn(properties as object, name) || (schema !== false && fits(each, schema)),
    ),
  anyOf: (value, schemas: Schema[]) => schemas.some((schema) => fits(value, schema)),
  oneOf: (value, schemas: Schema[]) => schemas.filter((schema) => fits(value, schema)).length === 1,
};

/** Whether a value is as a schema says. */
export function fits(value: unknown, schema: Schema): boolean {
  return Object.entries(schema).every(([keyword, wanted]) => {
    if (NOTES.has(keyword)) return true;
    const check = KEYWORDS[keyword];
    if (!check) throw new Error(`the keyword ${keyword} is not known here`);
    return check(value, wanted as never, schema);
  });
}

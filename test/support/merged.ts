/** One part of an answer in parts. */
export interface SentPart {
  data?: unknown;
  incremental?: { data: unknown; path: (string | number)[]; label?: string; errors?: unknown[] }[];
  errors?: unknown[];
  hasNext?: boolean;
}

/**
 * The data that the parts are of, as clients merge it: objects into objects, lists place by place. Throws where a part belongs
 * to what no part before it has.
 */
export function mergedData(parts: readonly SentPart[]): unknown {
  const whole = { data: structuredClone(parts[0]?.data) };
  for (const { path, data } of parts.flatMap(({ incremental = [] }) => incremental)) {
    if (data === null) continue;
    const target = ['data', ...path].reduce<unknown>((at, key) => (at as Record<string | number, unknown>)[key], whole);
    if (typeof target !== 'object' || target === null) throw new Error(`nothing at ${path.join('.')}`);
    merge(target as Record<string, unknown>, structuredClone(data) as Record<string, unknown>);
  }
  return whole.data;
}

function merge(into: Record<string, unknown>, from: Record<string, unknown>): void {
  for (const key of Object.keys(from)) {
    const [known, given] = [Object.hasOwn(into, key) ? into[key] : undefined, from[key]];
    if (isObject(known) && isObject(given)) merge(known, given);
    else Object.defineProperty(into, key, { value: given, writable: true, enumerable: true, configurable: true });
  }
}

/** Lists too: their places are keys. */
function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Import cycles among sources given as path and text. */
import { dirname, normalize } from 'node:path/posix';
import { importsOf } from './source.ts';

/**
 * Every group of files that import each other, directly or through others, types included: a reader who opens one of them
 * has to understand all. Each group is sorted by path. Tarjan's strongly connected components (SIAM J. Comput. 1972).
 */
export function importCycles(sources: ReadonlyMap<string, string>): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const cycles: string[][] = [];

  const targetsOf = (path: string) =>
    importsOf(sources.get(path) ?? '')
      .flatMap(({ specifier }) => (specifier?.startsWith('.') ? [normalize(`${dirname(path)}/${specifier}`)] : []))
      .filter((target) => sources.has(target));

  const visit = (path: string): number => {
    const position = order.size;
    order.set(path, position);
    lowest.set(path, position);
    stack.push(path);
    for (const target of targetsOf(path)) {
      if (!order.has(target)) lowest.set(path, Math.min(lowest.get(path) ?? 0, visit(target)));
      else if (stack.includes(target)) lowest.set(path, Math.min(lowest.get(path) ?? 0, order.get(target) ?? 0));
    }
    const low = lowest.get(path) ?? 0;
    if (low === position) {
      const group = stack.splice(stack.indexOf(path));
      if (group.length > 1) cycles.push(group.toSorted());
    }
    return low;
  };

  for (const path of sources.keys()) if (!order.has(path)) visit(path);
  return cycles;
}

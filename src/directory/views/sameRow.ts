/** Replaces rows of `next` that are unchanged by the old objects; answers whether anything changed. */
export function takeOver<Row extends object>(before: ReadonlyMap<string, Row>, next: Map<string, Row>): boolean {
  let hasChanged = before.size !== next.size;
  for (const [id, row] of next) {
    const old = before.get(id);
    if (old && sameRow(old, row)) next.set(id, old);
    else hasChanged = true;
  }
  return hasChanged;
}

/**
 * Whether two rows are equal. Most syncs find known rows, and comparing costs far less than matching everything again.
 */
export function sameRow<Row extends object>(a: Row | undefined, b: Row): boolean {
  if (a === undefined || a === b) return a === b;
  for (const key in b) {
    const [old, now] = [a[key], b[key]];
    if (old !== now && !(typeof now === 'object' && JSON.stringify(old) === JSON.stringify(now))) return false;
  }
  return true;
}

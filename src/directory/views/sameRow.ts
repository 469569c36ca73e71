/** Makes the rows of `next` that say nothing new the very same objects; whether anything is new. */
export function takeOver<Row extends object>(before: ReadonlyMap<string, Row>, next: Map<string, Row>): boolean {
  let news = before.size !== next.size;
  for (const [id, row] of next) {
    const old = before.get(id);
    if (old && sameRow(old, row)) next.set(id, old);
    else news = true;
  }
  return news;
}

/** Most walks find what is known already; telling that costs far less than matching everybody anew. */
export function sameRow<Row extends object>(a: Row | undefined, b: Row): boolean {
  if (a === undefined || a === b) return a === b;
  for (const key in b) {
    const [old, now] = [a[key], b[key]];
    if (old !== now && !(typeof now === 'object' && JSON.stringify(old) === JSON.stringify(now))) return false;
  }
  return true;
}

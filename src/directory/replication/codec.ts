import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { nextTurn, SLICE_MS } from '../../lib/runInSlices.ts';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);
/** Rows shrink to about a tenth at the cheapest level already; the next ones take twice the time for a fifth less. */
const LEVEL = 1;

let sliceBegan = 0;

/** Lets others in when this process has packed and unpacked for a slice; shared, for several integrations are at it at once. */
async function breathe(): Promise<void> {
  if (performance.now() - sliceBegan < SLICE_MS) return;
  await nextTurn();
  sliceBegan = performance.now();
}

/** Plain data as compressed bytes; a few hundred rows at a time take some 2 ms here, the rest beside the event loop. */
export async function pack(data: unknown): Promise<Buffer> {
  await breathe();
  return deflate(JSON.stringify(data), { level: LEVEL });
}

export async function unpack<Data>(bytes: Buffer): Promise<Data> {
  const text = (await inflate(bytes)).toString('utf8');
  await breathe();
  return JSON.parse(text) as Data;
}

/** Data from many bytes, in order; each group is inflated while the one before it is parsed. */
export async function* unpackAll(groups: AsyncIterable<readonly Buffer[]>): AsyncGenerator {
  let before: Promise<Buffer[]> | null = null;
  for await (const group of groups) {
    const next: Promise<Buffer[]> = Promise.all(group.map((bytes) => inflate(bytes)));
    // Handled where it is awaited, which an early end may keep from happening.
    next.catch(() => undefined);
    if (before) yield* parseAll(await before);
    before = next;
  }
  if (before) yield* parseAll(await before);
}

async function* parseAll(texts: readonly Buffer[]): AsyncGenerator {
  for (const text of texts) {
    await breathe();
    yield JSON.parse(text.toString('utf8'));
  }
}

import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { nextTurn, SLICE_MS } from '../../lib/runInSlices.ts';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);
/** The cheapest level shrinks rows to about a tenth; the next levels take twice the time for another fifth. */
const LEVEL = 1;

let sliceBegan = 0;

/** Yields once this process has packed and unpacked for a slice. Shared, since several integrations do so at once. */
async function breathe(): Promise<void> {
  if (performance.now() - sliceBegan < SLICE_MS) return;
  await nextTurn();
  sliceBegan = performance.now();
}

/**
 * Serializes and compresses plain data. A few hundred rows take some 2 ms here; compression runs off the event loop.
 */
export async function pack(data: unknown): Promise<Buffer> {
  await breathe();
  return deflate(JSON.stringify(data), { level: LEVEL });
}

export async function unpack<Data>(bytes: Buffer): Promise<Data> {
  const text = (await inflate(bytes)).toString('utf8');
  await breathe();
  return JSON.parse(text) as Data;
}

/** Unpacks many buffers in order; each group is inflated while the previous one is parsed. */
export async function* unpackAll(groups: AsyncIterable<readonly Buffer[]>): AsyncGenerator {
  let before: Promise<Buffer[]> | null = null;
  for await (const group of groups) {
    const next: Promise<Buffer[]> = Promise.all(group.map((bytes) => inflate(bytes)));
    // The error surfaces where it is awaited; after an early end nothing awaits it.
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

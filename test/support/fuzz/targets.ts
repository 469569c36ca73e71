import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../../../src/lib/log.ts';
import { startTestGateway, type TestGateway } from '../gateway.ts';

/** A gateway to send to, and what a client of it knows. */
export interface Target {
  gateway: TestGateway;
  /** Sent with every request that has no key of its own. */
  key: string | null;
  /** Ids of its persisted documents. */
  documents: readonly string[];
}

const KEY = 'a-key-for-the-fuzz-alone';

/** Small enough that some requests of a busy second get 429, large enough that most do not. */
const BUDGET = '20000/1';

const DOCUMENTS = {
  people: '{ employees(first: 3) { totalCount nodes { id displayName } } }',
  skills: 'query ($first: Int! = 3, $search: String) { skills(first: $first, search: $search) { nodes { id name } } }',
};

/** An open sandbox, and a gateway as it stands in production: with keys, a budget, a schema of its own and documents by id. */
export async function startTargets({ folder, log }: { folder?: string; log?: Log } = {}) {
  const own = await mkdtemp(join(tmpdir(), 'fuzz-documents-'));
  const file = join(own, 'documents.json');
  await writeFile(file, JSON.stringify(DOCUMENTS));
  const options = (name: string) => ({
    ...(folder === undefined ? {} : { dataDir: join(folder, name) }),
    ...(log ? { log } : {}),
  });
  const open = await startTestGateway(options('open'));
  const hardened = await startTestGateway({
    ...options('hardened'),
    apiKey: KEY,
    environment: {
      GATEWAY_API_KEYS: KEY,
      INTROSPECTION: 'off',
      GRAPHIQL: 'off',
      LIMIT_BUDGET: BUDGET,
      PERSISTED_DOCUMENTS: file,
    },
  });
  const targets: readonly [Target, ...Target[]] = [
    { gateway: open, key: null, documents: [] },
    { gateway: hardened, key: KEY, documents: Object.keys(DOCUMENTS) },
  ];
  const close = async () => {
    await Promise.all([open.close(), hardened.close()]);
    await rm(own, { recursive: true });
  };
  return { targets, close };
}

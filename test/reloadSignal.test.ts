import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDataDir, type DataDir } from './support/dataDir.ts';
import { startProgram, type Program } from './support/processes.ts';
import { startRedis, type TestRedis } from './support/redis.ts';
import { KEYS, startTenantSimulators, writeTenantsFile } from './support/tenants.ts';

let simulators: Awaited<ReturnType<typeof startTenantSimulators>>;
let folder: DataDir;
let redis: TestRedis;
let program: Program;
let url: string;
let path: string;
let keyFile: string;
let environment: Record<string, string>;

beforeAll(async () => {
  [folder, redis, simulators] = await Promise.all([createDataDir(), startRedis(), startTenantSimulators()]);
  const written = writeTenantsFile({ folder: folder.path, simulators });
  ({ path } = written);
  keyFile = join(folder.path, 'globex.key');
  writeFileSync(keyFile, `${KEYS.globex}\n`);
  change((clients) => Object.assign(clients[1] ?? {}, { keys: [{ file: keyFile }] }));
  const { globex_client: _, ...secrets } = written.secrets;
  environment = { ...secrets, PORT: '0', REDIS_URL: redis.url, GATEWAY_CONFIG: path };
  program = startProgram('main', environment);
  [, url = ''] = await program.prints(/"url":"(http[^"]*)","msg":"ready"/);
}, 120_000);
afterAll(async () => {
  await program.stop('SIGTERM');
  await Promise.all([simulators.close(), redis.stop()]);
  await folder.remove();
});

/** Writes the file anew with other clients. */
function change(edit: (clients: Record<string, unknown>[]) => void): void {
  const file = JSON.parse(readFileSync(path, 'utf8')) as { clients: Record<string, unknown>[] };
  edit(file.clients);
  writeFileSync(path, JSON.stringify(file));
}

const statusWith = async (key: string): Promise<number> => {
  const { status } = await fetch(url, { method: 'POST', ...asked(key) });
  return status;
};

const QUERY = JSON.stringify({ query: '{ viewer { client tenant } }' });
const asked = (key: string) => ({
  headers: { 'content-type': 'application/json', accept: 'application/json', authorization: `Bearer ${key}` },
  body: QUERY,
});

/** A request of which half is sent: it is let in, and waits for `finish`. */
async function underWay(key: string): Promise<{ finish: () => Promise<{ status: number; body: string }> }> {
  const sent = request(url, {
    method: 'POST',
    // The gateway answers 100 once it reads the head.
    headers: { ...asked(key).headers, 'content-length': QUERY.length, expect: '100-continue' },
  });
  const answered = new Promise<{ status: number; body: string }>((resolve, reject) => {
    sent.once('error', reject);
    sent.once('response', (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
  });
  const going = new Promise<void>((resolve) => sent.once('continue', resolve));
  sent.flushHeaders();
  await going;
  sent.write(QUERY.slice(0, 10));
  return {
    finish: () => {
      sent.end(QUERY.slice(10));
      return answered;
    },
  };
}

it('SIGHUP takes another key at once, and requests that the old one let in are answered', async () => {
  const requests = await Promise.all([underWay(KEYS.globex), underWay(KEYS.acme)]);
  const next = 'another-key-of-globex';
  writeFileSync(keyFile, next);
  program.send('SIGHUP');
  await program.prints(/"msg":"the configuration is exchanged"/);
  expect([await statusWith(KEYS.globex), await statusWith(next), await statusWith(KEYS.acme)]).toEqual([401, 200, 200]);
  expect(await Promise.all(requests.map(({ finish }) => finish()))).toEqual(
    ['globex', 'acme'].map((tenant) => ({
      status: 200,
      body: JSON.stringify({ data: { viewer: { client: tenant, tenant } } }),
    })),
  );
}, 60_000);

it('SIGHUP refuses a file that is wrong as a whole, says everything that is, and changes nothing', async () => {
  const before = readFileSync(path, 'utf8');
  const key = readFileSync(keyFile, 'utf8');
  change((clients) => {
    Object.assign(clients[0] ?? {}, { keys: [{ file: join(folder.path, 'nowhere') }] });
    Object.assign(clients[1] ?? {}, { tenant: 'initech' });
  });
  program.send('SIGHUP');
  const [line] = await program.prints(/\{[^\n]*the configuration is refused: nothing changes"[^\n]*/);
  const { complaints } = JSON.parse(line) as { complaints: string[] };
  expect(complaints).toEqual([
    expect.stringMatching(/^\$\.clients\[0\]\.keys\[0\].* cannot be read \(ENOENT\)$/),
    expect.stringMatching(/^\$\.clients\[1\]\.tenant is no tenant/),
  ]);
  expect([await statusWith(key), await statusWith(KEYS.acme)]).toEqual([200, 200]);

  writeFileSync(path, '{');
  program.send('SIGHUP');
  await program.prints(/refused: nothing changes"[^]*refused: nothing changes"/);
  expect([await statusWith(key), await statusWith(KEYS.acme)]).toEqual([200, 200]);

  // And it still listens to a file that is right.
  writeFileSync(path, before);
  writeFileSync(keyFile, KEYS.globex);
  program.send('SIGHUP');
  await program.prints(/is exchanged"[^]*is exchanged"/);
  expect([await statusWith(key), await statusWith(KEYS.globex)]).toEqual([401, 200]);
}, 60_000);

it('SIGHUP while the program starts ends nothing, and the file is read anew once it has', async () => {
  const hook = `const early = setInterval(() => {
    if (process.listenerCount('SIGTERM') === 0) return;
    clearInterval(early);
    process.kill(process.pid, 'SIGHUP');
  }, 1)`;
  const hooked = ['--import', 'tsx', '--import', `data:text/javascript,${encodeURIComponent(hook)}`, 'src/main.ts'];
  const other = startProgram('main', environment, { arguments: hooked });
  const [printed] = await other.prints(/"msg":"listening"[^]*"msg":"the configuration is exchanged"/);
  await other.stop('SIGTERM');
  expect(printed).not.toContain('refused');
}, 60_000);

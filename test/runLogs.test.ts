import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { describeLeaks, leaksIn } from './support/runLogSearch.ts';
import { keepOutput, keepRunLogs, noteEnvironment, noteSecrets, runLog } from './support/runLogs.ts';

// A run of its own: what is leaked here must not fail the run that this file belongs to.
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run-logs-of-a-test-'));
  keepRunLogs(folder, 'test/leaking.test.ts');
});
afterEach(async () => {
  keepRunLogs(inject('runLogs'), 'test/runLogs.test.ts');
  await rm(folder, { recursive: true, force: true });
});

it.each([
  ['e-mail address', 'ada.o-brien+1@mail.leak.example'],
  ['e-mail address', 'https://provider.example/people?mail=ada%40leak.example&page=2'],
  ['JWT', 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl'],
  ['Authorization header', 'Bearer 0123456789abcdef'],
  ['Authorization header', 'authorization: basic YWRhOnNlY3JldA=='],
  ['webhook secret', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  ['user part of a URL', 'redis://default:password@127.0.0.1:6379'],
  ['secret of a test', 'kept: a-key-of-this-test'],
  ['secret of a test', 'kept: another-key-of-this-test'],
  ['secret of a test', 'kept: imocha-secret-of-a-simulator'],
])('%s in a log line is found, and shown without it: %s', (kind, text) => {
  noteEnvironment({ GATEWAY_API_KEYS: 'a-key-of-this-test, another-key-of-this-test', PORT: '40404040' });
  runLog().debug({}, 'before');
  runLog().warn({ detail: { text } }, 'a warning');
  const leaks = leaksIn(folder, ['imocha-secret-of-a-simulator']);
  expect(leaks).toEqual([{ testFile: 'test/leaking.test.ts', kind, line: expect.stringContaining(`[${kind}]`) }]);
  expect(leaks[0]?.line).toContain('a warning');
  expect(leaks[0]?.line).not.toContain(text);
  expect(describeLeaks(leaks)).toContain('test/leaking.test.ts (lines: 1)\n    ' + kind);
});

it('a secret that another test file noted is found, too', () => {
  keepRunLogs(folder, 'test/noting.test.ts');
  noteSecrets(['a-secret-of-another']);
  keepRunLogs(folder, 'test/leaking.test.ts');
  runLog().info({}, 'it is a-secret-of-another');
  expect(leaksIn(folder).map(({ testFile, kind }) => [testFile, kind])).toEqual([
    ['test/leaking.test.ts', 'secret of a test'],
  ]);
});

it('what a program prints is searched in whole lines, however it comes', async () => {
  const stream = new PassThrough();
  keepOutput(stream);
  for (const part of ['first\nmail of ada@le', 'ak.example\nlast']) stream.write(part);
  stream.end();
  await once(stream, 'end');
  expect(leaksIn(folder).map(({ line }) => line)).toEqual(['mail of [e-mail address]']);
});

it('lines without secrets are none', () => {
  noteEnvironment({ PORT: '40404040', SHORT_KEY: 'query' });
  const log = runLog();
  log.info({ url: 'http://127.0.0.1:40404040/graphql', client: 'query', requestId: 'one@two' }, 'request');
  log.error(
    { text: 'at execute (/app/node_modules/@graphql-tools/executor/index.js:1:2) of graphql@16.1.0' },
    'failed',
  );
  log.warn(
    { err: new Error('no Bearer eyJhbGciOi.eyJzdWIiOi.c2ln of ada@leak.example'), email: 'ada@leak.example' },
    '-',
  );
  expect(leaksIn(folder)).toEqual([]);
});

it('a log of the test gets every line, too', () => {
  const lines: string[] = [];
  const write = (_: object, message: string) => void lines.push(message);
  const log = runLog({ debug: write, info: write, warn: write, error: write });
  for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level]({}, `${level} of ada@leak.example`);
  expect(lines).toHaveLength(4);
  expect(leaksIn(folder)).toHaveLength(4);
});

it('every test that starts a gateway or a server of its own gives it the log of the run', () => {
  const starts = /import \{[^}]*\b(?:startGateway|createGatewayServer)\b[^}]*\} from/;
  const starting = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path, source: readFileSync(join(import.meta.dirname, path), 'utf8') }))
    .filter(({ source }) => starts.test(source));
  expect(starting.length).toBeGreaterThan(5);
  expect(starting.filter(({ source }) => !/\blog: runLog\(/.test(source)).map(({ path }) => path)).toEqual([]);
});

/** What the gateways and programs of a test file log, kept for the search at the end of the run (`runLogSearch.ts`). */
import { randomUUID } from 'node:crypto';
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Log } from '../../src/lib/log.ts';
import { logOptions } from '../../src/observability/logOptions.ts';

/** Of the test file that runs; null outside of a run that is searched (scripts, unit tests): nothing is kept. */
let run: { folder: string; testFile: string } | null = null;
let kept: Log | null = null;
let keepSecret: ((line: string) => void) | null = null;

/** Names of variables whose values nobody may read in a log. */
const SECRET_NAME = /(?:KEYS?|TOKENS?|SECRETS?|PASSWORD)$/i;

/** From here on the gateways of this test file are logged into the folder. */
export function keepRunLogs(folder: string, testFile: string): void {
  run = { folder, testFile };
  kept = null;
  keepSecret = null;
}

/** A log into the run's files as the program would write it at `debug`; the test's own log, if any, is written to as well. */
export function runLog(own?: Log): Log {
  const write = run && (kept ??= pino(logOptions('debug'), { write: newFile('log') }));
  if (!write) return own ?? pino({ level: 'silent' });
  if (!own) return write;
  const both = (level: keyof Log) => (fields: object, message: string) => {
    own[level](fields, message);
    write[level](fields, message);
  };
  return { debug: both('debug'), info: both('info'), warn: both('warn'), error: both('error') };
}

/** Keeps what one stream of a program prints: a file of its own, as a line may come in pieces. */
export function keepOutput(stream: NodeJS.ReadableStream): void {
  if (run) stream.on('data', newFile('log'));
}

/** Values that no log of the run may hold. */
export function noteSecrets(values: Iterable<string>): void {
  if (!run) return;
  keepSecret ??= newFile('secrets');
  for (const value of values) keepSecret(`${JSON.stringify(value)}\n`);
}

/** Notes the values of an environment that are secret by the name of their variable; lists have commas. */
export function noteEnvironment(environment: Readonly<Record<string, string>>): void {
  const secrets = Object.entries(environment).filter(([name]) => SECRET_NAME.test(name));
  noteSecrets(secrets.flatMap(([, value]) => value.split(',').map((one) => one.trim())));
}

/**
 * A new file that begins with the path of the test file. Written through at once, as the end of a worker waits for no
 * buffer; a line takes some microseconds. The descriptor ends with the worker.
 */
function newFile(ending: 'log' | 'secrets'): (text: string | Uint8Array) => void {
  const { folder = '', testFile = '' } = run ?? {};
  const file = openSync(join(folder, `${randomUUID()}.${ending}`), 'a');
  writeSync(file, `${testFile}\n`);
  return (text) => void (typeof text === 'string' ? writeSync(file, text) : writeSync(file, text));
}

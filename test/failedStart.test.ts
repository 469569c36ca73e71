import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDataDir, type DataDir } from './support/dataDir.ts';
import { startProgram } from './support/processes.ts';

let folder: DataDir;
let taken: Server;

beforeAll(async () => {
  folder = await createDataDir();
  writeFileSync(join(folder.path, 'file'), '');
  taken = createServer();
  await once(taken.listen(0, '127.0.0.1'), 'listening');
});
afterAll(async () => {
  taken.close();
  await folder.remove();
});

/** The lines of the log, what is said beside them, and the code with which a program ends that cannot start. */
async function ended(environment: Record<string, string>) {
  const program = startProgram('main', {
    PORT: '0',
    SIMULATOR_PEOPLE: '20',
    SIMULATOR_LIMITS: 'none',
    DATA_DIR: join(folder.path, 'data'),
    ...environment,
  });
  const code = await program.exited;
  const printed = program.output().trim().split('\n');
  const isLogged = (line: string) => line.startsWith('{');
  return {
    code,
    said: printed.filter((line) => !isLogged(line)).join('\n'),
    lines: printed.filter(isLogged).map((line) => JSON.parse(line) as { level: string; msg: string; err?: object }),
  };
}

it('a program whose task store cannot be opened ends with 1, and never says that it listens or is ready', async () => {
  const { code, lines } = await ended({ DATA_DIR: join(folder.path, 'file', 'data') });
  expect(code).toBe(1);
  expect(lines.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([
    expect.objectContaining({
      level: 'fatal',
      msg: `The data directory ${join(folder.path, 'file', 'data')} cannot be used: it, or a folder above it, is a file (ENOTDIR). Set DATA_DIR to a directory that the gateway may write to.`,
    }),
  ]);
  expect(lines.map(({ msg }) => msg)).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/^(listening|ready)$/)]),
  );
}, 60_000);

it('a program whose port is taken says so in a sentence with the variable, and ends with 1', async () => {
  const { port } = taken.address() as AddressInfo;
  const inUse = await ended({ PORT: String(port) });
  expect(inUse).toMatchObject({
    code: 1,
    said:
      'The configuration cannot be used:\n' +
      `- PORT: port ${port} of 127.0.0.1 is in use by another program. Set PORT to another port`,
  });
  expect(inUse.lines.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
}, 60_000);

it('a program whose port is taken leaves its data directory to the next one', async () => {
  const data = join(folder.path, 'left');
  await ended({ PORT: String((taken.address() as AddressInfo).port), DATA_DIR: data });
  const lock = readdirSync(data).find((name) => name.startsWith('lock.')) ?? '';
  expect(readFileSync(join(data, lock), 'utf8')).toBe('released');
}, 60_000);

/** What the program says and the code with which it ends, in a folder and with flags of its own. */
async function saidBy(name: 'main' | 'simulate', environment: Record<string, string>, flags: string[] = []) {
  const program = startProgram(name, environment, {
    arguments: ['--import', import.meta.resolve('tsx'), resolve(`src/${name}.ts`), ...flags],
    cwd: folder.path,
  });
  const code = await program.exited;
  return { code, said: program.output() };
}

it('a flag that is none and a .env that cannot be read are refused as other settings are', async () => {
  expect(await saidBy('main', {}, ['--role=geheim'])).toEqual({
    code: 1,
    said: 'The configuration cannot be used:\n- there is a flag that is unknown: --help prints those that there are\n',
  });
  mkdirSync(join(folder.path, '.env'));
  expect(await saidBy('main', {})).toEqual({
    code: 1,
    said: 'The configuration cannot be used:\n- .env cannot be read (EISDIR)\n',
  });
}, 60_000);

it('the program says what it is and how it is started, and starts nothing', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(await saidBy('main', { PORT: 'x' }, ['--version'])).toEqual({ code: 0, said: `${version}\n` });
  const { code, said } = await saidBy('main', { PORT: 'x' }, ['--help']);
  expect(code).toBe(0);
  expect(said).toMatch(new RegExp(`^skills-gateway ${version}: [^]*--roles=[^]*GATEWAY_API_KEYS`));
}, 60_000);

it('simulators say which port they cannot have', async () => {
  const { port } = taken.address() as AddressInfo;
  expect(await saidBy('simulate', { SIMULATOR_PORT: 'geheim' })).toEqual({
    code: 1,
    said: 'The configuration cannot be used:\n- SIMULATOR_PORT must be a whole number from 0 to 65533\n',
  });
  expect(await saidBy('simulate', { SIMULATOR_PORT: String(port), SIMULATOR_PEOPLE: '20' })).toEqual({
    code: 1,
    said:
      'The configuration cannot be used:\n' +
      `- SIMULATOR_PORT: port ${port} of 127.0.0.1 is in use by another program. Set SIMULATOR_PORT to another port\n`,
  });
}, 60_000);

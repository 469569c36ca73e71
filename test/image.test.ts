import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { copiesOf, readDockerfile, type Stage } from './support/dockerfile.ts';
import { startProgram, type Program } from './support/processes.ts';

const root = join(import.meta.dirname, '..');
const stages = readDockerfile(readFileSync(join(root, 'Dockerfile'), 'utf8'));
const last = stages.at(-1) as Stage;
const valuesOf = (stage: Stage, name: string) =>
  stage.instructions.filter((instruction) => instruction.name === name).map(({ value }) => value);
const execForm = (value: string) => JSON.parse(value.slice(value.indexOf('['))) as string[];
const environment = Object.fromEntries(
  valuesOf(last, 'ENV').flatMap((value) => value.split(/\s+/).map((pair) => pair.split('=') as [string, string])),
);

const programs: Program[] = [];
const folders: string[] = [];

afterAll(async () => {
  await Promise.all(programs.map((program) => program.stop('SIGKILL')));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

it('every stage stands on one pinned image of a supported Node.js', () => {
  const images = new Set(stages.map(({ image }) => image));
  // With security fixes until April 2028; those of Node.js 20 ended in April 2026.
  expect([...images]).toEqual(['node:24-bookworm-slim']);
});

it('the image runs without root, by signals, as a process of its own, and says whether it is alive', () => {
  const names = last.instructions.map(({ name }) => name);
  expect(valuesOf(last, 'USER')).toEqual(['node']);
  // Whatever is done after is done without root.
  expect(names.slice(names.indexOf('USER')).filter((name) => name === 'RUN' || name === 'COPY')).toEqual([]);
  expect(valuesOf(last, 'STOPSIGNAL')).toEqual(['SIGTERM']);
  expect(execForm(valuesOf(last, 'CMD')[0] ?? '')).toEqual(['node', '--enable-source-maps', 'dist/src/main.js']);
  expect(execForm(valuesOf(last, 'HEALTHCHECK')[0] ?? '')[2]).toContain('http://localhost:');
  expect(execForm(valuesOf(last, 'HEALTHCHECK')[0] ?? '')[2]).toContain('/health/live');
  expect(environment).toEqual({ NODE_ENV: 'production', HOST: '::', PORT: '4000', DATA_DIR: '/data' });
  expect(valuesOf(last, 'EXPOSE')).toEqual(['4000']);
  expect(valuesOf(last, 'VOLUME')).toEqual(['/data']);
});

it('both installations are those of the lock file, and the last without what only development needs', () => {
  const commands = stages.flatMap((stage) => valuesOf(stage, 'RUN')).join('\n');
  expect(commands).toContain('npm ci --omit=dev');
  expect(commands).not.toMatch(/npm (?:i|install)\b|apt-get|curl|wget/);
  expect(copiesOf(last).find(({ target }) => target === './node_modules')?.from).toBe('dependencies');
});

it('what is sent to the builder is what is copied, and nothing that is not', () => {
  const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
  const allowed = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  const copied = new Set(
    stages
      .flatMap(copiesOf)
      .filter(({ from }) => from === null)
      .flatMap(({ sources }) => sources),
  );
  expect(ignored.find((line) => line !== '' && !line.startsWith('#'))).toBe('*');
  expect(allowed.filter((path) => path !== 'examples').toSorted()).toEqual(
    [...copied].map((path) => path.replace(/^\.\//, '')).toSorted(),
  );
  expect([...copied].filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

/** Does what the last stage's COPY instructions do, with the build and the packages that are here. */
function assemble(): string {
  const folder = mkdtempSync(join(tmpdir(), 'image-'));
  folders.push(folder);
  const app = join(folder, 'app');
  for (const { sources, target } of copiesOf(last)) {
    for (const source of sources) {
      const path = source.replace(/^\/build\//, '');
      if (path === 'node_modules') continue;
      // The build here may be next to that of benches.
      const filter = (from: string) => !/\/dist\/(?:bench|test|\.tsbuildinfo)/.test(from);
      const to = target.endsWith('/') ? join(app, target, basename(path)) : join(app, target);
      cpSync(join(root, path), to, { recursive: true, filter });
    }
  }
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  const paths = Object.keys(packages).filter((path) => path !== '' && packages[path]?.dev !== true);
  for (const path of paths.toSorted()) {
    // Binaries of other platforms are not installed.
    if (!existsSync(join(root, path))) continue;
    mkdirSync(dirname(join(app, path)), { recursive: true });
    cpSync(join(root, path), join(app, path), {
      recursive: true,
      dereference: true,
      filter: (from) => !from.slice(join(root, path).length).startsWith('/node_modules'),
    });
  }
  mkdirSync(join(folder, 'data'));
  return folder;
}

it('the files of the image start without root, with nothing to write to but the data, and stop by the signal', async () => {
  const folder = assemble();
  const app = join(folder, 'app');
  const megabytes = Number(execFileSync('du', ['-sm', app], { encoding: 'utf8' }).split('\t')[0]);
  const isRoot = process.getuid?.() === 0;
  // As the image's user where this can be had; the files are root's, as COPY leaves them.
  const user = isRoot ? ['--reuid=65534', '--regid=65534', '--clear-groups'] : [];
  chmodSync(folder, 0o755);
  if (isRoot) execFileSync('chown', ['65534:65534', join(folder, 'data')]);
  execFileSync('chmod', ['-R', 'a-w,a+rX', app]);
  const [node = '', ...options] = execForm(valuesOf(last, 'CMD')[0] ?? '');
  expect(node).toBe('node');
  const program = startProgram(
    'main',
    {
      ...environment,
      DATA_DIR: join(folder, 'data'),
      HOST: '127.0.0.1',
      PORT: '0',
      GATEWAY_API_KEYS: 'a-key-for-the-image',
      SANDBOX: 'on',
      SIMULATOR_PEOPLE: '50',
    },
    isRoot
      ? { program: 'setpriv', arguments: [...user, process.execPath, ...options], cwd: app }
      : { arguments: options, cwd: app },
  );
  programs.push(program);
  const [, url = ''] = await program.prints(/"url":"(http[^"]*)","graphiql":\w+,"msg":"listening"/);
  await program.prints(/"msg":"ready"/);
  // The image's own check of health, against the port that was free.
  const [command = '', ...check] = execForm(valuesOf(last, 'HEALTHCHECK')[0] ?? '');
  expect(command).toBe('node');
  execFileSync(process.execPath, check, { env: { PORT: new URL(url).port } });
  const page = await fetch(url, { headers: { accept: 'text/html' } });
  expect(await page.text()).toContain('employees');
  await program.stop('SIGTERM');
  expect(await program.exited).toBe(0);
  process.stdout.write(`the image's own files: ${megabytes} MB\n`);
  // 38 of them are the empty task store, of which 5 are pulled: the rest is zeros.
  expect(megabytes).toBeLessThan(155);
}, 90_000);

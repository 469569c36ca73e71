import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MIGRATIONS } from '../postgres/migrations.ts';

/** Beside the compiled program. The sources have none: what they create is always of what they say just now. */
const TEMPLATES = import.meta.url.endsWith('.ts')
  ? null
  : join(dirname(fileURLToPath(import.meta.url)), '../../../../templates');

/**
 * Lays an empty store into a directory that is absent or empty: a copy of the build's, which takes a tenth of a second, or one
 * made by `create`, which takes four seconds of a core and 0.8 GB.
 */
export async function layStore(
  directory: string,
  create: (directory: string) => Promise<void>,
  templates = TEMPLATES,
): Promise<void> {
  // Beside it and then renamed, so that what a killed process has made half is not taken for a store.
  const draft = await mkdtemp(`${directory}-`);
  try {
    const template = templates === null ? null : join(templates, await templateName());
    if (template !== null && existsSync(template)) await cp(template, draft, { recursive: true });
    else await create(draft);
    // Tasks name people: only this user may read them. The template is for everybody who runs the program.
    await changeModes(draft, 0o700, 0o600);
    await rename(draft, directory);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

/** Makes the template of this version, unless it is there, with a function that creates a store in a directory and closes it. */
export async function makeTemplate(create: (directory: string) => Promise<void>, templates = TEMPLATES): Promise<void> {
  if (templates === null) throw new Error('a template is made by the build, beside the compiled program');
  const name = await templateName();
  if (existsSync(join(templates, name))) return;
  await rm(templates, { recursive: true, force: true });
  await mkdir(templates, { recursive: true });
  const making = await mkdtemp(join(templates, 'making-'));
  await create(making);
  await changeModes(making, 0o755, 0o644);
  await rename(making, join(templates, name));
}

/** The files depend on the database's version, and on the migrations in them. */
async function templateName(): Promise<string> {
  const main = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  const { version } = JSON.parse(await readFile(join(dirname(main), '../package.json'), 'utf8')) as { version: string };
  return `${version}-${createHash('sha256').update(MIGRATIONS.join('\n')).digest('hex').slice(0, 12)}`;
}

async function changeModes(directory: string, folders: number, files: number): Promise<void> {
  await chmod(directory, folders);
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  await Promise.all(
    entries.map((entry) => chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? folders : files)),
  );
}

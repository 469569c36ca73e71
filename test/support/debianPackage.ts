import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** A program that tests need and that npm does not bring. */
export interface NeededProgram {
  /** How people call it, e.g. `Chromium`. */
  title: string;
  /** The environment variable that may say where it is. */
  variable: string;
  /** What its file may be called. */
  names: readonly string[];
  /** Debian's package. */
  package: string;
}

/**
 * Where the program is: what its variable says, else in the usual places, else freshly installed where that can be done
 * (root on Debian). Throws with what to install otherwise.
 */
export async function programPath(program: NeededProgram): Promise<string> {
  const { title, variable } = program;
  const given = process.env[variable];
  if (given !== undefined && given !== '') {
    if (await isProgram(given)) return given;
    throw new Error(`${variable} is ${given}, and no program is there.`);
  }
  const found = await find(program.names);
  if (found !== null) return found;
  if (process.getuid?.() !== 0 || !(await isProgram('/usr/bin/apt-get'))) {
    throw new Error(
      `This test needs ${title}: install it (Debian: apt-get install ${program.package}) or set ${variable}.`,
    );
  }
  const run = promisify(execFile);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('/usr/bin/apt-get', ['update'], { env });
  await run('/usr/bin/apt-get', ['install', '-y', '--no-install-recommends', program.package], { env });
  const installed = await find(program.names);
  if (installed === null) throw new Error(`apt-get installed ${title}, and there is none in the usual places.`);
  return installed;
}

async function find(names: readonly string[]): Promise<string | null> {
  const folders = ['/usr/bin', ...(process.env['PATH'] ?? '').split(delimiter)];
  for (const path of folders.flatMap((folder) => names.map((name) => join(folder, name)))) {
    if (await isProgram(path)) return path;
  }
  return null;
}

function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

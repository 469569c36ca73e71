import { readFileSync } from 'node:fs';
import { installed } from '../lib/installed.ts';

/** The version that package.json gives the program, for `--version`, the log and the metrics. */
export function readVersion(): string {
  const { version } = JSON.parse(readFileSync(installed('package.json') ?? '', 'utf8')) as { version: string };
  return version;
}

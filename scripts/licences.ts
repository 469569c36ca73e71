/** Writes docs/licences.md: every package that production installs, with its licence. Run by `npm run licences`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { licencesPage } from './licencesPage.ts';

const path = join(import.meta.dirname, '..', 'docs', 'licences.md');
const options = await resolveConfig(path);
writeFileSync(path, await format(licencesPage(join(import.meta.dirname, '..')), { ...options, filepath: path }));

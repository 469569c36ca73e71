/** Writes docs/config.schema.json: what may stand in the file that GATEWAY_CONFIG names. */
import { writeFileSync } from 'node:fs';
import { CARDS } from '../src/providers.ts';
import { printedConfigSchema } from './printed-config-schema.ts';

writeFileSync(new URL('../docs/config.schema.json', import.meta.url), printedConfigSchema(CARDS));

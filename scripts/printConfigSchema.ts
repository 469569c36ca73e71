/** Writes docs/config.schema.json: what may stand in the file that GATEWAY_CONFIG names. */
import { writeFileSync } from 'node:fs';
import { CARDS } from '../src/app/integrations.ts';
import { printedConfigSchema } from './printedConfigSchema.ts';

writeFileSync(new URL('../docs/config.schema.json', import.meta.url), printedConfigSchema(CARDS));

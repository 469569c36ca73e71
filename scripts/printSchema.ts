/** Writes schema.graphql: the schema as the code builds it, in alphabetical order, so that its diff shows what changed. */
import { writeFileSync } from 'node:fs';
import { schema } from '../schema/index.ts';
import { printedSchema } from './printedSchema.ts';

writeFileSync(new URL('../schema.graphql', import.meta.url), printedSchema(schema));

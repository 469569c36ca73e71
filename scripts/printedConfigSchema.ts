import { z } from 'zod';
import { fileSchema } from '../src/config/fileSchema.ts';
import type { ProviderCard } from '../src/integrations/providerCard.ts';

/** The text of docs/config.schema.json, before formatting. */
export function printedConfigSchema(cards: readonly ProviderCard[]): string {
  const schema = z.toJSONSchema(fileSchema(cards), { io: 'input' });
  return `${JSON.stringify({ title: 'Configuration of skills-gateway', ...schema }, null, 2)}\n`;
}

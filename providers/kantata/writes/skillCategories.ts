import { foldedKey } from '../../../src/domain/matching/letters.ts';
import type { Call } from '../../../src/domain/ports.ts';
import { optionalId, optionalText, readRows, requiredId } from '../../../src/outbound/payload/payload.ts';
import type { KantataClient } from '../client.ts';
import { ROUTES } from '../raw.ts';

/** Finds the id of a category by its name, without case; null where there is none. */
export type CategoryIds = (call: Call) => Promise<(name: string) => string | null>;

/**
 * The categories of an account: four that never change, whose ids are not published (kantata.md#skill-categories), so
 * they are read once.
 */
export function skillCategories(client: KantataClient): CategoryIds {
  let known: Map<string, string> | null = null;
  const operation = 'skillCategories';
  return async (call) => {
    const ids = known ?? new Map<string, string>();
    if (known === null) {
      for await (const page of client.walk({ operation, route: ROUTES.skillCategories, query: {} }, call)) {
        const context = { operation, path: 'skill_categories', drift: client.drift };
        readRows(page.records, (raw) => ids.set(nameKey(optionalText(raw.name) ?? ''), requiredId(raw, 'id')), context);
      }
      known = ids;
    }
    return (name) => optionalId(ids.get(nameKey(name)));
  };
}

/** Names are compared without case and outer spaces (kantata.md#validation), and without what nobody sees. */
export function nameKey(name: string): string {
  return foldedKey(name);
}

import type { Directory } from '../directory/directory.ts';
import type { Integration } from '../directory/integration.ts';
import { SkillRating } from '../domain/held.ts';
import type { Receipt } from '../domain/receipt.ts';
import type { OverlaidRow } from './overlay.ts';
import type { RatingReader } from './ratingReader.ts';

export interface RatingByIdOptions {
  /** The integration's name and the parts of the row, as a global id carries them. */
  integration: string;
  parts: readonly string[];
  directory: Directory;
  readers: ReadonlyMap<string, RatingReader>;
  signal: AbortSignal;
  receipt?: Receipt | undefined;
}

/** Rows asked for, by request and then by rating: a request asks once for each, also where its query is executed again. */
const asked = new WeakMap<AbortSignal, Map<string, Promise<OverlaidRow | null>>>();

/**
 * One rating by its global id: the row is found again where it is, then shown with what was written since. Null when it
 * is unknown or the provider cannot be asked for one row. Throws ProviderError when it does not answer.
 */
export async function ratingById(options: RatingByIdOptions): Promise<SkillRating<Integration> | null> {
  const { directory, parts } = options;
  const integration = directory.integration(options.integration);
  if (!integration || parts.length === 0) return null;
  const found = await rowOf(options);
  if (!found) return null;
  directory.learnSkills(integration.name, [found.row]);
  const employee = directory.employees.byRecord(integration.name, found.row.employeeId);
  const at = directory.skills.ofRating(integration.name, found.row);
  if (!employee || !at) return null;
  return new SkillRating({ employee, skill: at.skill, integration, scale: at.scale, ...found });
}

function rowOf({ integration, parts, readers, signal, receipt }: RatingByIdOptions): Promise<OverlaidRow | null> {
  let rows = asked.get(signal);
  if (!rows) asked.set(signal, (rows = new Map<string, Promise<OverlaidRow | null>>()));
  const key = JSON.stringify([integration, ...parts]);
  let row = rows.get(key);
  if (!row) {
    const read = readers.get(integration)?.readOne(parts, { signal, purpose: 'request', receipt });
    rows.set(key, (row = read ?? Promise.resolve(null)));
  }
  return row;
}

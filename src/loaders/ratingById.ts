import type { Directory } from '../directory/directory.ts';
import type { Integration } from '../directory/integration.ts';
import { SkillRating } from '../domain/held.ts';
import type { Receipt } from '../domain/receipt.ts';
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

/**
 * One rating by its global id: the row is found again where it is, then shown with what was written since. Null when it
 * is unknown or the provider cannot be asked for one row. Throws ProviderError when it does not answer.
 */
export async function ratingById(options: RatingByIdOptions): Promise<SkillRating<Integration> | null> {
  const { directory, readers, parts, signal, receipt } = options;
  const integration = directory.integration(options.integration);
  if (!integration || parts.length === 0) return null;
  const found = await readers.get(integration.name)?.readOne(parts, { signal, purpose: 'request', receipt });
  if (!found) return null;
  directory.learnSkills(integration.name, [found.row]);
  const employee = directory.employees.byRecord(integration.name, found.row.employeeId);
  const at = directory.skills.ofRating(integration.name, found.row);
  if (!employee || !at) return null;
  return new SkillRating({ employee, skill: at.skill, integration, scale: at.scale, ...found });
}

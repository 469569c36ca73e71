import type { Integration } from '../integrations/integration.ts';
import { SkillRating } from '../domain/employeeSkill.ts';
import { pastDeadline } from '../domain/deadline.ts';
import type { OverlaidRow } from './readers/writeOverlay.ts';
import type { RatingSources } from './skillsOfEmployee.ts';

/**
 * One rating by its integration's name and the parts of its row, as its global id carries them: the row is found again
 * where it is, then shown with what was written since. Null when it is unknown or the provider cannot be asked for one
 * row. Rejects with ProviderError when the provider does not answer in time or fails.
 */
export type RatingById = (integration: string, parts: readonly string[]) => Promise<SkillRating<Integration> | null>;

/** New for every request, which asks once for each rating, also where its query is executed again. */
export function createRatingById(options: RatingSources): RatingById {
  const { directory, readers, call } = options;
  const asked = new Map<string, Promise<OverlaidRow | null>>();
  const rowOf = (integration: Integration, parts: readonly string[]) => {
    const key = JSON.stringify([integration.name, ...parts]);
    const known = asked.get(key);
    if (known) return known;
    // Without its employee a row has no place in the graph, whatever its provider says of it.
    const { employeePart } = integration.ports.ratingByParts ?? {};
    const owner = employeePart === undefined ? undefined : parts[employeePart];
    if (owner !== undefined && !directory.employees.byRecord(integration.name, owner)) return Promise.resolve(null);
    const read = readers.get(integration.name)?.readOne(parts, call);
    const row = call.deadline.race(read ?? Promise.resolve(null), () => {
      throw pastDeadline();
    });
    asked.set(key, row);
    return row;
  };
  return async (name, parts) => {
    const integration = directory.integration(name);
    if (!integration || parts.length === 0) return null;
    const found = await rowOf(integration, parts);
    if (!found) return null;
    directory.learnSkills(name, [found.row]);
    const employee = directory.employees.byRecord(name, found.row.employeeId);
    const at = directory.skills.ofRating(name, found.row);
    if (!employee || !at) return null;
    return new SkillRating({ employee, skill: at.skill, integration, scale: at.scale, ...found });
  };
}

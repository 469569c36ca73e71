import type { Call, UnreadableRecord } from '../../../src/domain/ports.ts';
import { tellsUnread, type Json, type RowsContext } from '../../../src/outbound/payload/payload.ts';
import type { Client } from '../client.ts';
import type { RatingMapper } from '../mappers/ratings.ts';
import type { TenantSettings } from '../settings.ts';

/** What every reading port works with. */
export interface Reads {
  client: Client;
  settings: TenantSettings;
  /** One for all ports, so that the rows of a skill share its name and keys. */
  toRatings: RatingMapper;
  drift: RowsContext['drift'];
}

/** How the records of one list are read, and whose a record is that cannot be. */
export function listOf({ drift }: Reads, operation: string, call: Call, of: UnreadableRecord['of']): RowsContext {
  const idOf = of === 'skills' ? (raw: Json) => raw['taxonomySkillId'] : ownerOf;
  return { operation, path: 'items', drift, leftOut: tellsUnread(call, of, idOf) };
}

/** The id of the employee that a record is about. */
export function ownerOf(record: Json): unknown {
  return record['employeeId'];
}

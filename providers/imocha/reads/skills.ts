import type { WalkPort } from '../../../src/domain/ports.ts';
import type { SkillRow } from '../../../src/domain/records.ts';
import { pagesReader } from '../../../src/outbound/payload/payload.ts';
import { OPERATIONS } from '../client.ts';
import { toSkill } from '../mappers/mappers.ts';
import { listOf, type Reads } from './lists.ts';

export function skillsPort(reads: Reads): WalkPort<SkillRow> {
  const { client, settings } = reads;
  return {
    async *walk(call) {
      const read = pagesReader(listOf(reads, OPERATIONS.taxonomy, call, 'skills'));
      for await (const { items, total } of client.taxonomy(call)) {
        yield { rows: read(items, (raw) => toSkill(raw, settings)), total };
      }
    },
    async *changedSince(since, call) {
      const read = pagesReader(listOf(reads, OPERATIONS.taxonomy, call, 'skills'), { isAmongKnown: true });
      for await (const { items } of client.taxonomy(call, since)) {
        yield { rows: read(items, (raw) => toSkill(raw, settings)) };
      }
    },
  };
}

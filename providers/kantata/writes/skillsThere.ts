import type { Call, SkillWrite } from '../../../src/domain/ports.ts';
import { readRows } from '../../../src/outbound/payload/payload.ts';
import { SKILL_INCLUDES, type KantataClient } from '../client.ts';
import type { Envelope } from '../envelope.ts';
import { OWN_SERVICE, toSkillThere, type SkillThere } from '../mappers/mappers.ts';
import { together } from '../../../src/outbound/allOrAbort.ts';
import { IDS_PER_CALL, ROUTES } from '../raw.ts';
import { nameKey } from './skillCategories.ts';
import type { WantedSkill } from './wantedSkill.ts';
import { chunked } from '../../../src/lib/chunk.ts';

/**
 * 50 ids of 40 characters, each comma as three, stay near two kilobytes of address line; its limit is unknown
 * (kantata.md#lookup-by-ids).
 */
const REFERENCES_PER_CALL = 50;

/**
 * From so many names on it is cheaper to read all skills, at most 25 pages (kantata.md#skills), than to ask for each
 * name.
 */
const MAX_NAMES_APART = 20;

/**
 * Finds the skills that writes are about: by the caller's id in our own reference, then by the id that the directory
 * knows, then by name. A filter that is not honoured gives more rows (kantata.md#filters), of which the wanted ones are
 * taken.
 */
export async function findSkills(
  client: KantataClient,
  wanted: readonly WantedSkill[],
  call: Call,
): Promise<Map<WantedSkill, SkillThere>> {
  const found = new Map<WantedSkill, SkillThere>();
  const left = () => wanted.filter((item) => !found.has(item));
  const take = (rows: readonly SkillThere[], keyOf: (there: SkillThere) => string | null, wantedKey: KeyOfWanted) => {
    const byKey = new Map(rows.map((there) => [keyOf(there), there]));
    for (const item of left()) {
      const key = wantedKey(item.write);
      const there = key === undefined ? undefined : byKey.get(key);
      if (there) found.set(item, there);
    }
  };
  take(
    await byReference(client, wanted, call),
    ({ externalId }) => externalId,
    ({ externalId }) => externalId,
  );
  const ids = left().flatMap(({ write }) => write.existing?.remoteId ?? []);
  take(
    await byId(client, ids, call),
    ({ row }) => row.remoteId,
    ({ existing }) => existing?.remoteId,
  );
  const names = new Set(left().map(({ write }) => nameKey(write.name)));
  take(
    await byName(client, [...names], call),
    ({ row }) => nameKey(row.name ?? ''),
    ({ name }) => nameKey(name),
  );
  return found;
}

type KeyOfWanted = (write: SkillWrite) => string | undefined;

async function byReference(client: KantataClient, wanted: readonly WantedSkill[], call: Call): Promise<SkillThere[]> {
  const ids = [...new Set(wanted.map(({ write }) => write.externalId))];
  // A comma would part an id in two; such an id is asked for alone.
  const [listed, alone] = [ids.filter((id) => !id.includes(',')), ids.filter((id) => id.includes(','))];
  const lists = chunked(listed, REFERENCES_PER_CALL).map((chunk) => chunk.join(','));
  const queries = [
    ...lists.map((refs) => ({ external_reference_service_model_refs: refs })),
    ...alone.map((ref) => ({ external_reference_service_model_ref: ref })),
  ];
  return readSkills(
    client,
    queries.map((query) => ({ external_reference_service_name: OWN_SERVICE, ...query })),
    call,
  );
}

function byId(client: KantataClient, ids: readonly string[], call: Call): Promise<SkillThere[]> {
  const queries = chunked([...new Set(ids)], IDS_PER_CALL).map((chunk) => ({ only: chunk.join(',') }));
  return readSkills(client, queries, call);
}

function byName(client: KantataClient, names: readonly string[], call: Call): Promise<SkillThere[]> {
  const queries = names.length > MAX_NAMES_APART ? [{}] : names.map((name) => ({ matching: name }));
  return readSkills(client, queries, call);
}

async function readSkills(
  client: KantataClient,
  queries: readonly Record<string, string>[],
  call: Call,
): Promise<SkillThere[]> {
  const operation = 'skillsToWrite';
  const lists = await together(call, queries, async (query, shared) => {
    const request = { operation, route: ROUTES.skills, query: { ...query, include: SKILL_INCLUDES } };
    const pages = await client.readAll(request, shared, () => undefined);
    return pages.flatMap((page) => skillsOf(page, operation, client));
  });
  return lists.flat();
}

/** The skills that an answer shows. */
export function skillsOf(page: Envelope, operation: string, client: KantataClient): SkillThere[] {
  const context = { operation, path: 'skills', drift: client.drift };
  return readRows(page.records, (raw) => toSkillThere(raw, page), context);
}

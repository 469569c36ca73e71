import type { Link } from '../domain/links.ts';
import type { LinkStore } from './linkStore.ts';
import { inOrder } from './pair.ts';

interface Answer<Row> {
  rows: Row[];
}

/**
 * The part of a database that it needs. It is the tasks' database, so that only one has to be opened, locked and backed
 * up.
 */
interface Database {
  query<Row>(text: string, params?: readonly unknown[]): Promise<Answer<Row>>;
}

interface RawLink {
  kind: Link['kind'];
  verdict: Link['verdict'];
  a_integration: string;
  a_remote_id: string;
  b_integration: string;
  b_remote_id: string;
  decided_by: string;
  decided_at: string;
  note: string | null;
}

const LOAD = `
  SELECT kind, verdict, a_integration, a_remote_id, b_integration, b_remote_id, decided_by, note,
    to_char(decided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS decided_at
  FROM (
    SELECT DISTINCT ON (kind, a_integration, a_remote_id, b_integration, b_remote_id) *
    FROM gateway.record_link WHERE tenant = $1
    ORDER BY kind, a_integration, a_remote_id, b_integration, b_remote_id, decision DESC
  ) AS latest
  ORDER BY decision`;

const SAVE = `
  INSERT INTO gateway.record_link
    (tenant, kind, verdict, a_integration, a_remote_id, b_integration, b_remote_id, decided_by, decided_at, note)
  SELECT $1, link->>'kind', link->>'verdict', link->'a'->>'integration', link->'a'->>'remoteId',
    link->'b'->>'integration', link->'b'->>'remoteId', link->>'by', (link->>'at')::timestamptz, link->>'note'
  FROM jsonb_array_elements($2::jsonb) WITH ORDINALITY AS given (link, position)
  ORDER BY position`;

/** Stores decisions in Postgres, in the schema `gateway`, once migrated. Nothing is overwritten: the history stays. */
export function postgresLinkStore(database: Database): LinkStore {
  return {
    async load(tenant) {
      const { rows } = await database.query<RawLink>(LOAD, [tenant]);
      return rows.map((row) => ({
        kind: row.kind,
        verdict: row.verdict,
        a: { integration: row.a_integration, remoteId: row.a_remote_id },
        b: { integration: row.b_integration, remoteId: row.b_remote_id },
        by: row.decided_by,
        at: row.decided_at,
        note: row.note,
      }));
    },

    async save(tenant, links) {
      const paired = links.map((link) => {
        const [a, b] = inOrder(link.a, link.b);
        return { ...link, a, b };
      });
      await database.query(SAVE, [tenant, JSON.stringify(paired)]);
    },
  };
}

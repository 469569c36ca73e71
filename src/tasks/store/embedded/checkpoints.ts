/**
 * In a Postgres without background processes nothing makes checkpoints, and the log of changes (`pg_wal`) is kept until there
 * is one: 2.1 GB after 2 GB written, read in full by the next start after a kill.
 */

/** A checkpoint each 32 MB of log: some 4,000 writes of one item. It takes 10 to 20 ms, for 8 MB of buffers at most. */
const EVERY_BYTES = 32 * 2 ** 20;
/** Statements between two looks at the length of the log: a look takes about as long as a small statement. */
const LOOK_EVERY = 16;

/**
 * What of the log is kept for reuse once a checkpoint was made, and pages in it compressed: a page is logged as a whole the
 * first time that it changes after a checkpoint.
 */
export const LOG_SETTINGS = ['max_wal_size=64MB', 'min_wal_size=32MB', 'wal_compression=pglz'] as const;

interface Database {
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as PGlite has it
  query<Row>(sql: string): Promise<{ rows: Row[] }>;
}

/** Keeps the log of changes short. */
export class Checkpoints {
  readonly #database: Database;
  #statements = 0;
  /** Where the log ended at the last checkpoint; null before the first look, when the database was just opened. */
  #last: number | null = null;

  constructor(database: Database) {
    this.#database = database;
  }

  /** After a statement, outside a transaction. Rejects where the checkpoint fails. */
  async after(): Promise<void> {
    this.#statements += 1;
    if (this.#last !== null && this.#statements % LOOK_EVERY !== 0) return;
    const end = await this.#end();
    this.#last ??= end;
    if (end - this.#last < EVERY_BYTES) return;
    await this.#database.query('CHECKPOINT');
    this.#last = end;
  }

  async #end(): Promise<number> {
    const { rows } = await this.#database.query<{ bytes: number }>(
      "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 AS bytes",
    );
    return rows[0]?.bytes ?? 0;
  }
}

import { closeSync, openSync, writeSync } from 'node:fs';
import type { Audit } from '../domain/audit.ts';
import type { Log } from '../lib/log.ts';
import { loggedClient } from '../lib/clientLabel.ts';

/** An audit that goes to the log, and to a file of its own where there is one. */
export interface AuditLog extends Audit {
  close(): void;
}

/**
 * Writes each entry as one line: to the log at info, whatever else it is told, and appended to the file. The file is written before the
 * caller goes on, one call a line, so that a line is whole where several processes share it, and none is lost with the
 * process. Throws when the file cannot be opened.
 */
export function createAuditLog(log: Pick<Log, 'info' | 'error'>, path: string | null): AuditLog {
  // Those who read logs need not read who did what.
  let file = path === null ? null : openSync(path, 'a', 0o600);
  return {
    note(entry) {
      const { client } = entry;
      const line = { audit: true, ...entry, client: client === null ? null : loggedClient(client) };
      log.info(line, 'write');
      if (file === null) return;
      try {
        writeSync(file, `${JSON.stringify(line)}\n`);
      } catch (error) {
        // The write itself is not to be undone, and the log has the line.
        log.error({ err: error, path }, 'the audit file cannot be written');
      }
    },
    close() {
      if (file !== null) closeSync(file);
      file = null;
    },
  };
}

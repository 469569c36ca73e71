import { expect, it } from 'vitest';
import { DatabaseLog } from './databaseLog.ts';

it.each([
  [
    ['2026-11-30 20:39:27.065 UTC [42] PANIC:  could not open file "global/pg_control": No such file', 'Aborted()'],
    'could not open file "global/pg_control": No such file',
  ],
  [
    [
      '2026-11-30 20:40:14.907 UTC [42] FATAL:  "/pglite/data" is not a valid data directory',
      '2026-11-30 20:40:14.907 UTC [42] DETAIL:  File "/pglite/data/PG_VERSION" does not contain valid data.',
      '2026-11-30 20:40:14.907 UTC [42] HINT:  You might need to initdb.',
    ],
    '"" is not a valid data directory: File "PG_VERSION" does not contain valid data',
  ],
  [
    ['postgres: could not access the server configuration file "/pglite/data/postgresql.conf": No such file'],
    'could not access the server configuration file "postgresql.conf": No such file',
  ],
  [['2026-11-30 20:40:14.907 UTC [42] LOG:  invalid checkpoint record', 'Aborted()'], null],
  [[], null],
])('of %j the reason is %s', (lines, reason) => {
  const log = new DatabaseLog();
  for (const line of lines) log.add(line);
  expect(log.reason()).toBe(reason);
});

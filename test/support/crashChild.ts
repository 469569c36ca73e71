/**
 * A process to be killed in the middle: an engine over a provider that writes each call to a file. Run by the crash test
 * with a data directory, the file, what the port may repeat, how many tasks to start, after how many calls the provider
 * answers no more, and after how many calls to say so.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RatingWrite, WritePort } from '../../src/domain/ports.ts';
import type { RatingRow } from '../../src/domain/records.ts';
import { openEmbeddedEngine } from '../../src/tasks/engine/embedded.ts';

const [dataDir = '', journal = '', repeat = '', count = '', mute = '', halfway = ''] = process.argv.slice(2);
let calls = 0;

const rate: WritePort<RatingWrite, RatingRow> = {
  batchSize: 1,
  repeat: repeat === 'never' ? 'never' : 'safe',
  async run(items, { sending }) {
    await sending?.announce();
    sending?.leave();
    // Appending a short line is one write: what was sent is in the file, even when the process dies right after.
    appendFileSync(journal, items.map((item) => `${item.skillId}\n`).join(''));
    calls += 1;
    if (calls === Number(halfway)) console.log('halfway');
    await (calls > Number(mute) ? new Promise(() => {}) : sleep(20));
    return items.map(() => ({ state: 'done', row: null, remoteId: null, warnings: [] }));
  },
};

const engine = await openEmbeddedEngine({
  dataDir,
  ports: () => ({ rate }),
  log: { debug: () => {}, info: () => {}, warn: () => {}, error: (object, message) => console.error(message, object) },
});

for (let index = 0; index < Number(count); index += 1) {
  const write = { employeeId: 'e1', skillId: `s${index}`, value: { kind: 'number', value: 1 }, scale: null } as const;
  const item = { index: 0, key: null, integration: 'hr', conversion: null, warnings: [] };
  const result = await engine.start({
    tenant: 'default',
    client: null,
    kind: 'RATE_SKILLS',
    items: [{ ...item, work: { operation: 'rate', write } }],
    idempotency: null,
    parentId: null,
  });
  if (result.outcome === 'started') console.log(result.task.id);
}
console.log('started');

/** A soak run's figures as Markdown. */
import type { Asked } from './soakAsking.ts';
import type { Held } from './soakVerdict.ts';

export interface SoakFigures {
  start: Held;
  middle: Held;
  end: Held;
  /** In MB. */
  rss: readonly number[];
  asked: Asked;
  watched: { eventStreams: number; webSockets: number };
  tasks: number;
  seconds: number;
  redis: boolean;
}

export function soakReport(figures: SoakFigures): string {
  const { start, middle, end, rss, asked, watched, tasks, seconds, redis } = figures;
  const row = (what: string, read: (held: Held) => string) =>
    `| ${[what, read(start), read(middle), read(end)].join(' | ')} |`;
  const total = (held: Held) => Object.values(held.resources).reduce((sum, count) => sum + count, 0);
  const sorted = asked.latencies.toSorted((a, b) => a - b);
  const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? 0;
  const resources = Object.entries(end.resources).map(([type, count]) => `${type} ${count}`);
  return [
    `${seconds.toFixed(0)} s on ${redis ? 'Redis' : 'the embedded store'}, Node ${process.version}: ` +
      `${asked.answered} answers, ${asked.cancelled} cancelled, ${asked.errors} errors, p99 ${p99.toFixed(0)} ms; ` +
      `${watched.eventStreams} event streams and ${watched.webSockets} WebSockets that vanished; ${tasks} tasks.`,
    '',
    '| after a forced collection | start | middle | end |',
    '| --- | --- | --- | --- |',
    row('heap, MB', (held) => megabytes(held.heapUsed)),
    row('outside the heap, MB', (held) => megabytes(held.external)),
    row('resident, MB', (held) => megabytes(held.rss)),
    row('open resources', (held) => String(total(held))),
    '',
    `Resident over the run: ${[0, 0.25, 0.5, 0.75, 1].map((share) => at(rss, share)).join(', ')} MB.`,
    `Open at the end: ${resources.join(', ')}.`,
    '',
  ].join('\n');
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}

function at(values: readonly number[], share: number): string {
  return (values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0).toFixed(0);
}

/** The figures as a table of medians, each beside the limit's. */
import type { Load } from './load.ts';
import { QUESTION_NAMES, type QuestionName } from './questions.ts';

/** The limit, and the gateway with nothing but the directory kept between requests, and as it runs. */
export const PROGRAMS = ['limit', 'off', 'on'] as const;
export type ProgramName = (typeof PROGRAMS)[number];

const TITLES: Record<ProgramName, string> = { limit: 'limit', off: 'gateway, CACHE=off', on: 'gateway, warm' };

export interface Measured extends Load {
  question: QuestionName;
  program: ProgramName;
  /** Milliseconds of CPU a request. */
  cpuMs: number;
}

export interface Report {
  /** Every round of every question and program. */
  measured: readonly Measured[];
  /** The same at one connection, once. */
  alone: readonly Measured[];
  memory: readonly { program: ProgramName; now: number; most: number }[];
  /** Calls to each provider, by `question program`. */
  calls: ReadonlyMap<string, string>;
  seconds: number;
  rounds: number;
  connections: number;
}

/** The report as Markdown. */
export function reportOf({ measured, alone, memory, calls, seconds, rounds, connections }: Report): string {
  const rows = QUESTION_NAMES.flatMap((question) => {
    const medianOf = (program: ProgramName, key: 'cpuMs' | 'perSecond' | 'p50' | 'p99') =>
      median(measured.flatMap((one) => (one.question === question && one.program === program ? [one[key]] : [])));
    return PROGRAMS.map((program) => [
      question,
      TITLES[program],
      medianOf(program, 'cpuMs').toPrecision(3),
      `${Math.round((100 * medianOf('limit', 'cpuMs')) / medianOf(program, 'cpuMs'))} %`,
      medianOf(program, 'perSecond').toPrecision(4),
      (medianOf(program, 'perSecond') / medianOf('limit', 'perSecond')).toFixed(2),
      `${medianOf(program, 'p50').toFixed(1)} / ${medianOf(program, 'p99').toFixed(1)}`,
      (alone.find((one) => one.question === question && one.program === program)?.p50 ?? 0).toFixed(2),
      calls.get(`${question} ${program}`) ?? '',
    ]);
  });
  return [
    `Medians of ${rounds} interleaved rounds of ${seconds} s at ${connections} connections, Node ${process.version}.`,
    '',
    table(
      [
        'question',
        'program',
        'CPU ms',
        'share of the limit by CPU',
        'requests/s',
        '× limit',
        'p50 / p99 ms',
        'p50 ms alone',
        'calls',
      ],
      rows,
    ),
    '',
    table(
      ['program', 'RSS MB at the end', 'most'],
      memory.map(({ program, now, most }) => [TITLES[program], now.toFixed(0), most.toFixed(0)]),
    ),
  ].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

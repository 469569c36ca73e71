/** The figures of writes as a table of medians, each beside the embedded store's. */
import { IN_FLIGHT, PACE_PER_SECOND } from './taskLoad.ts';
import { TASK_PROGRAMS, type TaskProgramName } from './taskPrograms.ts';

/** What is measured, in the table's order. */
const FIGURES = {
  perSecond: 'tasks/s',
  cpuMs: 'CPU ms a task',
  pacedP50: `done after, ms, p50 at ${PACE_PER_SECOND} tasks/s`,
  pacedP99: 'the same, p99',
  busyP50: `done after, ms, p50 with ${IN_FLIGHT} under way`,
  busyP99: 'the same, p99',
  itemsPerSecond: 'items/s of one task',
  itemCpuMs: 'CPU ms an item',
} as const;

export type TaskFigures = Record<keyof typeof FIGURES, number>;

export interface TaskMeasured extends TaskFigures {
  program: TaskProgramName;
}

const TITLES: Record<TaskProgramName, string> = {
  embedded: 'embedded',
  redis: 'Redis, ROLES=both',
  divided: 'Redis, serve + work',
};

/** The table as Markdown: medians of all rounds, then their ratios to the embedded store. */
export function taskReport(measured: readonly TaskMeasured[]): string {
  const others = TASK_PROGRAMS.filter((program) => program !== 'embedded');
  const rows = (Object.keys(FIGURES) as (keyof TaskFigures)[]).map((figure) => {
    const medianOf = (program: TaskProgramName) =>
      median(measured.flatMap((one) => (one.program === program ? [one[figure]] : [])));
    return [
      FIGURES[figure],
      ...TASK_PROGRAMS.map((program) => rounded(medianOf(program))),
      ...others.map((program) => (medianOf(program) / medianOf('embedded')).toFixed(2)),
    ];
  });
  const head = ['', ...TASK_PROGRAMS.map((program) => TITLES[program]), ...others.map((one) => `${TITLES[one]}, ×`)];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

function rounded(value: number): string {
  return value < 100 ? value.toPrecision(2) : value.toFixed(0);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

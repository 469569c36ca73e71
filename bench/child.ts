/** Programs under test as processes of their own, each on one core where the machine can pin them. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Whether processes can be kept to a core. */
export const CAN_PIN = spawnSync('taskset', ['-c', '0', 'true']).status === 0;

/** Kernel ticks a second in /proc: 100 on every Linux that Node runs on (USER_HZ). */
const TICKS = 100;

/** A program takes this long to start or answer at most; a gateway makes its task store in about 4 s. */
const START_MS = 60_000;

export interface Child {
  /** The line it printed when it was ready, as JSON. */
  ready: unknown;
  /** Milliseconds of CPU used since its start, all threads together. */
  cpuMs(): number;
  /** Resident memory in MB: now, and the most there was. */
  memory(): { now: number; most: number };
  /** Sends a signal, and gives the line that the program answers it with, as JSON. */
  asked(signal: NodeJS.Signals): Promise<unknown>;
  stop(): Promise<void>;
}

/** Starts a file of this folder on a core and waits until it says that it is ready. Rejects when it ends before. */
export async function startChild(file: string, core: number, environment: Record<string, string>): Promise<Child> {
  const program = [...process.execArgv, fileURLToPath(new URL(file, import.meta.url))];
  const command = CAN_PIN
    ? ['taskset', '-c', String(core), process.execPath, ...program]
    : [process.execPath, ...program];
  const [executable = '', ...rest] = command;
  // taskset becomes the program, so that its id is the program's own.
  const child = spawn(executable, rest, {
    env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { stdout } = child;
  if (!stdout) throw new Error('no output to read');
  const lines = createInterface({ input: stdout });
  const line = await nextLine(lines, child, file);
  const { pid } = child;
  return {
    ready: JSON.parse(line) as unknown,
    cpuMs: () => cpuMsOf(pid ?? 0),
    memory() {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const megabytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
      return { now: megabytes('VmRSS'), most: megabytes('VmHWM') };
    },
    async asked(signal) {
      const answer = nextLine(lines, child, file);
      child.kill(signal);
      return JSON.parse(await answer) as unknown;
    },
    async stop() {
      if (child.exitCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await exit;
      clearTimeout(force);
    },
  };
}

/** Milliseconds of CPU that a process has used since its start, all threads together. */
export function cpuMsOf(pid: number): number {
  // Fields 14 and 15 (proc(5)); the name before them may hold spaces and ends with the last parenthesis.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
}

async function nextLine(lines: Interface, child: ChildProcess, file: string): Promise<string> {
  const ended = new AbortController();
  const signal = AbortSignal.any([AbortSignal.timeout(START_MS), ended.signal]);
  const exited = once(child, 'exit', { signal }).then(() => {
    throw new Error(`${file} ended before it answered`);
  });
  // Whoever loses the race is nobody's concern.
  exited.catch(() => {});
  try {
    const [line] = (await Promise.race([once(lines, 'line', { signal }), exited])) as [string];
    return line;
  } finally {
    ended.abort();
  }
}

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { keepOutput, noteEnvironment } from './runLogs.ts';

/** One of the gateway's programs as a process of its own, run from the sources. */
export interface Program {
  /** Everything it has printed so far, both streams. */
  output(): string;
  /** Resolves with the first match of the pattern in the output; rejects when the program ends before. */
  prints(pattern: RegExp): Promise<RegExpMatchArray>;
  /** Sends a signal that does not end it. */
  send(signal: NodeJS.Signals): void;
  /** Ends it with the signal and waits until it is gone. */
  stop(signal: NodeJS.Signals): Promise<void>;
  /** Its exit code once it is gone; null where a signal ended it. */
  exited: Promise<number | null>;
}

/** What is run in place of the sources. */
export interface ProgramCommand {
  /** Node's, unless another program is to start it. */
  program?: string;
  arguments: readonly string[];
  cwd?: string;
}

/** Starts `src/<name>.ts`, or another command, with this environment alone (and PATH). */
export function startProgram(
  name: 'main' | 'simulate',
  environment: Record<string, string>,
  command: ProgramCommand = { arguments: ['--import', 'tsx', `src/${name}.ts`] },
): Program {
  const child = spawn(command.program ?? process.execPath, command.arguments, {
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // The simulators print the credentials that reach them: that is what they are started for.
  if (name === 'main') for (const stream of [child.stdout, child.stderr]) keepOutput(stream);
  noteEnvironment(environment);
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
      for (const listener of listeners) listener();
    });
  }
  return {
    output: () => output,
    prints: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = output.match(pattern);
          if (!found) return;
          listeners.delete(look);
          resolve(found);
        };
        listeners.add(look);
        child.once('exit', () => reject(new Error(`${name} ended without printing ${String(pattern)}:\n${output}`)));
        look();
      }),
    send: (signal) => void child.kill(signal),
    stop: (signal) => stopped(child, signal),
    exited: once(child, 'exit').then(([code]) => code as number | null),
  };
}

async function stopped(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** One of the gateway's programs as a process of its own, run from the sources. */
export interface Program {
  /** Everything it has printed so far, both streams. */
  output(): string;
  /** Resolves with the first match of the pattern in the output; rejects when the program ends before. */
  prints(pattern: RegExp): Promise<RegExpMatchArray>;
  /** Ends it with the signal and waits until it is gone. */
  stop(signal: NodeJS.Signals): Promise<void>;
}

/** Starts `src/<name>.ts` with this environment alone (and PATH). */
export function startProgram(name: 'main' | 'simulate', environment: Record<string, string>): Program {
  const child = spawn(process.execPath, ['--import', 'tsx', `src/${name}.ts`], {
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
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
    stop: (signal) => stopped(child, signal),
  };
}

async function stopped(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

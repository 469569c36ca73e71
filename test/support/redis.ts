import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programPath } from './debianPackage.ts';

const REDIS = {
  title: 'redis-server',
  variable: 'REDIS_SERVER_PATH',
  names: ['redis-server', 'valkey-server'],
  package: 'redis-server',
};

/** How the gateway wants its server; later arguments win. */
const SETTINGS = {
  '--bind': '127.0.0.1',
  '--appendonly': 'yes',
  '--appendfsync': 'everysec',
  '--save': '',
  '--maxmemory-policy': 'noeviction',
};

/** A real server of one's own, on loopback. */
export interface TestRedis {
  url: string;
  port: number;
  /** The server's process id. */
  pid(): number;
  /** Ends it with a signal, its data kept for `restart`; without one for good. Resolves when it is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Ends it where it still runs, and starts it on the same port and data. */
  restart(signal?: NodeJS.Signals): Promise<void>;
  /** Closes every connection to it from its side. */
  cutSockets(): Promise<void>;
}

export interface RedisSettings {
  /** More arguments, e.g. `['--appendonly', 'no']`. */
  args?: readonly string[];
  /** A free one unless given. */
  port?: number;
  /** A temporary one unless given, which `stop()` then leaves alone. */
  dir?: string;
}

/** Starts a redis-server and waits until it answers; it and its folder end with this process at the latest, however that dies. */
export async function startRedis({ args = [], port, dir }: RedisSettings = {}): Promise<TestRedis> {
  const program = await programPath(REDIS);
  const folder = dir ?? (await mkdtemp(join(tmpdir(), 'redis-')));
  const at = port ?? (await freePort());
  const guard = openGuard(dir === undefined ? folder : '');
  const settings = [...Object.entries(SETTINGS).flat(), '--dir', folder, '--port', String(at), ...args];
  const start = () => launch(program, settings, guard);
  let running = await start().catch(async (error: unknown) => {
    await guard.close();
    throw error;
  });
  return {
    url: `redis://127.0.0.1:${at}`,
    port: at,
    pid: () => running.pid,
    async stop(signal) {
      await running.end(signal ?? 'SIGKILL');
      if (signal === undefined) await guard.close();
    },
    async restart(signal = 'SIGKILL') {
      await running.end(signal);
      running = await start();
    },
    async cutSockets() {
      const socket = connect(at, '127.0.0.1').resume();
      socket.end('CLIENT KILL TYPE pubsub\r\nCLIENT KILL TYPE normal\r\nQUIT\r\n');
      await once(socket, 'close');
    },
  };
}

interface Running {
  pid: number;
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Resolves when its log says that it is ready; throws with the log when it ends before. */
async function launch(program: string, settings: readonly string[], guard: Guard): Promise<Running> {
  const child = spawn(program, settings, { stdio: ['ignore', 'pipe', 'pipe'] });
  const pid = child.pid ?? 0;
  guard.watch(pid);
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => {
      guard.watch(0);
      resolve();
    });
  });
  let log = '';
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`redis-server ended:\n${log}`)));
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        log = (log + chunk.toString('utf8')).slice(-10_000);
        if (log.includes('Ready to accept connections')) resolve();
      });
    }
  });
  return {
    pid,
    async end(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      // A process that was stopped (SIGSTOP) hears of no other signal but SIGKILL.
      child.kill('SIGCONT');
      child.kill(signal);
      await gone;
    },
  };
}

interface Guard {
  /** The process to end; 0: none. */
  watch(pid: number): void;
  /** Ends the guard, and with it the folder. */
  close(): Promise<void>;
}

/** A shell that ends the server and drops the folder when this process is gone: the pipe between them closes however it dies. */
function openGuard(folder: string): Guard {
  const script = 'while read next; do pid=$next; done; [ "$pid" != 0 ] && kill -9 "$pid"; [ -z "$0" ] || rm -rf "$0"';
  const shell = spawn('/bin/sh', ['-c', script, folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  const gone = once(shell, 'exit');
  return {
    watch: (pid) => void shell.stdin.write(`${pid}\n`),
    async close() {
      shell.stdin.end();
      await gone;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

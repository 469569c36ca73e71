/** On a machine whose only address is ::1, as containers and hosts without IPv4 have it. */
import { spawnSync } from 'node:child_process';
import { afterAll, expect, it } from 'vitest';
import { createDataDir } from './support/dataDir.ts';
import { startProgram, type Program } from './support/processes.ts';

/** A network of its own for a command, with ::1 alone; needs root and iproute2. */
const only = (command: string) => [
  '--net',
  'sh',
  '-c',
  `ip link set lo up && ip address del 127.0.0.1/8 dev lo && exec ${command}`,
];
const canIsolate = spawnSync('unshare', only('true')).status === 0;

const programs: Program[] = [];
afterAll(() => Promise.all(programs.map((program) => program.stop('SIGKILL'))));

it.runIf(canIsolate)(
  'the sandbox starts with the loopback of IPv6, and reads its simulators there',
  async () => {
    const folder = await createDataDir();
    const program = startProgram(
      'main',
      { PORT: '0', SIMULATOR_PEOPLE: '20', SIMULATOR_LIMITS: 'none', DATA_DIR: folder.path },
      { program: 'unshare', arguments: only(`${process.execPath} --import tsx src/main.ts`) },
    );
    programs.push(program);
    await program.prints(/"url":"http:\/\/\[::1\]:\d+\/graphql","graphiql":true,"msg":"listening"/);
    await program.prints(/"msg":"ready"/);
    const walks = program
      .output()
      .split('\n')
      .filter((line) => line.includes('"msg":"full sync ended"'))
      .map((line) => (JSON.parse(line) as { employees: number }).employees > 0);
    expect(walks).toEqual([true, true, true]);
    await program.stop('SIGTERM');
    await folder.remove();
  },
  60_000,
);

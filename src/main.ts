/** The program: reads the environment, starts the gateway, stops it on SIGTERM and SIGINT. */
import { existsSync, readFileSync } from 'node:fs';
import { pino } from 'pino';
import { readFlags } from './config/flags.ts';
import { logOptions } from './observability/logOptions.ts';
import { readableLine } from './observability/terminalLog.ts';
import { readVersion } from './observability/version.ts';
import { DataDirectoryError } from './tasks/store/embedded/dataDirectory.ts';
import { DirectoryLockedError } from './tasks/store/embedded/lock.ts';

/** Covers a request that a client sent on an idle connection before it heard that this process stops. */
const LINGER_MS = 1000;

/**
 * Process 1 of a container hears no signal that it does not listen for, and it is told to stop while it starts, too.
 */
const stopEarly = () => process.exit();
process.once('SIGTERM', stopEarly).once('SIGINT', stopEarly);

/**
 * Without a handler this signal, too, would end the process. What it asks for while the gateway starts is done once it
 * has.
 */
let isAsked = false;
let hangUp = () => {
  isAsked = true;
};
process.on('SIGHUP', () => hangUp());

// Before graphql is loaded: its development checks cost a third of the speed.
process.env['NODE_ENV'] ??= 'production';
const flags = readFlags(process.argv.slice(2));
if (!flags) refuse('there is a flag that is unknown: --help prints those that there are');
if (flags.version) end(`${readVersion()}\n`);
// Before the file, which does not replace what is set.
if (flags.roles !== null) process.env['ROLES'] = flags.roles;
try {
  if (existsSync('.env') && !flags.help) {
    // For the reason: loadEnvFile says ENOENT of a file that is another user's.
    readFileSync('.env');
    process.loadEnvFile('.env');
  }
} catch (error) {
  refuse(`.env cannot be read (${(error as NodeJS.ErrnoException).code})`);
}

const [{ ConfigError }, { readConfiguration }, { startGateway }, { CARDS }] = await Promise.all([
  import('./config/environment.ts'),
  import('./config/configuration.ts'),
  import('./app/gateway.ts'),
  import('./app/integrations.ts'),
]);
if (flags.help) end((await import('./config/help.ts')).helpText(readVersion(), CARDS));

try {
  const { config, tenancy, warnings } = readConfiguration(process.env, CARDS);
  const { stdout } = process;
  // JSON for whatever collects it; for people a line that they can read.
  const log = stdout.isTTY
    ? pino(logOptions(config.logLevel), {
        write: (line) => void stdout.write(readableLine(line, { color: stdout.hasColors() })),
      })
    : pino(logOptions(config.logLevel));
  for (const warning of warnings) log.warn(warning);
  const fail = (error: Error) => {
    // What whoever runs it can mend is one sentence.
    if (error instanceof DataDirectoryError || error instanceof DirectoryLockedError) log.fatal(error.message);
    else log.fatal({ err: error }, 'stopping: the gateway cannot go on');
    process.exitCode = 1;
    stop();
  };
  let gateway: Awaited<ReturnType<typeof startGateway>> | null = null;
  const stop = () => void gateway?.close().finally(() => process.exit());
  gateway = await startGateway({ config, tenancy, log, onFailure: fail, lingerMs: LINGER_MS }).catch(
    (error: unknown) => {
      if (error instanceof ConfigError) throw error;
      log.fatal({ err: error }, 'the gateway cannot start');
      process.exit(1);
    },
  );
  const { url } = gateway;
  // A data directory that cannot be had is refused while this one still starts.
  if (process.exitCode === 1) stop();
  else log.info({ version: readVersion(), url: `${url}/graphql`, graphiql: config.graphiql }, 'listening');
  gateway.ready.then(
    () => log.info({ url: `${url}/graphql` }, 'ready'),
    // Said already, where it was not the stop.
    () => {},
  );
  const reload = async () => {
    try {
      await gateway?.reload(readConfiguration(process.env, CARDS, { isReload: true }).tenancy);
    } catch (error) {
      if (error instanceof ConfigError)
        log.error({ complaints: error.complaints }, 'the configuration is refused: nothing changes');
      else log.error({ err: error }, 'the configuration could not be exchanged: nothing changes');
    }
  };
  hangUp = () => {
    // Without a file there is nothing that could have changed.
    if (config.file === null) log.warn('there is no configuration file to read anew');
    else void reload();
  };
  if (isAsked) hangUp();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.off(signal, stopEarly).once(signal, () => {
      log.info({ signal }, 'stopping');
      void gateway?.close().then(
        () => process.exit(),
        (error: unknown) => {
          log.error({ err: error }, 'stopped badly');
          process.exit(1);
        },
      );
    });
  }
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  // What a start that was given up has opened may still hold the process.
  process.exit(1);
}

/** Ends the program with what it was asked for. */
function end(answer: string): never {
  process.stdout.write(answer);
  process.exit();
}

/** Ends the program for what is wrong before the configuration can be read. */
function refuse(complaint: string): never {
  process.stderr.write(`The configuration cannot be used:\n- ${complaint}\n`);
  process.exit(1);
}

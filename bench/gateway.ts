/** The gateway as `src/main.ts` starts it, but without request rates of its own, which would be all that is measured. */
import { pino } from 'pino';
import { readConfig } from '../src/config/environment.ts';
import { startGateway } from '../src/app/gateway.ts';
import { CARDS } from '../src/app/integrations.ts';

const config = readConfig(process.env, CARDS);
// The first line of the output says that it is ready.
const log = pino({ level: config.logLevel, base: null }, pino.destination(2));
const gateway = await startGateway({ config, log, limits: { requestsPerSecond: null } });
await gateway.ready;
process.stdout.write(`${JSON.stringify({ url: `${gateway.url}/graphql` })}\n`);
process.once('SIGTERM', () => void gateway.close().finally(() => process.exit()));

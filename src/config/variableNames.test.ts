import { describe, expect, it } from 'vitest';
import { GATEWAY_VARIABLES } from './environment.ts';
import { CARDS } from '../app/integrations.ts';
import { checkVariableNames } from './variableNames.ts';

const ofProviders = CARDS.flatMap((card) => card.variables.map(({ name }) => name));
const read = [...GATEWAY_VARIABLES, ...ofProviders];

const check = (given: Record<string, string>, referred: readonly string[] = []) =>
  checkVariableNames(given, { read, ofProviders, referred: new Set(referred) });
const complaintsOf = (...names: string[]) => check(Object.fromEntries(names.map((name) => [name, 'x']))).complaints;
const warningsOf = (...names: string[]) => check(Object.fromEntries(names.map((name) => [name, 'x']))).warnings;

describe('checkVariableNames', () => {
  it.each([
    ['KANTATA_TOKN', 'KANTATA_TOKEN'],
    ['KANTTA_TOKEN', 'KANTATA_TOKEN'],
    ['KOMBO_API_KYE', 'KOMBO_API_KEY'],
    ['KOMBO_INTEGRATIONID', 'KOMBO_INTEGRATION_ID'],
    ['IMOCHA_APIKEY', 'IMOCHA_API_KEY'],
    ['imocha_api_key', 'IMOCHA_API_KEY'],
    ['GATEWAY_API_KEY', 'GATEWAY_API_KEYS'],
    ['GATEWAY_CONFG', 'GATEWAY_CONFIG'],
    ['LIMITS_COST', 'LIMIT_COST'],
    ['WEBHOOK_SECRET', 'WEBHOOK_SECRETS'],
    ['CORS_ORIGIN', 'CORS_ORIGINS'],
    ['SIMULATOR_POEPLE', 'SIMULATOR_PEOPLE'],
    ['REQUEST_DEADLINE_MAXMS', 'REQUEST_DEADLINE_MAX_MS'],
  ])('takes %s for %s', (name, meant) => {
    expect(complaintsOf(name)).toEqual([`${name} is not a variable of the gateway: did you mean ${meant}?`]);
  });

  it('lists what there is where an unknown name with a prefix of ours is near none', () => {
    expect(complaintsOf('KANTATA_PASSWORD')).toEqual([
      'KANTATA_PASSWORD is not a variable of the gateway: those that begin with KANTATA_ are KANTATA_TOKEN, ' +
        'KANTATA_BASE_URL, KANTATA_EXTERNAL_SERVICE',
    ]);
    expect(complaintsOf('SANDBOX_MODE')).toEqual(['SANDBOX_MODE is not a variable of the gateway']);
  });

  it('never shows a value', () => {
    expect(JSON.stringify(check({ KANTATA_TOKN: 'geheim', REDIS_URI: 'geheim' }))).not.toContain('geheim');
  });

  it('warns of a name that may be another program’s, unless the one that it resembles is set', () => {
    expect(warningsOf('REDIS_URI', 'DATADIR', 'ROLE', 'LOGLEVEL')).toEqual(
      ['REDIS_URI', 'DATADIR', 'ROLE', 'LOGLEVEL'].map(
        (name, index) =>
          `${name} is not a variable of the gateway: did you mean ${['REDIS_URL', 'DATA_DIR', 'ROLES', 'LOG_LEVEL'][index]}?`,
      ),
    );
    expect(warningsOf('REDIS_URI', 'REDIS_URL')).toEqual([]);
  });

  it('leaves alone what it reads, what a configuration file refers to, and what is another program’s', () => {
    const all = Object.fromEntries(read.map((name) => [name, 'x']));
    const others = ['PATH', 'HOME', 'HOSTNAME', 'NODE_ENV', 'OTEL_SERVICE_NAME', 'REDIS_PASSWORD', 'SIMULATOR_PORT'];
    for (const name of [...others, 'npm_config_cache', 'LOGNAME', 'DATABASE_URL']) all[name] = 'x';
    expect(check({ ...all, KOMBO_ACME_KEY: 'x' }, ['KOMBO_ACME_KEY'])).toEqual({ complaints: [], warnings: [] });
  });

  it('leaves alone what Kubernetes sets for a Service that is called as a prefix of ours', () => {
    const links = {
      GATEWAY_SERVICE_HOST: '10.0.0.1',
      GATEWAY_SERVICE_PORT: '80',
      GATEWAY_SERVICE_PORT_HTTP: '80',
      GATEWAY_PORT: 'tcp://10.0.0.1:80',
      GATEWAY_PORT_80_TCP: 'tcp://10.0.0.1:80',
      GATEWAY_PORT_80_TCP_ADDR: '10.0.0.1',
    };
    expect(check(links)).toEqual({ complaints: [], warnings: [] });
    expect(complaintsOf('GATEWAY_PORT')).toHaveLength(1);
  });
});

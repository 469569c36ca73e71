import { describe, expect, it } from 'vitest';
import { GATEWAY_VARIABLES } from './environment.ts';
import { CARDS } from '../app/integrations.ts';
import { readFlags } from './flags.ts';
import { helpText } from './help.ts';

const NONE = { help: false, version: false, roles: null };

describe('readFlags', () => {
  it.each([
    [[], NONE],
    [['--help'], { ...NONE, help: true }],
    [['-h'], { ...NONE, help: true }],
    [['-v', '--roles', 'work'], { ...NONE, version: true, roles: 'work' }],
    [['--roles=serve'], { ...NONE, roles: 'serve' }],
    [['--role=serve'], null],
    [['--roles'], null],
    [['help'], null],
  ])('reads %j', (args, flags) => {
    expect(readFlags(args)).toEqual(flags);
  });
});

describe('helpText', () => {
  const text = helpText('1.2.3', CARDS);
  const known = [...GATEWAY_VARIABLES, ...CARDS.flatMap(({ variables }) => variables.map(({ name }) => name))];

  it('names every variable, and none that there is not', () => {
    const named = new Set(text.match(/\b[A-Z]+(?:_[A-Z]+)+\b|\b(?:HOST|PORT|SANDBOX|ROLES|CACHE|METRICS)\b/g));
    expect([...named].filter((name) => !known.includes(name))).toEqual([]);
    expect(known.filter((name) => !text.includes(name))).toEqual([]);
  });

  it('says which credentials configure a provider, and fits on a terminal', () => {
    expect(text).toMatch(/^skills-gateway 1\.2\.3: /);
    expect(text).toMatch(/^ {2}Kombo HRIS +KOMBO_API_KEY, KOMBO_INTEGRATION_ID$/m);
    expect(text.split('\n').filter((line) => line.length > 105)).toEqual([]);
  });
});

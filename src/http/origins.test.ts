import { describe, expect, it } from 'vitest';
import { createOrigins } from './origins.ts';

const warnings: object[] = [];
const log = { warn: (fields: object, message: string) => void warnings.push({ ...fields, message }) };
const origins = (loopback: boolean, configured: string[] = []) => createOrigins({ configured, loopback, log });

const LOOPBACK = ['http://localhost:5173', 'https://localhost', 'http://127.0.0.1:3000', 'http://[::1]:8080'];
const FOREIGN = [
  'https://evil.example',
  'http://localhost.evil.example',
  'http://127.0.0.1.evil.example',
  'http://evil.example:80@localhost',
  'ftp://localhost',
  'null',
  '',
];

describe('origins of loopback', () => {
  it('pass in a sandbox on loopback, whatever their port, and no others do', () => {
    const { allows } = origins(true);
    expect(LOOPBACK.filter((origin) => !allows(origin))).toEqual([]);
    expect([...FOREIGN, undefined].filter((origin) => allows(origin))).toEqual([]);
  });

  it('pass nowhere else unless they are configured', () => {
    const { allows } = origins(false, ['http://localhost:5173']);
    expect(LOOPBACK.filter((origin) => allows(origin))).toEqual(['http://localhost:5173']);
  });
});

describe('a refusal', () => {
  it('names the origin and the variable, to the page and once in the log', () => {
    const { refusal } = origins(false);
    warnings.length = 0;
    const { status, code, message } = refusal('https://app.example');
    refusal('https://app.example');
    expect([status, code]).toEqual([403, 'CROSS_SITE_REQUEST']);
    expect(message).toBe(
      'Pages of the origin https://app.example may not ask this gateway: CORS_ORIGINS does not list it.',
    );
    expect(warnings).toEqual([
      { origin: 'https://app.example', message: 'a web page was refused: CORS_ORIGINS does not list its origin' },
    ]);
  });

  it('does not let pages fill the log', () => {
    const { refusal } = origins(false);
    warnings.length = 0;
    for (let index = 0; index < 1000; index += 1) refusal(`https://${index}.example/${'x'.repeat(10_000)}`);
    expect(warnings).toHaveLength(100);
    expect(JSON.stringify(warnings[0]).length).toBeLessThan(500);
  });
});

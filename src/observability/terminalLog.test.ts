import { pino } from 'pino';
import { expect, it } from 'vitest';
import { logOptions } from './logOptions.ts';
import { readableLine } from './terminalLog.ts';

const TIME = /^\d\d:\d\d:\d\d\.\d{3} /;

/** What the program shows of a line that it logs. */
function shown(write: (log: pino.Logger) => void, color = false): string {
  let text = '';
  write(pino(logOptions('debug'), { write: (json: string) => void (text += readableLine(json, { color })) }));
  return text;
}

it('shows time, level and message, and the fields behind them', () => {
  const text = shown((log) => log.info({ url: 'http://127.0.0.1:4000/graphql', graphiql: true }, 'listening'));
  expect(text).toMatch(TIME);
  expect(text.replace(TIME, '')).toBe('INFO  listening url=http://127.0.0.1:4000/graphql graphiql=true\n');
});

it('shows values of several words and objects as JSON', () => {
  const text = shown((log) => log.warn({ reason: 'too many', found: { kombo: 1 }, none: null }, 'refused'));
  expect(text.replace(TIME, '')).toBe('WARN  refused reason="too many" found={"kombo":1} none=null\n');
});

it('shows the stack of an error below its line', () => {
  const cause = new Error('no connection');
  const [line, below, ...more] = shown((log) =>
    log.error({ err: new Error('the store is away', { cause }), taskId: 'abc' }, 'it failed'),
  ).split('\n');
  expect(line?.replace(TIME, '')).toBe('ERROR it failed taskId=abc');
  expect(below).toBe('    Error: the store is away');
  expect(more).toContain('    Caused by Error: no connection');
});

it('lets nothing that was sent rule the terminal', () => {
  const escape = '\u001B[2J\u009B2J\r\u0007';
  const text = shown((log) => log.warn({ origin: escape, err: new Error(escape) }, escape));
  expect(text).not.toMatch(/[^\P{Cc}\n]/u);
  expect(text).toContain('\\x1b[2J');
});

it('colours levels where the terminal has colours', () => {
  expect(shown((log) => log.error('it failed'), true)).toContain('\u001B[31mERROR\u001B[39m it failed');
});

it('passes on what is no line of the log', () => {
  expect(readableLine('plain text\n', { color: false })).toBe('plain text\n');
});

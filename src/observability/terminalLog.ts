/** The log for people: what pino writes as JSON, as a line that can be read on a terminal. */
import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

const STYLES: Readonly<Record<string, Style>> = {
  fatal: 'red',
  error: 'red',
  warn: 'yellow',
  info: 'green',
  debug: 'gray',
  trace: 'gray',
};

/** The longest name of a level. */
const LEVEL_WIDTH = 5;

/** Control characters but the end of a line: what a provider said must not move the cursor or rewrite what stands above. */
const CONTROL = /[^\P{Cc}\n]/gu;

/** One line of the JSON log as `time LEVEL message name=value …`, below it the stack of its error. Others stay as they are. */
export function readableLine(json: string, { color }: { color: boolean }): string {
  const fields = parsed(json);
  if (!fields) return json;
  const { time, level, msg, err, ...others } = fields;
  const paint = (style: Style, text: string) => (color ? styleText(style, text, { validateStream: false }) : text);
  const name = plain(level);
  const { message, stack } = errorOf(err);
  const rest = Object.entries({ ...others, ...(message === undefined ? {} : { err: message }) });
  const parts = [
    paint('gray', timeOf(time)),
    paint(STYLES[name] ?? 'gray', name.toUpperCase().padEnd(LEVEL_WIDTH)),
    plain(msg),
    ...rest.map(([key, value]) => paint('gray', `${key}=`) + valueOf(value)),
  ];
  const below = stack === undefined ? '' : `\n${paint('gray', plain(stack).replaceAll(/^/gm, '    '))}`;
  return `${parts.join(' ')}${below}\n`;
}

/** Of the day, as the clock of the machine shows it. */
function timeOf(time: unknown): string {
  const date = new Date(plain(time));
  const two = (value: number) => String(value).padStart(2, '0');
  const millis = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${millis}`;
}

/** The stack, with those of the causes below it; the message of what has none. */
function errorOf(err: unknown): { message?: string; stack?: string } {
  if (typeof err !== 'object' || err === null) return {};
  const { message, stack, cause } = err as { message?: unknown; stack?: unknown; cause?: unknown };
  if (typeof stack !== 'string') return { message: plain(message) };
  const below = errorOf(cause).stack;
  return { stack: below === undefined ? stack : `${stack}\nCaused by ${below}` };
}

/** As it is where that is one word, else as JSON. */
function valueOf(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? plain(value) : plain(JSON.stringify(value));
}

function plain(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.replaceAll(CONTROL, (character) => `\\x${(character.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`);
}

function parsed(json: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** Parses JSON that people write, and reports the place of a syntax error. */

/** Says where a text stops being JSON, without quoting the text, which may be secret. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';

  constructor(text: string, { at, expected }: Fault) {
    const before = text.slice(0, at).split(/\r\n|\r|\n/);
    super(`is not valid JSON at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}: ${expected}`);
  }
}

/** As JSON.parse, for a text that may begin with a byte order mark. Throws a JsonSyntaxError. */
export function parseJson(text: string, reviver?: (key: string, value: unknown) => unknown): unknown {
  const json = text.replace(/^\uFEFF/, '');
  try {
    return JSON.parse(json, reviver) as unknown;
  } catch (error) {
    const fault = error instanceof SyntaxError ? faultIn(json) : null;
    // V8's own messages quote the text, and name the place in some cases only.
    throw fault ? new JsonSyntaxError(json, fault) : error;
  }
}

interface Fault {
  at: number;
  /** In words, e.g. `a value is expected`. */
  expected: string;
}

/** The tokens of RFC 8259, matched at `lastIndex`. */
const BLANKS = /[ \t\r\n]*/y;
const STRING = /"(?:[ !#-[\]-\u{10FFFF}]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"/uy;
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;

/** What the grammar allows next. */
type Next = 'value' | 'first value' | 'key' | 'first key' | 'separator';

/** The first syntax error; null where there is none. */
function faultIn(text: string): Fault | null {
  const open: ('{' | '[')[] = [];
  let at = 0;
  let next: Next = 'value';
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at += found[0].length;
    return found !== null;
  };
  const takeOne = (character: string): boolean => {
    if (text[at] !== character) return false;
    at += 1;
    return true;
  };
  for (;;) {
    take(BLANKS);
    const frame = open.at(-1);
    const end = frame === '{' ? '}' : ']';
    if (next === 'separator') {
      if (frame === undefined) return at < text.length ? { at, expected: 'nothing more is expected' } : null;
      if (takeOne(',')) next = frame === '{' ? 'key' : 'value';
      else if (takeOne(end)) open.pop();
      else return { at, expected: `a comma or ${end} is expected` };
    } else if (next === 'key' || next === 'first key') {
      if (next === 'first key' && takeOne('}')) {
        open.pop();
        next = 'separator';
        continue;
      }
      if (!take(STRING)) return { at, expected: `a key in double quotes${next === 'key' ? '' : ' or }'} is expected` };
      take(BLANKS);
      if (!takeOne(':')) return { at, expected: 'a colon is expected' };
      next = 'value';
    } else if (next === 'first value' && takeOne(']')) {
      open.pop();
      next = 'separator';
    } else if (takeOne('{')) {
      open.push('{');
      next = 'first key';
    } else if (takeOne('[')) {
      open.push('[');
      next = 'first value';
    } else if (take(STRING) || take(SCALAR)) next = 'separator';
    else return { at, expected: `a value${next === 'first value' ? ' or ]' : ''} is expected` };
  }
}

/** Just enough lexing of TypeScript to tell code from comments and text; TypeScript 7 has no parser to call. */

export interface Scanned {
  /** The source with comments blanked; offsets and lines are kept. */
  code: string;
  /** The same with the text of strings, templates and regular expressions blanked too. */
  bare: string;
}

/** After these a slash begins a regular expression, not a division. */
const BEFORE_REGEX =
  /(?:^|[=(,:;!&|?{}[\n+\-*%<>~^]|\b(?:return|typeof|case|in|of|do|else|void|delete|await|yield))\s*$/;

export function scan(source: string): Scanned {
  let code = '';
  let bare = '';
  /** For each open template literal the depth of braces in its present ${}. */
  const templates: number[] = [];
  let at = 0;

  const blank = (text: string) => text.replace(/[^\n]/g, ' ');
  const take = (length: number, kind: 'code' | 'text' | 'comment') => {
    const piece = source.slice(at, at + length);
    code += kind === 'comment' ? blank(piece) : piece;
    bare += kind === 'code' ? piece : blank(piece);
    at += length;
  };
  /** Takes the text of a template up to its end or its next ${. */
  const template = () => {
    const rest = source.slice(at).match(/^(?:\\[^]|\$(?!\{)|[^\\`$])*/)?.[0] ?? '';
    take(rest.length, 'text');
    if (source.startsWith('${', at)) {
      templates.push(0);
      take(2, 'code');
    } else {
      take(1, 'code');
    }
  };

  while (at < source.length) {
    const rest = source.slice(at, at + 2);
    const char = rest[0] ?? '';
    if (rest === '//') take(source.slice(at).match(/^[^\n]*/)?.[0].length ?? 2, 'comment');
    else if (rest === '/*') take(source.slice(at).match(/^\/\*[^]*?\*\//)?.[0].length ?? source.length - at, 'comment');
    else if (char === "'" || char === '"') {
      const text = source.slice(at + 1).match(/^(?:\\[^]|[^\\\n])*?(?=['"\n]|$)/)?.[0] ?? '';
      take(1, 'code');
      // A quote of the other kind is text.
      let length = text.length;
      while (at + length < source.length && source[at + length] !== char && source[at + length] !== '\n') {
        length += source[at + length] === '\\' ? 2 : 1;
      }
      take(length, 'text');
      take(1, 'code');
    } else if (char === '`') {
      take(1, 'code');
      template();
    } else if (char === '/' && BEFORE_REGEX.test(bare.slice(-30))) {
      const regex = source.slice(at).match(/^\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/)?.[0];
      take(regex?.length ?? 1, regex === undefined ? 'code' : 'text');
    } else if (templates.length > 0 && (char === '{' || char === '}')) {
      const depth = templates.at(-1) ?? 0;
      take(1, 'code');
      if (char === '{') templates[templates.length - 1] = depth + 1;
      else if (depth > 0) templates[templates.length - 1] = depth - 1;
      else {
        templates.pop();
        template();
      }
    } else {
      take(source.slice(at).match(/^[\w$ \t]+/)?.[0].length ?? 1, 'code');
    }
  }
  return { code, bare };
}

export interface Import {
  /** As written; null where it is computed and cannot be read. */
  specifier: string | null;
  line: number;
}

/** Every module that a source names: static and dynamic imports, re-exports, type imports, require, and files opened beside it. */
export function importsOf(source: string): Import[] {
  const { code, bare } = scan(source);
  const found: Import[] = [];
  const add = (index: number, specifier: string | null) => {
    found.push({ specifier, line: code.slice(0, index).split('\n').length });
  };
  // The keyword is looked for where there is code, the specifier read at the same offset where text is kept.
  const heads = /(?<![.\w$])(?:from\s*(?=['"])|import\s*(?=['"])|import\s*\(|require\s*\(|new\s+URL\s*\()/g;
  for (const head of bare.matchAll(heads)) {
    const end = head.index + head[0].length;
    const after = code.slice(end);
    const literal = after.match(/^\s*(['"`])([^'"`\n$]*)\1/);
    if (head[0].startsWith('new')) {
      if (literal && /^\s*,\s*import\.meta\.url/.test(after.slice(literal[0].length)))
        add(head.index, literal[2] ?? null);
    } else {
      add(head.index, literal?.[2] ?? null);
    }
  }
  return found;
}

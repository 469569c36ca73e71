/** One range of an `Accept` header, or one coding of an `Accept-Encoding`. */
export interface AcceptRange {
  /** In lower case: `application/json`, `text/*`, `gzip`. */
  type: string;
  /** The others by their names in lower case, quotes taken off. */
  parameters: ReadonlyMap<string, string>;
  /** 0 (not acceptable) to 1. */
  weight: number;
  /** In the header, from 0. */
  position: number;
}

/** The ranges of an `Accept` header or its kin, in their order (RFC 9110, 12.5.1). */
export function acceptRanges(header: string): AcceptRange[] {
  return split(header, ',').flatMap((range, position) => {
    const [type = '', ...rest] = split(range, ';');
    if (type === '') return [];
    const parameters = new Map(rest.map(parameterOf));
    const weight = weightOf(parameters.get('q'));
    parameters.delete('q');
    return [{ type: type.toLowerCase(), parameters, weight, position }];
  });
}

/**
 * A weight (RFC 9110, 12.4.2), read leniently: Java's own client writes `.2`. What is not a weight counts as 1, because the
 * range was named after all.
 */
function weightOf(q: string | undefined): number {
  return q !== undefined && /^(?:\d+\.?\d*|\.\d+)$/.test(q) ? Math.min(1, Number(q)) : 1;
}

/** A parameter's name and value; a quoted value means what the unquoted one does (RFC 9110, 5.6.6). */
function parameterOf(text: string): [name: string, value: string] {
  const at = text.indexOf('=');
  if (at < 0) return [text.toLowerCase(), ''];
  const value = text.slice(at + 1).trim();
  const quoted = /^"(.*)"$/s.exec(value)?.[1];
  return [text.slice(0, at).trim().toLowerCase(), quoted?.replace(/\\(.)/gs, '$1') ?? value];
}

/** Parts between separators that stand outside of quoted strings (RFC 9110, 5.6.4), trimmed. Linear, whatever the header. */
function split(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (quoted && character === '\\') at += 1;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && character === separator) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  parts.push(text.slice(start).trim());
  return parts;
}

/** A string, or a bracket or comma; numbers, words and colons are passed over. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],]/g;

/** An object or list that the walk is in. */
interface Frame {
  /** Of an object; null in a list. */
  keys: Set<string> | null;
  /** Where it is: a key, or a place in the list. */
  at: string | number;
  /** In an object: what comes is a key. */
  awaitsKey: boolean;
}

/**
 * Where an object of a JSON text has a key that stands in it already. JSON.parse takes the last one without a word, so that
 * a tenant that was copied and not renamed would take the place of the one it was copied from. The text must be JSON.
 */
export function doubledKeys(text: string): PropertyKey[][] {
  const found: PropertyKey[][] = [];
  const frames: Frame[] = [];
  for (const [token] of text.matchAll(TOKEN)) {
    const frame = frames.at(-1);
    if (token === '{') frames.push({ keys: new Set(), at: '', awaitsKey: true });
    else if (token === '[') frames.push({ keys: null, at: 0, awaitsKey: false });
    else if (token === '}' || token === ']') frames.pop();
    else if (!frame) continue;
    else if (token === ',') {
      if (typeof frame.at === 'number') frame.at += 1;
      else frame.awaitsKey = true;
    } else if (frame.keys && frame.awaitsKey) {
      frame.at = JSON.parse(token) as string;
      frame.awaitsKey = false;
      if (frame.keys.has(frame.at)) found.push(frames.map(({ at }) => at));
      frame.keys.add(frame.at);
    }
  }
  return found;
}

/** The most texts to keep; rarer ones are hardly shared. */
const MOST = 50_000;

/** Returns one string for equal texts: every answer of a provider brings its own copy of a department's name. */
export class StringPool {
  readonly #texts = new Map<string, string>();

  of<Text extends string | null>(text: Text): Text {
    if (text === null) return text;
    const known = this.#texts.get(text);
    if (known !== undefined) return known as Text;
    if (this.#texts.size < MOST) this.#texts.set(text, text);
    return text;
  }
}

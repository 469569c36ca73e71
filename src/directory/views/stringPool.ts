/** Texts kept at most; what is rarer than that is hardly shared. */
const MOST = 50_000;

/** Gives equal texts as one: every answer of a provider brings its own copy of a department's name. */
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

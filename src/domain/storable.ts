/** NUL, which Postgres cannot store in text, and lone surrogates, which have no UTF-8 form. */
const UNSTORABLE = /[\0\p{Cs}]/u;

/** Whether a text can be stored and sent on unchanged. Others come from broken or hostile clients. */
export function isStorable(text: string): boolean {
  return !UNSTORABLE.test(text);
}

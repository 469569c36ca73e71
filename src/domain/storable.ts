/** NUL, which Postgres keeps in no text, and halves of surrogate pairs, which are no Unicode and so in no UTF-8. */
const UNSTORABLE = /[\0\p{Cs}]/u;

/** Whether a text can be stored and sent on as it is. Those that cannot come from broken clients and from hostile ones. */
export function isStorable(text: string): boolean {
  return !UNSTORABLE.test(text);
}

const SECOND_MS = 1000;

/** The same question, asked at most once a second: health and metrics may be asked for by anybody, as often as they like. */
export function onceASecond<Answer>(ask: () => Promise<Answer>, now = () => performance.now()): () => Promise<Answer> {
  let last: { at: number; answer: Promise<Answer> } | null = null;
  return () => {
    if (last === null || now() - last.at >= SECOND_MS) last = { at: now(), answer: ask() };
    return last.answer;
  };
}

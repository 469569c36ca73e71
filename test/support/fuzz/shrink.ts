import type { FuzzCase } from './cases.ts';

/** Tries at most; a case that a person reads need not be the smallest. */
const TRIES = 120;

/** Drops parts of a failing case while it still fails: halves of the document's tokens first, ever smaller pieces then. */
export async function shrink(fuzzCase: FuzzCase, fails: (candidate: FuzzCase) => Promise<boolean>): Promise<FuzzCase> {
  let best = fuzzCase;
  const left = { tries: TRIES };
  const accept = async (candidate: FuzzCase): Promise<boolean> => {
    if (left.tries <= 0) return false;
    left.tries -= 1;
    if (!(await fails(candidate))) return false;
    best = candidate;
    return true;
  };
  if (Object.keys(best.headers).length > 0) {
    await accept({ ...best, headers: { 'content-type': 'application/json', accept: 'application/json' } });
  }
  for (let size = unitsOf(best).length >> 1; size >= 1 && left.tries > 0; size >>= 1) {
    for (let at = 0; at < unitsOf(best).length && left.tries > 0;) {
      const units = unitsOf(best);
      const fewer = [...units.slice(0, at), ...units.slice(at + size)].join('');
      if (!(await accept(withUnits(best, fewer)))) at += size;
    }
  }
  return best;
}

/** The document's tokens where the body holds one, else the body's. */
function unitsOf(fuzzCase: FuzzCase): string[] {
  const question = questionOf(fuzzCase);
  const text = question ? question.holder['query'] : fuzzCase.body.toString('latin1');
  return text.match(/\w+|\s+|[^\w\s]/g) ?? [];
}

function withUnits(fuzzCase: FuzzCase, text: string): FuzzCase {
  const question = questionOf(fuzzCase);
  if (!question) return { ...fuzzCase, body: Buffer.from(text, 'latin1') };
  question.holder['query'] = text;
  return { ...fuzzCase, body: Buffer.from(JSON.stringify(question.whole)) };
}

function questionOf({ body }: FuzzCase): { whole: object; holder: { query: string } } | null {
  try {
    const whole = JSON.parse(body.toString('utf8')) as { payload?: { query?: unknown }; query?: unknown };
    const holder = whole.payload ?? whole;
    return typeof holder.query === 'string' ? { whole, holder: holder as { query: string } } : null;
  } catch {
    return null;
  }
}

/** A case as it is printed: enough to send it again. */
export function shown({ transport, method, path, headers, body }: FuzzCase): string {
  const text = body.toString('utf8');
  return [
    `${transport} ${method} ${path.slice(0, 2_000)} ${JSON.stringify(headers)}`,
    text.length > 3_000 ? `${text.slice(0, 3_000)}… (${body.length} bytes)` : text,
  ].join('\n');
}

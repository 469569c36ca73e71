/** The weight of a media type under an Accept header, read anew from RFC 9110, 12.5.1; null where the header is broken. */
export function weightOf(type: string, accept: string): number | null {
  const [main] = type.split('/', 1);
  let [best, weight] = [-1, 0];
  for (const range of accept.split(',')) {
    const found = RANGE.exec(range.trim());
    if (!found) return null;
    const [, pattern = '', charset = 'utf-8', q = '1'] = found;
    const closeness = [`*/*`, `${main}/*`, type].indexOf(pattern.toLowerCase());
    if (closeness <= best || charset !== 'utf-8') continue;
    [best, weight] = [closeness, Number(q)];
  }
  return weight;
}

const RANGE = /^([\w+.*/-]+)(?:; *deferSpec=\d+)?(?:;charset="?([\w-]+)"?)?(?:;q=([\d.]+))?$/;

const RESULTS = ['application/json', 'application/graphql-response+json'];

/** What is wrong with the media type of an answer to a client that takes these; null: nothing. */
export function wrongType(type: string, accept: string | undefined): string | null {
  if (accept === undefined || accept === '') return null;
  const [sent = ''] = type.split(';', 1);
  const weight = weightOf(sent, accept);
  if (weight === null) return null;
  if (weight === 0) return `${sent} for ${accept}`;
  const better = RESULTS.find((other) => RESULTS.includes(sent) && (weightOf(other, accept) ?? 0) > weight);
  return better === undefined ? null : `${sent} for ${accept}, which prefers ${better}`;
}

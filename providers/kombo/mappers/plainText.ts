/**
 * Longest description read, in characters: beyond lies no description of a role, and nothing that should be searched.
 */
const MAX_CHARACTERS = 50_000;

/** Where contents begin that are no text. */
const HIDDEN = /<!--|<(script|style|template)\b/gi;
/** A tag; > inside a quoted attribute does not end it, and < begins another, so that reading never goes back. */
const TAG = /<(\/?)([a-z][a-z0-9-]*)(?:"[^"<]*"|'[^'<]*'|[^'"<>])*>/gi;

/** Tags that end a line of text. */
const BLOCKS: ReadonlySet<string> = new Set(
  'address article aside blockquote br div dl dt dd footer h1 h2 h3 h4 h5 h6 header hr li ol p pre section table tr ul'.split(
    ' ',
  ),
);

/** The named references that editors of HR systems write; any other is left as it stands. */
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  shy: '',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  bull: '•',
  middot: '·',
  lsquo: '‘',
  rsquo: '’',
  sbquo: '‚',
  ldquo: '“',
  rdquo: '”',
  bdquo: '„',
  laquo: '«',
  raquo: '»',
  euro: '€',
  pound: '£',
  copy: '©',
  reg: '®',
  trade: '™',
  deg: '°',
  auml: 'ä',
  ouml: 'ö',
  uuml: 'ü',
  Auml: 'Ä',
  Ouml: 'Ö',
  Uuml: 'Ü',
  szlig: 'ß',
  agrave: 'à',
  aacute: 'á',
  acirc: 'â',
  aring: 'å',
  aelig: 'æ',
  ccedil: 'ç',
  egrave: 'è',
  eacute: 'é',
  Eacute: 'É',
  ecirc: 'ê',
  euml: 'ë',
  iacute: 'í',
  icirc: 'î',
  ntilde: 'ñ',
  oacute: 'ó',
  ocirc: 'ô',
  oslash: 'ø',
  ugrave: 'ù',
  uacute: 'ú',
};

/**
 * A description that may be HTML (kombo.md#staffing-entities) as plain text: a line for each block, a dash for each
 * item of a list, nothing of scripts, styles and comments. Text without tags keeps its line breaks. Null when nothing
 * is left.
 */
export function toPlainText(html: string): string | null {
  const source = html.slice(0, MAX_CHARACTERS);
  const bare = withoutHidden(source);
  const isHtml = new RegExp(TAG.source, 'i').test(bare);
  // In HTML a line break is a space like any other.
  const text = (isHtml ? bare.replace(/\s+/g, ' ') : bare).replace(TAG, (_, slash: string, name: string) => {
    const tag = name.toLowerCase();
    if (tag === 'li' && slash === '') return '\n- ';
    return BLOCKS.has(tag) ? '\n' : '';
  });
  const lines = decoded(text)
    .split('\n')
    .map((line) => line.replace(/[^\S\n]+/g, ' ').trim())
    .filter((line) => line !== '' && line !== '-');
  return lines.length === 0 ? null : lines.join('\n');
}

/** Scripts, styles and comments end where they are closed, or with the text. */
function withoutHidden(html: string): string {
  // Of ASCII alone: other letters may change their length, and places would shift.
  const folded = html.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  let shown = '';
  let from = 0;
  for (const { index, 1: name } of html.matchAll(HIDDEN)) {
    if (index < from) continue;
    shown += html.slice(from, index);
    const end = name === undefined ? '-->' : `</${name.toLowerCase()}`;
    const closed = folded.indexOf(end, index);
    if (closed < 0) return shown;
    // The rest of a closing tag goes with it.
    const last = name === undefined ? closed + end.length - 1 : folded.indexOf('>', closed);
    if (last < 0) return shown;
    from = last + 1;
  }
  return shown + html.slice(from);
}

/** Once only: &amp;lt; is the text &lt;. */
function decoded(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi, (whole, decimal, hex, name) => {
    if (typeof name === 'string') return NAMED[name] ?? whole;
    const code = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16);
    const isCharacter = code > 0 && code <= 0x10_ff_ff && (code < 0xd8_00 || code > 0xdf_ff);
    return isCharacter ? String.fromCodePoint(code) : whole;
  });
}

/** What comments and pages cite: pages, their sections, decisions and files. Over sources given as path and text. */
import { basename, dirname, join } from 'node:path/posix';
import type { Sources } from './layers.ts';
import { scan } from './source.ts';

/** What there is to cite. */
export interface Library {
  /** The pages of the documentation by path, the README among them. */
  pages: Sources;
  /** The path of every file of the repository. */
  files: readonly string[];
}

/** A comment, or a line, with the number of its first line. */
interface Passage {
  text: string;
  line: number;
}

/** Pages of others, named beside whose they are. */
const ELSEWHERE = new Set(['PROTOCOL.md']);
const PAGE = /(?<![\w/.-])((?:[\w.-]+\/)*)([\w-]+\.md)(?:#([\w-]+))?/g;
const FILE = /(?<![\w/.*<>…-])((?:[\w-]+\/)*)([\w-]+(?:\.[\w-]+)*\.(?:ts|mjs|lua|graphql))\b/g;
const DECISIONS = /\bdecisions? (\d+(?:(?:, and |, | and )\d+)*)/gi;
const LINK = /\]\((?!https?:|mailto:)([^)#\s]*)(?:#([\w-]+))?\)/g;

/** Documents outside the repository, by the names under which comments once cited them. */
const OUTSIDE: readonly RegExp[] = [
  /\b(?:DESIGN|DEPENDENCIES|PERFORMANCE|STYLE)\b/,
  /(?<!style[ -]?|spread)\bsheets?\b(?![/-])/i,
  /\bU\d{1,2}\b/,
  /\bthe design(?: document|'s)\b|\bthe issue's? (?:of|words|text)\b|\bof the issue\b/i,
];
/** A section whose document is not named; those of RFCs and other public specifications are. */
const SECTION = /\bsections? \d|\(\d{1,2}\.\d{1,2}(?:[,;][^)]*)?\)/i;
const PUBLIC = /\bRFC \d|specification|https?:\/\//i;

/** Every citation of a page, section, decision or file that does not exist. */
export function brokenCitations(sources: Sources, { pages, files }: Library): string[] {
  const shelf = [...pages].map(([path, page]) => ({ path, sections: sectionsOf(page) }));
  const decisions = new Set([...pages].flatMap(([path, page]) => (isDecisions(path) ? decisionsOf(page) : [])));
  const names = new Set(files.flatMap((path) => [path, basename(path)]));

  const ofPage = (cited: string, folder: string, name: string, section: string | undefined): string | null => {
    if (ELSEWHERE.has(name)) return null;
    const found = shelf.filter(({ path }) => (folder === '' ? basename(path) === name : path === folder + name));
    if (found.length > 1) return `${cited}: several pages have this name`;
    if (!found[0]) return `${cited}: no such page`;
    return section === undefined || found[0].sections.has(section) ? null : `${cited}: no such section`;
  };
  const ofFile = (cited: string, path: string): string | null =>
    names.has(path) || files.some((file) => file.endsWith(`/${path}`)) ? null : `${cited}: no such file`;

  return complaints(sources, commentsOf, (passage) => {
    // Links are relative to their page, and checked as such.
    const text = passage.replaceAll(LINK, '');
    return [
      ...[...text.matchAll(PAGE)].map(([cited, folder = '', name = '', section]) =>
        ofPage(cited, folder, name, section),
      ),
      ...[...text.matchAll(FILE)].map(([cited, folder = '', name = '']) => ofFile(cited, folder + name)),
      ...[...text.matchAll(DECISIONS)]
        .flatMap(([, numbers = '']) => numbers.match(/\d+/g) ?? [])
        .map((number) => (decisions.has(Number(number)) ? null : `decision ${number}: no such decision`)),
    ];
  });
}

/** Every mention, in comments and in text, of a document outside the repository, or of a section of a document not named. */
export function outsideCitations(sources: Sources): string[] {
  const outside = (text: string) =>
    OUTSIDE.flatMap((pattern) => text.match(pattern)?.[0] ?? []).map((cited) => `${cited}: not in the repository`);
  const unnamed = (text: string) =>
    PUBLIC.test(text) ? [] : [...(text.match(SECTION) ?? [])].map((cited) => `${cited}: of which document?`);
  return [...complaints(sources, linesOf, outside), ...complaints(sources, commentsOf, unnamed)];
}

/** Every link of a page to a file or section that does not exist. */
export function brokenLinks({ pages, files }: Library): string[] {
  return [...pages].flatMap(([path, page]) =>
    [...page.matchAll(LINK)].flatMap(([, target = '', section]) => {
      const to = target === '' ? path : join(dirname(path), target).replace(/\/$/, '');
      if (!files.includes(to) && !files.some((file) => file.startsWith(`${to}/`)))
        return [`${path}: ${to}: no such file`];
      if (section === undefined || sectionsOf(pages.get(to) ?? '').has(section)) return [];
      return [`${path}: ${to}#${section}: no such section`];
    }),
  );
}

const isDecisions = (path: string) => /(?:^|\/)decisions(?:\.md$|\/)/.test(path);

/** The numbers of decisions: items of a list, or headings. */
const decisionsOf = (page: string) =>
  [...page.matchAll(/^(?:#+ (?:Decision )?)?(\d+)[.:] /gm)].map(([, n]) => Number(n));

/** The anchors of a page's headings, as GitHub makes them. */
const sectionsOf = (page: string) =>
  new Set(
    [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .trim()
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\- _]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );

const linesOf = (_path: string, source: string): Passage[] =>
  source.split('\n').map((text, index) => ({ text, line: index + 1 }));

/** The comments of a TypeScript source, those on neighbouring lines as one; of any other file its lines. */
function commentsOf(path: string, source: string): Passage[] {
  if (!/\.(?:ts|mjs)$/.test(path)) return linesOf(path, source);
  const { code } = scan(source);
  const comments: Passage[] = [];
  let at = 0;
  let open: Passage | null = null;
  for (const [index, line] of source.split('\n').entries()) {
    const kept = line.replace(/[^]/g, (char, offset: number) => (code[at + offset] === char ? ' ' : char)).trim();
    at += line.length + 1;
    const text = kept.replace(/^(?:\/\*\*?|\*\/?|\/\/)\s?|\s*\*\/$/g, '');
    if (kept === '') open = null;
    else if (open === null) comments.push((open = { text, line: index + 1 }));
    else open.text += ` ${text}`;
  }
  return comments;
}

function complaints(
  sources: Sources,
  passagesOf: (path: string, source: string) => Passage[],
  complain: (text: string) => readonly (string | null)[],
): string[] {
  return [...sources].flatMap(([path, source]) =>
    passagesOf(path, source).flatMap(({ text, line }) =>
      complain(text).flatMap((complaint) => (complaint === null ? [] : [`${path}:${line}: ${complaint}`])),
    ),
  );
}

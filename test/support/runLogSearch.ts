import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A line of a log that holds what no log may hold. */
export interface Leak {
  testFile: string;
  /** What it holds, in words. */
  kind: string;
  /** The line without it. */
  line: string;
}

/** What is secret or personal by its form, whoever made it up. */
const FORMS: readonly (readonly [kind: string, form: RegExp])[] = [
  ['JWT', /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g],
  ['Authorization header', /\b(?:Bearer|Basic) +[\w.~+/=-]{8,}/gi],
  ['webhook secret', /\bwhsec_[\w+/=-]+/g],
  ['user part of a URL', /:\/\/[^\s/"'@]+@/g],
  // Also as part of a URL.
  ['e-mail address', /[\w.!#$&'*+=?^`{|}~-]+(?:@|%40)[a-z\d-]+(?:\.[a-z\d-]+)*\.[a-z]{2,}/gi],
];

/** A shorter secret is part of ordinary words. */
const SHORTEST_SECRET = 8;

/** A line is shown up to here, as an error carries its stack. */
const LONGEST_LINE = 600;

/** What the logs in the folder hold of secrets, those that tests noted and those given, and of personal data. */
export function leaksIn(folder: string, given: Iterable<string> = []): Leak[] {
  const files = readdirSync(folder).map((name) => ({ name, content: readFileSync(join(folder, name), 'utf8') }));
  const secrets = new Set([...given].filter(isSecret));
  for (const { name, content } of files) {
    if (!name.endsWith('.secrets')) continue;
    for (const line of linesOf(content).slice(1))
      if (isSecret(JSON.parse(line))) secrets.add(JSON.parse(line) as string);
  }
  return files
    .filter(({ name }) => name.endsWith('.log'))
    .flatMap(({ content }) => {
      // One pass over the file for each secret; its lines are looked at only where something is found.
      const held = [...secrets].filter((secret) => content.includes(secret));
      const forms = FORMS.filter(([, form]) => content.search(form) >= 0);
      if (held.length + forms.length === 0) return [];
      const [testFile = '', ...lines] = linesOf(content);
      return lines.flatMap((line) => leakIn(line, held, forms).map((leak) => ({ testFile, ...leak })));
    });
}

/** The leaks in words, each test file's first ones: one fault shows in thousands of lines. */
export function describeLeaks(leaks: readonly Leak[], shown = 3): string {
  return [...new Set(leaks.map(({ testFile }) => testFile))]
    .map((file) => {
      const found = leaks.filter(({ testFile }) => testFile === file);
      const first = found.slice(0, shown).map(({ kind, line }) => `    ${kind}: ${line}`);
      return [`  ${file} (lines: ${found.length})`, ...first].join('\n');
    })
    .join('\n');
}

function leakIn(line: string, held: readonly string[], forms: typeof FORMS): Omit<Leak, 'testFile'>[] {
  const kinds = new Set<string>();
  let redacted = line;
  for (const [kind, form] of [...held.map((secret) => ['secret of a test', secret] as const), ...forms]) {
    const without = redacted.replaceAll(form, `[${kind}]`);
    if (without !== redacted) kinds.add(kind);
    redacted = without;
  }
  return kinds.size === 0 ? [] : [{ kind: [...kinds].join(', '), line: redacted.slice(0, LONGEST_LINE) }];
}

const linesOf = (content: string) => content.split('\n').filter((line) => line !== '');
const isSecret = (value: unknown) => typeof value === 'string' && value.length >= SHORTEST_SECRET;

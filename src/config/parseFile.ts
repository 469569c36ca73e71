import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import type { ProviderCard } from '../integrations/providerCard.ts';
import { JsonSyntaxError, parseJson } from '../lib/json.ts';
import { doubledKeys } from './doubledKeys.ts';
import { fileSchema } from './fileSchema.ts';
import { readableParts, type ReadableParts } from './readableParts.ts';

/** A file as far as it can be read. */
export interface ParsedFile {
  /** Null where it cannot be read at all. */
  parts: ReadableParts | null;
  /** Variables of the environment that it names, in parts of a wrong shape as well; null where it cannot be read at all. */
  variables: ReadonlySet<string> | null;
}

/** Reads a configuration file and complains of its shape. */
export function parseFile(
  path: string,
  cards: readonly ProviderCard[],
  complain: (path: string, complaint: string) => void,
): ParsedFile {
  const variables = new Set<string>();
  let content: unknown;
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
    content = parseJson(text, (key, value) => {
      if (key === 'env' && typeof value === 'string') variables.add(value);
      return value;
    });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    complain(
      'GATEWAY_CONFIG',
      error instanceof JsonSyntaxError ? `${path} ${error.message}` : `${path} cannot be read${code}`,
    );
    return { parts: null, variables: null };
  }
  for (const doubled of doubledKeys(text)) complain(pathOf(doubled), 'stands there twice');
  const result = fileSchema(cards).safeParse(content);
  if (result.success) return { parts: result.data, variables };
  for (const issue of result.error.issues) complain(pathOf(issue.path), sentenceOf(issue));
  return { parts: readableParts(content, cards), variables };
}

/** As in JSONPath: `$.tenants.acme.integrations[0].name`. */
export function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === 'number'
        ? `${text}[${key}]`
        : /^[\w$-]+$/.test(String(key))
          ? `${text}.${String(key)}`
          : `${text}[…]`,
    '$',
  );
}

function sentenceOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys')
    return `has what is not known there: ${issue.keys.map((key) => key.slice(0, 40)).join(', ')}`;
  return issue.code === 'invalid_key'
    ? 'has a name that is not 1 to 63 lower-case letters, digits and hyphens'
    : issue.message;
}

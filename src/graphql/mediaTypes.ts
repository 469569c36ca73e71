import { acceptRanges, type AcceptRange } from './acceptHeader.ts';

export const GRAPHQL_RESPONSE = 'application/graphql-response+json';
export const JSON_TYPE = 'application/json';
export const EVENT_STREAM = 'text/event-stream';
export const MULTIPART = 'multipart/mixed';

export type ResultType = typeof GRAPHQL_RESPONSE | typeof JSON_TYPE;
export type PartsType = typeof MULTIPART | typeof EVENT_STREAM;

/** The media types of the answer to one request, whatever its operation turns out to be. */
export interface AnswerTypes {
  /** Of one result. */
  single: ResultType | PartsType;
  /** Of a query's result in parts; null where the client names no type for it, or prefers the whole in one. */
  parts: PartsType | null;
  /** Of a subscription; null where the client does not take it. */
  stream: typeof EVENT_STREAM | null;
}

/** In the order of preference where the client has none: `application/json` is what clients without a type of their own expect. */
const RESULT_TYPES = [JSON_TYPE, GRAPHQL_RESPONSE] as const;
const PARTS_TYPES = [MULTIPART, EVENT_STREAM] as const;

/**
 * Negotiates the media types of an answer (RFC 9110, 12.4 and 12.5.1): the greatest weight wins; among equals the plain
 * result before one wrapped as a stream, then the type that the header names first. A pattern such as any type never asks for
 * parts. Null where the client takes none of them.
 */
export function answerTypesOf(accept: string | undefined): AnswerTypes | null {
  if (accept === undefined || accept.trim() === '') return { single: JSON_TYPE, parts: null, stream: EVENT_STREAM };
  const ranges = acceptRanges(accept).filter(takesUtf8);
  const results = best(RESULT_TYPES, ranges);
  const wrapped = best(PARTS_TYPES, ranges);
  const single = results && wrapped && wrapped.weight > results.weight ? wrapped : (results ?? wrapped);
  if (!single) return null;
  const named = best(
    PARTS_TYPES,
    ranges.filter(({ type }) => !type.includes('*')),
  );
  return {
    single: single.type,
    parts: named && named.weight >= single.weight ? named.type : null,
    stream: best([EVENT_STREAM], ranges) ? EVENT_STREAM : null,
  };
}

/** The media type of a request that was refused: one that the client takes, if there is one. */
export function errorTypeOf(accept: string | undefined): ResultType {
  return best(RESULT_TYPES, acceptRanges(accept ?? '').filter(takesUtf8))?.type ?? JSON_TYPE;
}

/** Whether a client takes `application/json`, as one without preferences does. */
export function takesPlainJson(accept: string | undefined): boolean {
  return !accept?.trim() || best([JSON_TYPE], acceptRanges(accept)) !== null;
}

/** Whether a client names HTML and does not prefer a result as JSON to it: a browser that opens the address. */
export function prefersHtml(accept: string | undefined): boolean {
  const ranges = acceptRanges(accept ?? '');
  const html = best(
    ['text/html'],
    ranges.filter(({ type }) => !type.includes('*')),
  );
  return html !== null && html.weight >= (best(RESULT_TYPES, ranges)?.weight ?? 0);
}

/** Whether a client takes a content coding (RFC 9110, 12.5.3). */
export function takesCoding(acceptEncoding: string | undefined, coding: string): boolean {
  const ranges = acceptRanges(acceptEncoding ?? '');
  const range = ranges.find(({ type }) => type === coding) ?? ranges.find(({ type }) => type === '*');
  return range !== undefined && range.weight > 0;
}

interface Choice<Type> {
  type: Type;
  weight: number;
  /** Of the range that it is taken under. */
  position: number;
}

/** The type with the greatest weight, then the one under the first range, then the first of those offered; null where none is taken. */
function best<Type extends string>(offered: readonly Type[], ranges: readonly AcceptRange[]): Choice<Type> | null {
  let found: Choice<Type> | null = null;
  for (const type of offered) {
    const { weight, position } = closest(type, ranges) ?? { weight: 0, position: 0 };
    if (weight === 0) continue;
    const better = !found || weight > found.weight || (weight === found.weight && position < found.position);
    if (better) found = { type, weight, position };
  }
  return found;
}

/** The most specific range that a type falls under: it alone says the weight. */
function closest(type: string, ranges: readonly AcceptRange[]): AcceptRange | null {
  const [main] = type.split('/', 1);
  // Java's own client writes `*` for any type.
  for (const pattern of [type, `${main}/*`, '*/*', '*']) {
    const fitting = ranges.filter((range) => range.type === pattern);
    const [first] = fitting.toSorted((a, b) => b.parameters.size - a.parameters.size || a.position - b.position);
    if (first) return first;
  }
  return null;
}

/** All answers are UTF-8. Other parameters are the client's own business. */
function takesUtf8({ parameters }: AcceptRange): boolean {
  return (parameters.get('charset') ?? 'utf-8').toLowerCase() === 'utf-8';
}

/** Whether a request body is declared as JSON; parameters such as the charset do not matter, JSON is UTF-8. */
export function isJsonBody(contentType: string | undefined): boolean {
  return contentType !== undefined && /^\s*application\/json\s*(?:;|$)/i.test(contentType);
}

import type { GraphQLSchema } from 'graphql';
import { Random } from '../../../src/simulator/random.ts';
import { damageBytes, damageText, misshapen } from './damage.ts';
import { makeQuestion, type Question } from './documents.ts';
import { extreme } from './extremes.ts';
import type { Known } from './known.ts';

/** One request as it goes over the wire, or one message of a WebSocket. */
export interface FuzzCase {
  transport: 'http' | 'ws';
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer;
  /** The client goes away in the midst of it, and hears nothing. */
  leaves?: boolean;
}

export interface CaseOptions {
  schema: GraphQLSchema;
  known: Known;
  /** Ids of persisted documents; there are others. */
  documents: readonly string[];
  seed: number;
}

const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json' };

/** What may be asked for; the last ones are nothing that GraphQL has. */
const ACCEPTS = [
  'application/json',
  'application/graphql-response+json',
  'application/graphql-response+json, application/json;q=0.9',
  '*/*',
  'multipart/mixed; deferSpec=20220824, application/json',
  'text/event-stream',
  'application/*;q=0.1',
  'application/json;q=0.2, application/graphql-response+json;q=0.9',
  'application/json;q=0, */*;q=0.1',
  'application/json;charset="utf-8"',
  'multipart/mixed;q=0, application/json',
  'multipart/mixed, application/json;q=0.5',
  'text/event-stream;q=0.5, application/json;q=0.4',
  '*/*;q=0',
  'image/png',
  'application/json;charset=latin1',
  '',
  ';;;,,,q=',
] as const;

/** Types of answers in parts. */
const PARTS = [
  'multipart/mixed',
  'multipart/mixed; deferSpec=20220824, application/json',
  'text/event-stream',
] as const;

const CONTENT_TYPES = [
  'application/json; charset=utf-8',
  'APPLICATION/JSON',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/graphql',
  'application/json/x',
  'application/jsonp',
  '',
] as const;

/** The case of this number: the same for the same seed, whatever ran before. */
export function makeCase(index: number, { schema, known, documents, seed }: CaseOptions): FuzzCase {
  const random = new Random(`${seed} ${index}`);
  if (random.chance(0.1)) return deferringCase(makeQuestion({ schema, known, random, isDeferring: true }), random);
  const made = damaged(makeQuestion({ schema, known, random }), random);
  const question = random.chance(0.04) ? byId(made, documents, random) : made;
  if (random.chance(0.1)) return socketCase(question, random);
  if (random.chance(0.08)) return queryStringCase(question, random);
  const body = bodyOf(question, random);
  return {
    transport: 'http',
    method: random.chance(0.02) ? random.pick(['PUT', 'DELETE', 'PATCH', 'OPTIONS']) : 'POST',
    path: random.chance(0.02) ? random.pick(PATHS) : '/graphql',
    headers: headersFor(random),
    body,
    ...(random.chance(0.01) ? { leaves: true } : {}),
  };
}

/** As it is, to a client that takes parts: what is wrong with parts shows in those of a document that runs. */
function deferringCase(question: Question, random: Random): FuzzCase {
  return {
    transport: 'http',
    method: 'POST',
    path: '/graphql',
    headers: { ...JSON_HEADERS, accept: random.pick(PARTS) },
    body: Buffer.from(JSON.stringify(question)),
  };
}

/** The question for a persisted document in place of its own, in one of the two ways of naming one. */
function byId(question: Question, documents: readonly string[], random: Random): Question {
  const id = random.pick(['unknown', ...documents, ...documents]);
  if (random.chance(0.5)) return { ...question, extensions: { persistedQuery: { version: 1, sha256Hash: id } } };
  return { ...question, query: random.chance(0.1) ? question.query : '', documentId: id };
}

const PATHS = [
  '/graphql?x=%',
  '/graphql/',
  '//graphql',
  '/',
  '/health/live',
  '/graphql?query=%00',
  '/%2e%2e/',
  '/graphql;a',
] as const;

function damaged(question: Question, random: Random): Question {
  if (random.chance(0.05)) return extreme(random);
  const changed = { ...question };
  if (random.chance(0.35)) changed.query = damageText(changed.query, random);
  if (random.chance(0.06)) return misshapen(changed, random);
  return changed;
}

function bodyOf(question: object, random: Random): Buffer {
  const text = JSON.stringify(question);
  if (random.chance(0.06)) return damageBytes(Buffer.from(damageText(text, random)), random);
  // Unlike JSON.stringify's, the keys of a request may come twice; parsers take the last.
  if (random.chance(0.03)) return Buffer.from(text.replace(/^\{/, `{"query":"{ __typename }","query":1,`));
  if (random.chance(0.02))
    return Buffer.from(text.replace(/"variables":\{/, '"variables":{"__proto__":{"polluted":"yes"},'));
  if (random.chance(0.02)) return Buffer.from(text.replace(/:(\d+)\b/, ':1e999'));
  return Buffer.from(text);
}

function headersFor(random: Random): Record<string, string> {
  const headers: Record<string, string> = { ...JSON_HEADERS };
  if (random.chance(0.3)) headers['accept'] = random.pick(ACCEPTS);
  if (random.chance(0.03)) headers['content-type'] = random.pick(CONTENT_TYPES);
  if (random.chance(0.02)) headers['content-encoding'] = random.pick(['gzip', 'identity', 'br, gzip']);
  if (random.chance(0.05)) {
    headers['x-request-deadline-ms'] = random.pick(['1', '50', '0', '-1', '1e3', '99999999999', ' ', 'NaN']);
  }
  if (random.chance(0.03)) headers['x-request-id'] = random.pick(['abc', 'a b', 'x'.repeat(300), '${jndi:x}']);
  if (random.chance(0.02)) headers['authorization'] = random.pick(['Bearer', 'Bearer x', 'Basic eDp5', 'Bearer a.b.c']);
  if (random.chance(0.05)) headers['x-gateway-receipt'] = random.pick(['1', '0', 'true', '']);
  if (random.chance(0.01)) headers['host'] = random.pick(['evil.example', 'localhost', '[::1]:80', '127.0.0.1:']);
  return headers;
}

/** JSON of another kind than an object, or none. */
const BROKEN = ['{', '', 'null', '[]', '1', '""', '[[[[', '{"persistedQuery":1}'] as const;

function queryStringCase(question: Question, random: Random): FuzzCase {
  const { query, documentId, variables, operationName, extensions } = question;
  const search = new URLSearchParams({
    query: (typeof query === 'string' ? query : JSON.stringify(query)).slice(0, 4_000),
    ...(documentId === undefined ? {} : { documentId }),
    ...(variables === undefined
      ? {}
      : { variables: random.chance(0.1) ? '{' : JSON.stringify(variables).slice(0, 6_000) }),
    ...(typeof operationName === 'string' ? { operationName } : {}),
    ...(extensions === undefined && !random.chance(0.3)
      ? {}
      : {
          extensions: random.chance(0.2)
            ? random.pick(BROKEN)
            : JSON.stringify(extensions ?? { cost: true }).slice(0, 4_000),
        }),
  });
  const text = search.toString();
  return {
    transport: 'http',
    method: 'GET',
    path: `/graphql?${random.chance(0.05) ? text.replaceAll('%', '%%') : text}`,
    headers: { accept: random.pick(ACCEPTS), ...(random.chance(0.7) ? { 'x-requested-with': 'fuzz' } : {}) },
    body: Buffer.alloc(0),
  };
}

function socketCase(payload: object, random: Random): FuzzCase {
  const id = random.chance(0.05)
    ? random.pick(['', 'x'.repeat(4_000), '\u0000', '__proto__'])
    : `op${random.integer(0, 1e9)}`;
  const message: Record<string, unknown> = { id, type: 'subscribe', payload };
  if (random.chance(0.04))
    message['type'] = random.pick(['complete', 'next', 'connection_init', 'ping', 'nonsense', '__proto__']);
  if (random.chance(0.02)) delete message[random.pick(['id', 'type', 'payload'])];
  const body = Buffer.from(JSON.stringify(message));
  return {
    transport: 'ws',
    method: 'WS',
    path: '/graphql',
    headers: {},
    body: random.chance(0.04) ? damageBytes(body, random) : body,
  };
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSteps } from '../lib/steps.ts';
import {
  invalidDocuments,
  persistedText,
  readPersistedDocuments,
  withPersistedQuery,
  withPersistedText,
  type PersistedDocuments,
} from './persistedDocuments.ts';

const KNOWN = '{ __typename }';
const open: PersistedDocuments = { byId: new Map([['abc', KNOWN]]), only: false };
const only: PersistedDocuments = { ...open, only: true };
const apollo = (sha256Hash: string) => ({ persistedQuery: { version: 1, sha256Hash } });

describe('documents of the file', () => {
  it('that are not valid are named, each with why', () => {
    const byId = new Map([...open.byId, ['typo', '{ peple }'], ['broken', '{']]);
    const schema = buildSchema('type Query { people: Int }');
    expect(runSteps(invalidDocuments({ byId, only: false }, schema))).toEqual([
      { id: 'typo', complaint: expect.stringContaining('"peple"') },
      { id: 'broken', complaint: expect.stringContaining('Syntax Error') },
    ]);
  });
});

describe('a request with an id', () => {
  it('whose variables are nested too deeply to be written again is refused', () => {
    const variables = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    expect(() => withPersistedText(open, `{"documentId":"abc","variables":{"v":${variables}}}`)).toThrow(
      expect.objectContaining({ status: 400, code: 'BAD_REQUEST' }),
    );
  });

  it('may have a question mark in its URL', () => {
    expect(withPersistedQuery(only, '/graphql?a=?&documentId=abc')).toContain(`query=${encodeURIComponent('{')}`);
  });
});

describe('the document that a request means', () => {
  it.each([
    ['its id', { documentId: 'abc' }],
    ['its id with the kind of hash', { documentId: 'sha256:abc' }],
    ['its hash as Apollo sends it', { extensions: apollo('abc') }],
    ['its hash and an empty text', { query: '', extensions: apollo('abc') }],
  ])('is found by %s', (_, params) => {
    expect(persistedText(open, params)).toBe(KNOWN);
    expect(persistedText(only, params)).toBe(KNOWN);
  });

  it('is its own text, unless the known ones are all', () => {
    const params = { query: '{ other }', extensions: apollo('abc') };
    expect(persistedText(open, params)).toBeNull();
    expect(() => persistedText(only, params)).toThrow(
      expect.objectContaining({ status: 403, code: 'PERSISTED_QUERY_ONLY' }),
    );
    expect(persistedText(only, { query: KNOWN, extensions: apollo('abc') })).toBe(KNOWN);
  });

  it('is refused where nobody knows the id, or there is none and only they count', () => {
    for (const documents of [open, only]) {
      expect(() => persistedText(documents, { documentId: 'def' })).toThrow(
        expect.objectContaining({ status: 400, code: 'PERSISTED_QUERY_NOT_FOUND' }),
      );
    }
    for (const params of [{}, { query: KNOWN }]) {
      expect(() => persistedText(only, params)).toThrow(expect.objectContaining({ code: 'PERSISTED_QUERY_ONLY' }));
    }
  });
});

describe('where there are no persisted documents, an id', () => {
  it.each([
    ['of Apollo', { extensions: apollo('abc') }],
    ['of Apollo with an empty text', { query: '', extensions: apollo('abc') }],
    ['of the specification', { documentId: 'abc' }],
  ])('%s is said not to be supported', (_, params) => {
    expect(() => persistedText(null, params)).toThrow(
      expect.objectContaining({
        status: 400,
        code: 'PERSISTED_QUERY_NOT_SUPPORTED',
        message: 'PersistedQueryNotSupported',
      }),
    );
  });

  it('is left to the text that comes with it', () => {
    expect(persistedText(null, { query: KNOWN, extensions: apollo('abc') })).toBeNull();
  });

  it.each([{}, { query: null }])('and a text that are both missing are no request: %j', (params) => {
    for (const documents of [null, open]) {
      expect(() => persistedText(documents, params)).toThrow(
        expect.objectContaining({ status: 400, code: 'BAD_REQUEST' }),
      );
    }
  });
});

describe('a request', () => {
  it('by POST is given the text, and keeps the rest', () => {
    const body = JSON.stringify({ documentId: 'abc', variables: { a: 1 }, extensions: { receipt: true } });
    expect(JSON.parse(withPersistedText(open, body))).toEqual({
      query: KNOWN,
      variables: { a: 1 },
      extensions: { receipt: true },
    });
  });

  it('by GET is given the text, and keeps the rest', () => {
    const url = `/graphql?variables=${encodeURIComponent('{"a":1}')}&documentId=abc`;
    const [, search] = withPersistedQuery(open, url).split('?');
    expect(Object.fromEntries(new URLSearchParams(search))).toEqual({ query: KNOWN, variables: '{"a":1}' });
  });

  it.each(['no JSON', '[]', 'null', '"text"'])('of %s is left to whoever complains of it', (body) => {
    expect(withPersistedText(only, body)).toBe(body);
  });
});

describe('a manifest', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'persisted-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const read = async (text: string) => {
    const path = join(folder, 'manifest.json');
    await writeFile(path, text);
    return readPersistedDocuments(path);
  };

  it('is an object of documents by their ids', async () => {
    expect([...(await read(JSON.stringify({ abc: KNOWN })))]).toEqual([['abc', KNOWN]]);
  });

  it.each([
    ['{\n  "a": 1,\n}', 'is not valid JSON at line 3, column 1: a key in double quotes is expected'],
    ['[]', 'must be an object'],
    ['{"abc": 1}', 'has no document under "abc"'],
    ['{"a b": "{ x }"}', 'has no document under "a b"'],
  ])('of %s is refused: it %s', async (text, complaint) => {
    await expect(read(text)).rejects.toThrow(complaint);
  });

  it('that is not there is refused with its path', async () => {
    await expect(readPersistedDocuments(join(folder, 'none'))).rejects.toThrow(
      /PERSISTED_DOCUMENTS .*none: cannot be read \(ENOENT\)/,
    );
  });
});

import { describe, expect, it } from 'vitest';
import { answerTypesOf, errorTypeOf, prefersHtml, takesCoding } from './mediaTypes.ts';

const JSON_TYPE = 'application/json';
const RESULT = 'application/graphql-response+json';
const STREAM = 'text/event-stream';
const MULTIPART = 'multipart/mixed';

describe('the media type of a single result', () => {
  it.each([
    [undefined, JSON_TYPE],
    ['', JSON_TYPE],
    ['*/*', JSON_TYPE],
    ['application/*', JSON_TYPE],
    [`${RESULT}, ${JSON_TYPE};q=0.9`, RESULT],
    // Equals: the header's own order.
    [`${JSON_TYPE}, ${RESULT}`, JSON_TYPE],
    [`${RESULT}, ${JSON_TYPE}`, RESULT],
    // Weights, whatever the order.
    [`${JSON_TYPE};q=0.5, ${RESULT};q=0.6`, RESULT],
    [`${JSON_TYPE};q=0.5, ${RESULT}`, RESULT],
    [`${RESULT};q=0.1, */*`, JSON_TYPE],
    [`${RESULT};q=0.001, ${JSON_TYPE};q=0`, RESULT],
    [`${JSON_TYPE} ; Q=0 , */*`, RESULT],
    [`*/*;q=0, ${JSON_TYPE}`, JSON_TYPE],
    // The most specific range says the weight, wherever it stands.
    [`application/*;q=0.9, ${RESULT};q=0.2`, JSON_TYPE],
    [`${JSON_TYPE};q=0, ${JSON_TYPE};charset=utf-8`, JSON_TYPE],
    // Parameters.
    [`${JSON_TYPE};charset="utf-8"`, JSON_TYPE],
    [`${RESULT};charset="UTF-8";q="0.5", ${JSON_TYPE};q=0.4`, RESULT],
    [`${JSON_TYPE};charset=latin1, ${RESULT};q=0.1`, RESULT],
    [`${RESULT};profile="a, b; q=0", ${JSON_TYPE};q=0.5`, RESULT],
    [`${RESULT};profile="a \\", ${JSON_TYPE}"`, RESULT],
    ['APPLICATION/JSON', JSON_TYPE],
    // Java's own client.
    ['text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2', JSON_TYPE],
    // Streams carry a single result where they are preferred, or all there is.
    [STREAM, STREAM],
    ['text/*', STREAM],
    [`${STREAM}, ${JSON_TYPE};q=0.5`, STREAM],
    [`${STREAM}, ${JSON_TYPE}`, JSON_TYPE],
    [`${MULTIPART};deferSpec=20220824, ${RESULT}, ${JSON_TYPE};q=0.9`, RESULT],
  ])('under %j is %s', (accept, type) => {
    expect(answerTypesOf(accept)?.single).toBe(type);
  });

  it.each([
    'image/png',
    'text/html',
    `${JSON_TYPE};q=0`,
    '*/*;q=0',
    `${JSON_TYPE};charset=latin1`,
    `application/*;q=0.0, ${STREAM};q=0.000`,
    ',',
  ])('is none under %j', (accept) => {
    expect(answerTypesOf(accept)).toBeNull();
    expect(errorTypeOf(accept)).toBe(JSON_TYPE);
  });
});

describe('the media type of parts', () => {
  it.each([
    [MULTIPART, MULTIPART],
    [`${MULTIPART};deferSpec=20220824,${RESULT},${JSON_TYPE};q=0.9`, MULTIPART],
    [`${STREAM}, ${MULTIPART}`, STREAM],
    [`${STREAM};q=0.5, ${MULTIPART}, ${JSON_TYPE};q=0.5`, MULTIPART],
    [`${STREAM}, ${MULTIPART};q=0`, STREAM],
    // A pattern names no type, and who prefers the whole gets it.
    ['*/*', null],
    ['multipart/*', null],
    [`${MULTIPART};q=0.1, ${JSON_TYPE}`, null],
    [`${MULTIPART};q=0, ${JSON_TYPE}`, null],
    [JSON_TYPE, null],
  ])('under %j is %s', (accept, type) => {
    expect(answerTypesOf(accept)?.parts).toBe(type);
  });
});

describe('the media type of a subscription', () => {
  it.each([
    [undefined, STREAM],
    ['*/*', STREAM],
    [`${JSON_TYPE}, ${STREAM};q=0.1`, STREAM],
    [`${STREAM};q=0, */*`, null],
    [JSON_TYPE, null],
    [MULTIPART, null],
  ])('under %j is %s', (accept, type) => {
    expect(answerTypesOf(accept)?.stream).toBe(type);
  });
});

describe('a page for people', () => {
  it.each([
    ['text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8', true],
    ['TEXT/HTML', true],
    ['text/html;q=0', false],
    ['text/html;q=0.1, application/json', false],
    ['application/json, application/x-text/html-not', false],
    ['*/*', false],
    [undefined, false],
  ])('is wanted under %j: %s', (accept, wanted) => {
    expect(prefersHtml(accept)).toBe(wanted);
  });
});

describe('a content coding', () => {
  it.each([
    ['gzip, deflate, br', true],
    ['GZIP;q=0.5', true],
    ['*', true],
    ['gzip;q=0, *', false],
    ['not-gzip', false],
    [undefined, false],
  ])('gzip is taken under %j: %s', (accept, taken) => {
    expect(takesCoding(accept, 'gzip')).toBe(taken);
  });
});

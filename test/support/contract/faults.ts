import type { ProblemCode } from '../../../src/domain/problem.ts';
import type { FaultShape } from '../../../src/simulator/faults.ts';

export interface FaultCase {
  name: string;
  shape: FaultShape;
  /** What a read port may make of it. */
  codes: readonly ProblemCode[];
  /** For the record of one employee it may also mean: nothing there. */
  mayMeanNone?: boolean;
  /** Whether a write under it took effect in the simulator. */
  applied: boolean;
}

const html = '<!doctype html><title>Service unavailable</title><h1>503</h1>';

/** Everything that goes wrong between here and a provider, as every port must survive it. */
export const FAULTS: readonly FaultCase[] = [
  { name: 'truncated JSON', shape: { kind: 'truncate' }, codes: ['UNREADABLE'], applied: true },
  { name: 'an empty body', shape: { kind: 'emptyBody' }, codes: ['UNREADABLE'], mayMeanNone: true, applied: true },
  { name: 'a lost answer', shape: { kind: 'answerLost' }, codes: ['UNREACHABLE'], applied: true },
  { name: 'a connection reset', shape: { kind: 'reset' }, codes: ['UNREACHABLE'], applied: false },
  { name: '401', shape: { kind: 'status', status: 401 }, codes: ['UNAUTHENTICATED'], applied: false },
  { name: '403', shape: { kind: 'status', status: 403 }, codes: ['FORBIDDEN', 'NOT_OFFERED'], applied: false },
  {
    name: '404',
    shape: { kind: 'status', status: 404 },
    codes: ['NOT_OFFERED', 'NOT_FOUND'],
    mayMeanNone: true,
    applied: false,
  },
  { name: '501', shape: { kind: 'status', status: 501 }, codes: ['NOT_OFFERED'], applied: false },
  {
    name: '429 with Retry-After',
    shape: { kind: 'status', status: 429, headers: { 'retry-after': '7' } },
    codes: ['RATE_LIMITED'],
    applied: false,
  },
  {
    name: '429 without Retry-After',
    shape: { kind: 'status', status: 429, body: 'slow down' },
    codes: ['RATE_LIMITED'],
    applied: false,
  },
  { name: '500', shape: { kind: 'status', status: 500 }, codes: ['UNAVAILABLE'], applied: false },
  {
    name: '502 as text',
    shape: { kind: 'status', status: 502, body: 'Bad Gateway' },
    codes: ['UNAVAILABLE', 'UNREACHABLE'],
    applied: false,
  },
  {
    name: '503 as HTML',
    shape: { kind: 'status', status: 503, body: html, headers: { 'content-type': 'text/html' } },
    codes: ['UNAVAILABLE'],
    applied: false,
  },
  {
    name: 'a 200 that is HTML',
    shape: { kind: 'status', status: 200, body: html, headers: { 'content-type': 'text/html' } },
    codes: ['UNREADABLE'],
    applied: false,
  },
  {
    name: 'a 200 that is another JSON',
    shape: { kind: 'status', status: 200, body: '{"hello":["world"]}' },
    codes: ['UNREADABLE'],
    applied: false,
  },
  {
    name: 'a 200 that is null',
    shape: { kind: 'status', status: 200, body: 'null' },
    codes: ['UNREADABLE'],
    mayMeanNone: true,
    applied: false,
  },
];

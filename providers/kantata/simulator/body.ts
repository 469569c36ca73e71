import type { SimRequest } from '../../../src/simulator/simulator.ts';
import { MAX_PER_BULK } from '../raw.ts';
import { Refusal, system } from './refusals.ts';

/**
 * The body of a write: JSON, or the form encoding of Rails with one level of brackets (kantata.md#wire-format). Throws
 * a 400.
 */
export function bodyOf(request: SimRequest): Record<string, unknown> {
  const contentType = request.headers['content-type'] ?? '';
  if (contentType.startsWith('application/x-www-form-urlencoded')) return formOf(request.body);
  let value: unknown;
  try {
    value = JSON.parse(request.body);
  } catch {
    throw system(400, 'The body is no JSON');
  }
  if (typeof value !== 'object' || value === null) throw system(400, 'The body is no object');
  return value as Record<string, unknown>;
}

function formOf(text: string): Record<string, unknown> {
  const body: Record<string, Record<string, string>> = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const [, object, field] = /^(\w+)\[(\w+)\]$/.exec(name) ?? [];
    if (object !== undefined && field !== undefined) (body[object] ??= {})[field] = value;
  }
  return body;
}

/**
 * The one object of a body, or the up to 200 of its bulk (kantata.md#bulk-creates). Throws the 400 or 422 of
 * kantata.md#validation.
 */
export function objectsOf(body: Record<string, unknown>, single: string, plural: string): unknown[] {
  const bulk = body[plural];
  if (Array.isArray(bulk)) {
    if (bulk.length === 0) throw tooMany('at least one is needed');
    if (bulk.length > MAX_PER_BULK) throw tooMany(`at most ${MAX_PER_BULK} at once`);
    return bulk;
  }
  const object = body[single];
  if (typeof object !== 'object' || object === null) throw system(400, `${single} is missing`);
  return [object];
}

/** 422 of type `system` (kantata.md#validation). */
function tooMany(message: string): Refusal {
  return new Refusal(422, [{ type: 'system', message }]);
}

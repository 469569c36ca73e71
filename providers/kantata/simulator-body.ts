import type { SimRequest } from '../../src/simulator/simulator.ts';
import { system } from './simulator-refusals.ts';

/** The body of a write: JSON, or the form encoding of Rails with one level of brackets (sheet 1). Throws a 400. */
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

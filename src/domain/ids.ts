/** Global ids: base64url of the JSON array [type, ...parts], at most 512 bytes. */

import { isStorable } from './storable.ts';

export const NODE_TYPES = [
  'Employee',
  'Skill',
  'SkillRating',
  'JobProfile',
  'Integration',
  'Task',
  'TaskItem',
] as const;
export type NodeType = (typeof NODE_TYPES)[number];

export interface GlobalId {
  type: NodeType;
  parts: readonly string[];
}

const MAX_BYTES = 512;

export function encodeId(type: NodeType, ...parts: readonly string[]): string {
  return Buffer.from(JSON.stringify([type, ...parts])).toString('base64url');
}

/** The parts of a global id; null for anything else. Never throws. */
export function decodeId(id: string): GlobalId | null {
  if (id.length === 0 || id.length > MAX_BYTES || !/^[A-Za-z0-9_-]+$/.test(id)) return null;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(id, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
  if (
    !Array.isArray(value) ||
    value.length < 2 ||
    !value.every((part) => typeof part === 'string' && isStorable(part) && !isDots(part))
  ) {
    return null;
  }
  const [type, ...parts] = value;
  const known = NODE_TYPES.find((name) => name === type);
  return known ? { type: known, parts } : null;
}

/** As a segment of a provider's path these would lead elsewhere, however escaped; no record has such an id. */
function isDots(part: string): boolean {
  return part === '.' || part === '..';
}

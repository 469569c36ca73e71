/** The weights of the validation channels (imocha.md#validation-weights), in every shape that it tolerates. Pure. */
import type { RatingSource } from '../../../src/domain/rating.ts';
import type { SourceWeight } from '../../../src/domain/roles.ts';
import { isObject, optionalNumber, optionalText, ShapeError, typeName } from '../../../src/outbound/payload/payload.ts';
import type { Reading } from './ratings.ts';

/** Channel names without case and punctuation, also as the score fields have them (imocha.md#validation-channels). */
const SOURCES: Readonly<Record<string, RatingSource>> = {
  self: 'SELF',
  selfrating: 'SELF',
  manager: 'MANAGER',
  managerrating: 'MANAGER',
  imocha: 'ASSESSMENT',
  imochaassessment: 'ASSESSMENT',
  assessment: 'ASSESSMENT',
  multirater: 'PEER',
  multiraterrating: 'PEER',
  peer: 'PEER',
  '360': 'PEER',
  aiinference: 'INFERRED',
  weightedaiinference: 'INFERRED',
  ai: 'INFERRED',
};

function sourceOf(name: string): RatingSource | null {
  const folded = name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replace(/(?:validation)?(?:score|weightage|weight)?$/, '');
  return SOURCES[folded] ?? null;
}

interface Entry {
  name: string | null;
  weight: unknown;
  /** An entry of a list is a channel for sure; a property of an object may be anything. */
  isChannel: boolean;
}

/**
 * A list of channels, bare or under `validationChannels`, or an object of name to number. Percent or fractions are the
 * same to those who use ratios only; a sum that is not 100 is left as it is. Disabled channels have no weight.
 */
export function toWeights(json: unknown, reading: Reading): SourceWeight[] {
  if (json === undefined || json === null) return [];
  const weights = new Map<RatingSource, number>();
  let known = 0;
  const entries = entriesOf(json);
  for (const { name, weight, isChannel } of entries) {
    const source = name === null ? null : sourceOf(name);
    const value = optionalNumber(weight);
    if (source !== null && value !== null && value >= 0) {
      known += 1;
      if (!weights.has(source)) weights.set(source, value);
    } else if (isChannel || source !== null) {
      const { operation, drift } = reading;
      if (source === null) drift({ operation, path: '*.channelName', expected: 'a known channel', found: 'another' });
      else drift({ operation, path: '*.weightage', expected: 'number', found: typeName(weight) });
    }
  }
  if (known === 0 && entries.length > 0) throw new ShapeError('validationChannels', 'weights of channels', json);
  return [...weights].map(([source, weight]) => ({ source, weight }));
}

function entriesOf(json: unknown): Entry[] {
  const inner = isObject(json) ? (json['validationChannels'] ?? json['items'] ?? json) : json;
  if (Array.isArray(inner)) {
    return inner.filter(isObject).flatMap((channel) => {
      if (channel['isEnabled'] === false) return [];
      const weight = channel['weightage'] ?? channel['weight'];
      return [{ name: optionalText(channel['channelName'] ?? channel['name']), weight, isChannel: true }];
    });
  }
  if (!isObject(inner)) throw new ShapeError('validationChannels', 'array or object', inner);
  return Object.entries(inner).map(([name, weight]) => ({ name, weight, isChannel: false }));
}

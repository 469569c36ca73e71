import { hash, Random } from '../../../src/simulator/random.ts';
import { SIMULATED } from './credentials.ts';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'.split('');
/** All pairs of letters, so that an id is a dozen look-ups: a page of ratings derives 250 of them. */
const PAIRS = LETTERS.flatMap((first) => LETTERS.map((second) => first + second));

/**
 * The vendor's id of a record, derived from the integration and the remote id as the vendor does: two models with one
 * remote id have one id (kombo.md#identifiers-and-values). Two hashes of 32 bits keep millions of rows apart.
 */
export function komboId(remoteId: string, length = 24): string {
  const one = new Random(hash(`${SIMULATED.integrationId} ${remoteId}`));
  const other = new Random(hash(`${remoteId} ${SIMULATED.integrationId}`));
  let id = '';
  while (id.length < length) {
    id += PAIRS[Math.floor(one.next() * PAIRS.length)] ?? '';
    id += PAIRS[Math.floor(other.next() * PAIRS.length)] ?? '';
  }
  return id.slice(0, length);
}

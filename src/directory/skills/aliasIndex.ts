import type { SkillRow } from '../../domain/records.ts';
import { MultiIndex } from '../views/multiIndex.ts';

type Aliased = Pick<SkillRow, 'remoteId' | 'aliases'>;

/** Remote ids of one integration's skills by alias; an alias that two records share joins nothing. */
export class AliasIndex {
  readonly #owners = new MultiIndex<string>();

  add({ remoteId, aliases }: Aliased): void {
    for (const alias of aliases) this.#owners.add(alias, remoteId);
  }

  delete({ remoteId, aliases }: Aliased): void {
    for (const alias of aliases) this.#owners.delete(alias, remoteId);
  }

  /** The only record with this alias. */
  get(alias: string): string | null {
    const [owner, ...others] = this.#owners.get(alias);
    return owner !== undefined && others.length === 0 ? owner : null;
  }
}

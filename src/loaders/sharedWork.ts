import { Receipt } from '../domain/receipt.ts';

/** Work that several requests may wait for at once: done once, and on the receipt of each of them. */
export class SharedWork<Result> {
  readonly #underWay = new Map<string, { done: Promise<Result>; receipt: Receipt }>();

  /** The result of the work under this key, begun unless it is under way. It is given the receipt for its calls. */
  async join(
    key: string,
    { integration, receipt }: { integration: string; receipt: Receipt | undefined },
    work: (receipt: Receipt) => Promise<Result>,
  ): Promise<Result> {
    const known = this.#underWay.get(key);
    const joined = known ?? this.#begin(key, work);
    receipt?.join(joined.receipt, known !== undefined);
    const arrived = receipt?.wait(integration);
    try {
      return await joined.done;
    } finally {
      arrived?.();
    }
  }

  #begin(key: string, work: (receipt: Receipt) => Promise<Result>): { done: Promise<Result>; receipt: Receipt } {
    const receipt = new Receipt();
    const done = work(receipt).finally(() => this.#underWay.delete(key));
    const begun = { done, receipt };
    this.#underWay.set(key, begun);
    return begun;
  }
}

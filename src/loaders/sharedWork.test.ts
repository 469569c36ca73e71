import { describe, expect, it } from 'vitest';
import { gate } from '../../test/support/fake-provider.ts';
import { Receipt } from '../domain/receipt.ts';
import { SharedWork } from './sharedWork.ts';

describe('SharedWork', () => {
  it('is done once for all who come meanwhile, on the receipt of each', async () => {
    const shared = new SharedWork<string>();
    const closed = gate();
    let begun = 0;
    const work = async (receipt: Receipt) => {
      begun += 1;
      receipt.call('hr')(false);
      await closed.passed;
      return `answer ${begun}`;
    };
    const [first, second] = [new Receipt(), new Receipt()];

    const answers = [first, second, undefined].map((receipt) => shared.join('a', { integration: 'hr', receipt }, work));
    closed.open();

    expect(await Promise.all(answers)).toEqual(['answer 1', 'answer 1', 'answer 1']);
    expect(first.report().total).toMatchObject({ calls: 1, sharedCalls: 0 });
    expect(second.report().total).toMatchObject({ calls: 1, sharedCalls: 1 });
    expect(await shared.join('a', { integration: 'hr', receipt: undefined }, work)).toBe('answer 2');
  });

  it('fails for all who wait, and is begun anew after', async () => {
    const shared = new SharedWork<string>();
    const fail = () => Promise.reject(new Error('away'));
    const asked = { integration: 'hr', receipt: undefined };

    const answers = await Promise.allSettled([shared.join('a', asked, fail), shared.join('a', asked, fail)]);

    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await shared.join('a', asked, () => Promise.resolve('back'))).toBe('back');
  });
});

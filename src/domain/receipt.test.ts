import { beforeEach, describe, expect, it } from 'vitest';
import { Receipt, type ReceiptLine } from './receipt.ts';

let time: number;
let receipt: Receipt;

beforeEach(() => {
  time = 1_000;
  receipt = new Receipt(() => time);
});

const line = (values: Partial<ReceiptLine>): ReceiptLine => ({
  calls: 0,
  sharedCalls: 0,
  failedCalls: 0,
  batches: 0,
  rows: 0,
  cacheHits: 0,
  milliseconds: { waited: 0, sum: 0 },
  ...values,
});

describe('Receipt', () => {
  it('is empty when nothing was asked', () => {
    expect(receipt.report()).toEqual({ integrations: {}, total: line({}) });
  });

  it('counts by integration, and in all', () => {
    receipt.batch('hr', 3);
    receipt.batch('hr', 1);
    receipt.batch('talent', 0);
    receipt.call('hr')(false);
    receipt.call('hr')(true);
    receipt.rows('hr', 7);
    receipt.rows('talent', 2);

    expect(receipt.report()).toEqual({
      integrations: {
        hr: line({ calls: 2, failedCalls: 1, batches: 2, rows: 7, cacheHits: 4 }),
        talent: line({ batches: 1, rows: 2 }),
      },
      total: line({ calls: 2, failedCalls: 1, batches: 3, rows: 9, cacheHits: 4 }),
    });
  });

  it('adds up what overlaps, and waits for it once', () => {
    const first = [receipt.wait('hr'), receipt.call('hr')];
    time += 10;
    const second = [receipt.wait('hr'), receipt.call('hr')];
    time += 20;
    for (const end of first) end(false);
    time += 5;
    for (const end of second) end(false);
    time += 1_000;
    const third = receipt.wait('hr');
    time += 2;
    third();

    expect(receipt.report().integrations['hr']?.milliseconds).toEqual({ waited: 37, sum: 55 });
  });

  it('waits for two integrations at once', () => {
    const ends = [receipt.wait('hr'), receipt.wait('talent')];
    time += 10;
    for (const end of ends) end();

    const { integrations, total } = receipt.report();
    expect([integrations['hr'], integrations['talent'], total].map((one) => one?.milliseconds.waited)).toEqual([
      10, 10, 10,
    ]);
  });

  it('counts what is still under way as far as it has come', () => {
    receipt.wait('hr');
    receipt.call('hr');
    time += 4.26;

    expect(receipt.report().integrations['hr']).toEqual(line({ calls: 1, milliseconds: { waited: 4.3, sum: 4.3 } }));
  });

  it('takes over shared work once, marked for those who did not begin it', () => {
    const work = new Receipt(() => time);
    work.call('hr')(false);
    work.rows('hr', 5);
    const other = new Receipt(() => time);
    receipt.join(work, false);
    receipt.join(work, true);
    other.batch('hr', 0);
    other.join(work, true);
    // After both have joined.
    const end = work.call('hr');
    time += 8;
    end(true);

    const milliseconds = { waited: 0, sum: 8 };
    expect(receipt.report().integrations['hr']).toEqual(line({ calls: 2, failedCalls: 1, rows: 5, milliseconds }));
    expect(other.report().total).toEqual(
      line({ calls: 2, sharedCalls: 2, failedCalls: 1, batches: 1, rows: 5, milliseconds }),
    );
  });

  it('has its own time for shared work, from when it came to it', () => {
    const work = new Receipt(() => time);
    const worked = work.wait('hr');
    time += 100;
    receipt.join(work, true);
    const waited = receipt.wait('hr');
    time += 10;
    worked();
    waited();

    expect(receipt.report().total.milliseconds.waited).toBe(10);
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { CoinAmount, Won } from '../../src/kernel/money.ts';
import { coinBalance, wonBalance } from '../../src/ledger/balance.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { type Entry, entry } from '../../src/ledger/entry.ts';
import { post, postFact, postMany, reverse } from '../../src/ledger/post.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';

const day = civilDate('2026-01-05');
let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
});

function bill(key: string, won: string, subject = 'bill_line:1'): Entry {
  return entry({ key, kind: 'opening_bill', occurredOn: day, cause: 'bill:1', memo: '' })
    .debit(CHART.receivableTax, { subject, place: 'bill:1' }, Won.of(won))
    .credit(CHART.assessed, { subject, place: 'bill:1' }, Won.of(won))
    .build();
}

describe('posting', () => {
  it('books a balanced entry and shows it in the balances', async () => {
    const posted = await test.database.work(testActor, (work) => post(work, bill('bill:a', '1200000', 'bill_line:a')));
    expect(posted.replayed).toBe(false);
    const balance = await wonBalance(test.database.read, { chart: CHART.receivableTax, subject: 'bill_line:a' });
    expect(balance.toString()).toBe('1200000');
  });

  it('answers the same key and input with the entry that exists, and refuses other input under it', async () => {
    const once = await test.database.work(testActor, (work) => post(work, bill('bill:b', '500', 'bill_line:b')));
    const again = await test.database.work(testActor, (work) => post(work, bill('bill:b', '500', 'bill_line:b')));
    expect(again).toEqual({ ...once, replayed: true });
    await expect(test.database.work(testActor, (work) => post(work, bill('bill:b', '501', 'bill_line:b')))).rejects.toMatchObject({
      code: 'LEDGER_KEY_CONFLICT',
    });
    const balance = await wonBalance(test.database.read, { chart: CHART.receivableTax, subject: 'bill_line:b' });
    expect(balance.toString()).toBe('500');
  });

  it('refuses what does not balance per asset', async () => {
    const lopsided: Entry = { ...bill('bill:c', '10'), lines: bill('bill:c', '10').lines.slice(0, 1) };
    await expect(test.database.work(testActor, (work) => post(work, lopsided))).rejects.toMatchObject({ code: 'LEDGER_UNBALANCED' });
  });

  it('refuses an overdraft and an account that the chart does not have for the asset', async () => {
    const overdraft = entry({ key: 'x:1', kind: 'reserve', occurredOn: day, cause: 'order:1', memo: '' })
      .debit(CHART.coinsOnOrder, { subject: 'holding:1', place: 'account:1' }, CoinAmount.of('BTC', '0.5'))
      .credit(CHART.coinsHeld, { subject: 'holding:1', place: 'account:1' }, CoinAmount.of('BTC', '0.5'))
      .build();
    await expect(test.database.work(testActor, (work) => post(work, overdraft))).rejects.toMatchObject({ code: 'LEDGER_OVERDRAFT' });
    const wrongAsset = entry({ key: 'x:2', kind: 'reserve', occurredOn: day, cause: 'order:1', memo: '' })
      .debit(CHART.coinsHeld, { subject: 'holding:1' }, Won.of('5'))
      .credit(CHART.undistributed, { subject: 'case:1' }, Won.of('5'))
      .build();
    await expect(test.database.work(testActor, (work) => post(work, wrongAsset))).rejects.toMatchObject({ code: 'LEDGER_UNKNOWN_ACCOUNT' });
  });

  it('books a fact that does not fit and puts what is missing to unexplained', async () => {
    const held = entry({ key: 'r:1', kind: 'receipt', occurredOn: day, cause: 'deposit:1', memo: '' })
      .debit(CHART.coinsOnOrder, { subject: 'holding:2', place: 'account:1' }, CoinAmount.of('ETH', '1'))
      .credit(CHART.dutyToOwner, { subject: 'holding:2' }, CoinAmount.of('ETH', '1'))
      .build();
    await test.database.work(testActor, (work) => post(work, held));
    const fill = entry({ key: 'f:1', kind: 'fill', occurredOn: day, cause: 'fill:1', memo: '' })
      .debit(CHART.dutyToOwner, { subject: 'holding:2' }, CoinAmount.of('ETH', '1.25'))
      .credit(CHART.coinsOnOrder, { subject: 'holding:2', place: 'account:1' }, CoinAmount.of('ETH', '1.25'))
      .build();
    const posted = await test.database.work(testActor, (work) => postFact(work, fill, 'account:1'));
    expect(posted.spilled.map((spill) => [spill.chart, spill.amount]).sort()).toEqual([
      ['1120', '-0.25'],
      ['2110', '0.25'],
    ]);
    const left = await coinBalance(test.database.read, { chart: CHART.coinsOnOrder, subject: 'holding:2' }, 'ETH');
    expect(left.isZero()).toBe(true);
  });

  it('reverses once', async () => {
    const posted = await test.database.work(testActor, (work) => post(work, bill('bill:d', '700', 'bill_line:d')));
    const reversal = { key: 'undo:d', entryId: posted.entryId, occurredOn: day, memo: '오기' };
    await test.database.work(testActor, (work) => reverse(work, reversal));
    const again = await test.database.work(testActor, (work) => reverse(work, reversal));
    expect(again.replayed).toBe(true);
    await expect(test.database.work(testActor, (work) => reverse(work, { ...reversal, key: 'undo:d2' }))).rejects.toMatchObject({
      code: 'LEDGER_REVERSED_ALREADY',
    });
  });

  it('posts many entries in one statement', async () => {
    const entries = Array.from({ length: 300 }, (_, n) => bill(`many:${n}`, String(n + 1), `bill_line:m${n}`));
    const posted = await test.database.work(testActor, (work) => postMany(work, entries));
    expect(new Set(posted.map((each) => each.entryId)).size).toBe(300);
    const again = await test.database.work(testActor, (work) => postMany(work, entries));
    expect(again.every((each) => each.replayed)).toBe(true);
  });
});

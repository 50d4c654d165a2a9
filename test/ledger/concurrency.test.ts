import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/work.ts';
import { coinBalance, wonBalance } from '../../src/ledger/balance.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { post, postMany, reverse } from '../../src/ledger/post.ts';
import { createTestDatabase, testActor } from '../support/database.ts';
import { bill, codeOf, day, posting, receipt, reserve, unreserve } from './ledger-fixture.ts';

let database: Database;

beforeAll(async () => {
  ({ database } = await createTestDatabase());
});

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

/** How often each outcome came. */
async function tally(attempts: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  const codes = await Promise.all(attempts.map(codeOf));
  return Object.fromEntries([...new Set(codes)].sort().map((code) => [code, codes.filter((each) => each === code).length]));
}

describe('postings at the same time', () => {
  it('on one account lose nothing', async () => {
    expect(await tally(numbers(30).map((n) => posting(database, bill(`sum:${n}`, String(n + 1), 'bill_line:sum'))))).toEqual({
      'nothing thrown': 30,
    });
    const balance = await wonBalance(database.read, { chart: CHART.receivableTax, subject: 'bill_line:sum' });
    expect(balance.toString()).toBe('465');
  });

  it('take no more than there is', async () => {
    await posting(database, receipt('few:0', '1', 'holding:few'));
    const outcome = await tally(numbers(20).map((n) => posting(database, reserve(`few:${n + 1}`, '0.125', 'holding:few'))));
    expect(outcome).toEqual({ LEDGER_OVERDRAFT: 12, 'nothing thrown': 8 });
    expect((await coinBalance(database.read, { chart: CHART.coinsHeld, subject: 'holding:few' }, 'BTC')).isZero()).toBe(true);
  });

  it('under one key are one entry', async () => {
    const posted = await Promise.all(
      numbers(10).map(() => database.work(testActor, (work) => post(work, bill('same', '700', 'bill_line:same')))),
    );
    expect(new Set(posted.map(({ entryId }) => entryId)).size).toBe(1);
    expect(posted.filter(({ replayed }) => !replayed)).toHaveLength(1);
    const balance = await wonBalance(database.read, { chart: CHART.receivableTax, subject: 'bill_line:same' });
    expect(balance.toString()).toBe('700');
  });

  it('under one key with other input: one is booked, the others are told so', async () => {
    const outcome = await tally(numbers(10).map((n) => posting(database, bill('contested', String(n + 1), 'bill_line:contested'))));
    expect(outcome).toEqual({ LEDGER_KEY_CONFLICT: 9, 'nothing thrown': 1 });
  });

  it('reverse one entry once', async () => {
    const { entryId } = await database.work(testActor, (work) => post(work, bill('undo', '700', 'bill_line:undo')));
    const undo = (key: string) => database.work(testActor, (work) => reverse(work, { key, entryId, occurredOn: day, memo: '' }));
    expect(await tally(numbers(8).map((n) => undo(`undo:${n}`)))).toEqual({ LEDGER_REVERSED_ALREADY: 7, 'nothing thrown': 1 });
    expect((await wonBalance(database.read, { chart: CHART.receivableTax, subject: 'bill_line:undo' })).isZero()).toBe(true);
  });

  it('that meet in opposite order all come through', async () => {
    const holdings = numbers(6).map((n) => `holding:x${n}`);
    await posting(database, ...holdings.map((subject) => receipt(`x:${subject}`, '100', subject)));
    const there = (round: number) => holdings.map((subject) => reserve(`there:${round}:${subject}`, '1', subject));
    const back = (round: number) => holdings.toReversed().map((subject) => unreserve(`back:${round}:${subject}`, '1', subject));
    await Promise.all(numbers(10).map((round) => database.work(testActor, (work) => postMany(work, there(round)))));
    const outcome = await tally(
      numbers(20).map((n) =>
        n % 2 === 0 ? database.work(testActor, (work) => postMany(work, back(n / 2))) : posting(database, ...there(100 + n)),
      ),
    );
    expect(outcome).toEqual({ 'nothing thrown': 20 });
    for (const subject of holdings) {
      expect((await coinBalance(database.read, { chart: CHART.coinsOnOrder, subject }, 'BTC')).toString()).toBe('10');
    }
  });

  it('open a new account once', async () => {
    await Promise.all(numbers(12).map((n) => posting(database, bill(`new:${n}`, '1', 'bill_line:new'))));
    expect(await database.read.ledgerAccount.count({ where: { subject: 'bill_line:new' } })).toBe(2);
  });
});

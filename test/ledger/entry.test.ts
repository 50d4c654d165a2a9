import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/work.ts';
import { CoinAmount, VenueWon, Won } from '../../src/kernel/money.ts';
import { balances, coinBalance, venueWonBalance } from '../../src/ledger/balance.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { entry } from '../../src/ledger/entry.ts';
import { post } from '../../src/ledger/post.ts';
import { createTestDatabase, testActor } from '../support/database.ts';
import { bill, codeOf, fill, head, PLACE, posting, receipt, reserve } from './ledger-fixture.ts';

let database: Database;

beforeAll(async () => {
  ({ database } = await createTestDatabase());
});

describe('the chart', () => {
  it('in the code is the chart in the database', async () => {
    const stored = await database.read.ledgerChart.findMany({ orderBy: { code: 'asc' } });
    expect(stored.map(({ code }) => code)).toEqual(Object.values(CHART).toSorted());
  });

  it('takes each asset only where it belongs', async () => {
    const [won, venueWon, coins] = [Won.of('5'), VenueWon.of('upbit', '5'), CoinAmount.of('BTC', '5')];
    const wrong = [
      [CHART.coinsHeld, CHART.dutyToOwner, won],
      [CHART.coinsHeld, CHART.dutyToOwner, venueWon],
      [CHART.venueWonHeld, CHART.proceedsAtVenue, won],
      [CHART.venueWonHeld, CHART.proceedsAtVenue, coins],
      [CHART.bankDeposit, CHART.undistributed, venueWon],
      [CHART.receivableTax, CHART.assessed, coins],
    ] as const;
    for (const [debit, credit, amount] of wrong) {
      const lines = entry(head(`wrong:${debit}:${amount.unit}`))
        .debit(debit, { subject: 's' }, amount)
        .credit(credit, { subject: 's' }, amount);
      expect(await codeOf(posting(database, lines.build()))).toBe('LEDGER_UNKNOWN_ACCOUNT');
    }
    expect(await database.read.ledgerEntry.count()).toBe(0);
  });

  it('has an account for whatever nobody can explain, in every asset', async () => {
    for (const amount of [Won.of('5'), VenueWon.of('upbit', '0.5'), CoinAmount.of('BTC', '0.1')]) {
      const lines = entry(head(`odd:${amount.unit}`))
        .debit(CHART.unexplained, { subject: '', place: 'account:8' }, amount)
        .credit(CHART.unexplained, { subject: '', place: 'account:9' }, amount);
      await posting(database, lines.build());
    }
    const odd = await balances(database.read, { chart: CHART.unexplained, place: 'account:8' });
    expect(odd.map(({ asset, balance }) => `${balance} ${asset}`)).toEqual(['0.1 BTC', '5 KRW', '0.5 KRW@upbit']);
  });
});

describe('an entry', () => {
  it('moves several assets at once, each balanced by itself', async () => {
    await posting(database, receipt('e:1', '0.5', 'holding:e'), reserve('e:2', '0.5', 'holding:e'));
    await posting(database, fill('e:3', { quantity: '0.2', proceeds: '20000000.5', fee: '10000.00025' }, 'holding:e'));
    const held = await venueWonBalance(database.read, { chart: CHART.venueWonHeld, subject: 'case:1' }, 'upbit');
    expect(held.toString()).toBe('19990000.49975');
    expect((await coinBalance(database.read, { chart: CHART.coinsOnOrder, subject: 'holding:e' }, 'BTC')).toString()).toBe('0.3');
  });

  it('that balances in sum but not per asset is refused', async () => {
    const crossed = entry(head('e:crossed'))
      .debit(CHART.coinsHeld, { subject: 'holding:x', place: PLACE }, CoinAmount.of('BTC', '1'))
      .credit(CHART.dutyToOwner, { subject: 'holding:x' }, CoinAmount.of('ETH', '1'))
      .build();
    expect(await codeOf(posting(database, crossed))).toBe('LEDGER_UNBALANCED');
    expect(await balances(database.read, { chart: CHART.coinsHeld, subject: 'holding:x' })).toEqual([]);
  });

  it('keeps coins to the last of 18 decimals, and refuses a figure the journal could only hold rounded', async () => {
    await posting(database, receipt('e:18', '0.000000000000000001', 'holding:18'));
    expect((await coinBalance(database.read, { chart: CHART.coinsHeld, subject: 'holding:18' }, 'BTC')).toString()).toBe(
      '0.000000000000000001',
    );
    const tooFine = VenueWon.of('upbit', '0.0000000000000000015');
    const rounded = () => entry(head('e:19')).debit(CHART.venueWonHeld, { subject: 'case:19', place: PLACE }, tooFine);
    expect(rounded).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  });

  it('has sides, not signs: a negative amount is refused, a zero is no line', () => {
    const negative = () => entry(head('e:n')).debit(CHART.receivableTax, { subject: 's' }, Won.of('-1'));
    expect(negative).toThrow(expect.objectContaining({ code: 'AMOUNT_NEGATIVE' }));
    const nothing = entry(head('e:0'))
      .debit(CHART.receivableTax, { subject: 's' }, Won.zero)
      .credit(CHART.assessed, { subject: 's' }, Won.zero);
    expect(nothing.buildUnlessEmpty()).toBeUndefined();
    expect(() => nothing.build()).toThrow(expect.objectContaining({ code: 'LEDGER_UNBALANCED' }));
  });

  it('without lines is refused by the database too', async () => {
    expect(await codeOf(posting(database, { ...head('e:empty'), lines: [] }))).toBe('LEDGER_UNBALANCED');
    expect(await database.read.ledgerEntry.count({ where: { idempotencyKey: 'e:empty' } })).toBe(0);
  });

  it('belongs to the unit of work: undone with it, key and all', async () => {
    const lost = database.work(testActor, async (work) => {
      await post(work, bill('e:lost', '100', 'bill_line:lost'));
      throw new Error('the rest failed');
    });
    await expect(lost).rejects.toThrow('the rest failed');
    expect(await balances(database.read, { chart: CHART.receivableTax, subject: 'bill_line:lost' })).toEqual([]);
    await posting(database, bill('e:lost', '250', 'bill_line:lost'));
    expect(
      (await balances(database.read, { chart: CHART.receivableTax, subject: 'bill_line:lost' })).map(({ balance }) => balance),
    ).toEqual(['250']);
  });
});

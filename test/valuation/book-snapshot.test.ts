import { describe, expect, it, onTestFinished } from 'vitest';
import { createUpbitAdapter } from '../../src/exchange/upbit/adapter.ts';
import { DrivenClock } from '../../src/kernel/clock.ts';
import { CoinAmount } from '../../src/kernel/money.ts';
import { startPaperExchange } from '../../src/paper-exchange/server.ts';
import { readBookSnapshots } from '../../src/valuation/book-snapshot.ts';
import { valueAgainstBook } from '../../src/valuation/book-value.ts';
import { TEST_START } from '../support/database.ts';

describe('a snapshot of a market', () => {
  it('holds the book and the terms of every asset that has one, and no others', async () => {
    const clock = new DrivenClock(TEST_START);
    const exchange = await startPaperExchange({ clock });
    onTestFinished(() => exchange.stop());
    const [accessKey, secretKey] = ['access-key-of-the-sample-city', 'secret-key-of-the-sample-city'];
    await exchange.operator.openCorporateAccount({ accountId: 'city-001', accessKey, secretKey });
    const port = createUpbitAdapter({ baseUrl: exchange.url, accessKey, secretKey, clock, timeoutMs: 10_000 });
    const snapshots = await readBookSnapshots(port, ['BTC', 'NOSUCHCOIN', 'BTC'], clock);
    expect([...snapshots.keys()]).toEqual(['BTC']);
    const btc = snapshots.get('BTC');
    if (btc === undefined) throw new Error('BTC has a market.');
    expect(btc).toMatchObject({ venue: 'upbit', symbol: 'KRW-BTC', takenAt: TEST_START });
    expect(btc.minimumOrder.isPositive()).toBe(true);
    expect(btc.bids.length).toBeGreaterThan(1);
    for (const [index, bid] of btc.bids.entries()) {
      expect(bid.quantity.isPositive()).toBe(true);
      const next = btc.bids[index + 1];
      if (next !== undefined) expect(next.price.isLessThan(bid.price)).toBe(true);
    }
    const all = CoinAmount.sum(
      'BTC',
      btc.bids.map(({ quantity }) => quantity),
    );
    expect(valueAgainstBook(all, btc).depthCovers).toBe(true);
    expect(valueAgainstBook(all.plus(CoinAmount.of('BTC', '0.00000001')), btc).depthCovers).toBe(false);
  });
});

import { expect, expectTypeOf, test } from 'vitest';
import { coinMatchEntry } from '../../src/custody/deposit-entry.ts';
import { requestCoinTransfer } from '../../src/custody/return.ts';
import type { Work } from '../../src/database/work.ts';
import type { ExchangePort, SellOrder } from '../../src/exchange/port.ts';
import { CoinAmount, Price, VenueWon, Won } from '../../src/kernel/money.ts';

/*
 * Won where coins are due, and coins where won is due, do not compile; these calls are never made. Two coins are told apart when they
 * meet, by their asset.
 */

const won = Won.of('1000');
const venueWon = VenueWon.of('upbit', '1000');
const coins = CoinAmount.of('ETH', '1');

test('won is refused where coins are due, before anything runs', () => {
  const order = { identifier: 'x', symbol: 'KRW-ETH', limitPrice: Price.of('ETH', '1'), timeInForce: 'post_only' } as const;
  const refused = [
    // @ts-expect-error won is not what goes back in kind
    (work: Work) => requestCoinTransfer(work, { holdingId: 1, quantity: won, reason: '', expiresAt: work.at }),
    // @ts-expect-error nor is won at a venue
    (work: Work) => requestCoinTransfer(work, { holdingId: 1, quantity: venueWon, reason: '', expiresAt: work.at }),
    // @ts-expect-error nor a figure without its unit
    (work: Work) => requestCoinTransfer(work, { holdingId: 1, quantity: '1000', reason: '', expiresAt: work.at }),
    // @ts-expect-error an order is for coins
    (port: ExchangePort) => port.sell({ ...order, quantity: won }),
    // @ts-expect-error and its price is no amount
    (port: ExchangePort) => port.sell({ ...order, quantity: coins, limitPrice: won }),
    (reference: Parameters<typeof coinMatchEntry>[0]) =>
      // @ts-expect-error a holding receives coins
      coinMatchEntry(reference, 1, { outstanding: won, wasShort: coins }),
    // @ts-expect-error coins are not added to won
    () => coins.plus(won),
    // @ts-expect-error nor won at a venue to whole won
    () => venueWon.plus(won),
  ];
  expect(refused).toHaveLength(8);
  expectTypeOf(coins).toExtend<SellOrder['quantity']>();
  expectTypeOf(won).not.toExtend<SellOrder['quantity']>();
  expectTypeOf(venueWon).not.toExtend<SellOrder['quantity']>();
  expectTypeOf(coins).not.toExtend<Won>();
});

test('another coin is refused when the two meet, by name', () => {
  const mixed = [
    () => coins.plus(CoinAmount.of('BTC', '1')),
    () => coins.isMoreThan(CoinAmount.of('BTC', '1')),
    () => coins.worthAt(Price.of('BTC', '1')),
    () => CoinAmount.sum('BTC', [coins]),
    () => venueWon.plus(VenueWon.of('bithumb', '1')),
  ];
  for (const mix of mixed) expect(mix).toThrow(expect.objectContaining({ code: 'ASSET_DIFFERS' }));
});

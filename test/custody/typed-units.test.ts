import { expect, expectTypeOf, test } from 'vitest';
import type { coinMatchEntry } from '../../src/custody/deposit-entry.ts';
import type { requestCoinTransfer } from '../../src/custody/return.ts';
import type { SellOrder } from '../../src/exchange/port.ts';
import { CoinAmount, Price, VenueWon, type Won } from '../../src/kernel/money.ts';

/*
 * Won where coins are due, and coins where won is due, do not compile: the test command compiles this file. Two coins are told apart when
 * they meet, by their asset.
 */

const venueWon = VenueWon.of('upbit', '1000');
const coins = CoinAmount.of('ETH', '1');

type Returned = Parameters<typeof requestCoinTransfer>[1]['quantity'];
type Ordered = SellOrder['quantity'];
type Received = Parameters<typeof coinMatchEntry>[2]['outstanding'];
type Added = Parameters<CoinAmount['plus']>[0];

test('won is refused where coins are due, before anything runs', () => {
  expectTypeOf<CoinAmount>().toExtend<Returned & Ordered & Received & Added>();
  expectTypeOf<Won>().not.toExtend<Returned>();
  expectTypeOf<VenueWon>().not.toExtend<Returned>();
  expectTypeOf<string>().not.toExtend<Returned>();
  expectTypeOf<Won>().not.toExtend<Ordered>();
  expectTypeOf<VenueWon>().not.toExtend<Ordered>();
  expectTypeOf<Won>().not.toExtend<SellOrder['limitPrice']>();
  expectTypeOf<Won>().not.toExtend<Received>();
  expectTypeOf<Won>().not.toExtend<Added>();
  expectTypeOf<Won>().not.toExtend<Parameters<VenueWon['plus']>[0]>();
  expectTypeOf<CoinAmount>().not.toExtend<Won>();
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

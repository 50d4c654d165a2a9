import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fill } from '../../../src/exchange/port.ts';
import { Decimal } from '../../../src/kernel/decimal.ts';
import { CoinAmount, Price, VenueWon } from '../../../src/kernel/money.ts';
import { type Share, type SharedFill, shareFills } from '../../../src/liquidation/fair-shares.ts';
import { AT } from './given.ts';

const PLACES = 8;

const coins = (figure: string | Decimal) => CoinAmount.of('BTC', figure);
const won = (figure: string | Decimal) => VenueWon.of('upbit', figure);
const share = (holdingId: number, quantity: string): Share => ({ holdingId, quantity: coins(quantity) });

function fill(tradeId: string, quantity: string | Decimal, proceeds: string | Decimal): Fill {
  return { tradeId, quantity: coins(quantity), price: Price.of('BTC', '100'), proceeds: won(proceeds), filledAt: new Date(AT) };
}

function soldBy(parts: readonly SharedFill<Share>[], holdingId: number): Decimal {
  return CoinAmount.sum(
    'BTC',
    parts.filter((part) => part.share.holdingId === holdingId).map(({ quantity }) => quantity),
  ).value;
}

const sum = (figures: readonly Decimal[]) => figures.reduce((total, figure) => total.plus(figure), new Decimal(0));
const units = (count: number, places: number) => new Decimal(count).shiftedBy(-places);

describe('one trade', () => {
  it('is divided in proportion, what rounding leaves over going to the largest remainders, ties to the lower holding', () => {
    const parts = shareFills([share(7, '1'), share(3, '1'), share(5, '1')], [fill('a', '0.00000005', '5')], won('0.04'), PLACES);
    expect(parts.map((part) => [part.share.holdingId, part.quantity.toString(), part.proceeds.toString(), part.fee.toString()])).toEqual([
      [3, '0.00000002', '2', '0.016'],
      [5, '0.00000002', '2', '0.016'],
      [7, '0.00000001', '1', '0.008'],
    ]);
  });

  it('is divided as finely as the venue counts, however round the figures are', () => {
    const parts = shareFills([share(1, '1'), share(2, '1'), share(3, '1')], [fill('a', '1', '100000000')], won('50000'), PLACES);
    expect(parts.map(({ quantity }) => quantity.toString())).toEqual(['0.33333334', '0.33333333', '0.33333333']);
  });

  it('is divided as finely over unequal shares: the smaller does not wait until the larger has sold', () => {
    const trades = Array.from({ length: 90 }, (_, index) => fill(`${index}`, '1', '100'));
    const parts = shareFills([share(1, '100'), share(2, '10')], trades, won('0'), PLACES);
    expect(soldBy(parts, 2).minus(units(9, 0).times(10).div(11)).abs().lt('0.000001')).toBe(true);
  });

  it('costs nobody more than it brings him, however small his share and round the won', () => {
    const shares = [share(1, '20000.12345678'), share(2, '6.5')];
    const parts = shareFills(
      shares,
      [fill('a', '1', '801'), fill('b', '20005.62345678', '16004498.765424')],
      won('8002.649882712'),
      PLACES,
    );
    expect(parts.filter(({ proceeds, fee }) => fee.isMoreThan(proceeds))).toEqual([]);
    expect(parts.filter(({ fill: { tradeId } }) => tradeId === 'a').map(({ proceeds }) => proceeds.toString())).toEqual([
      '800.73976311',
      '0.26023689',
    ]);
  });

  it('and many of them favour nobody', () => {
    const trades = Array.from({ length: 200 }, (_, index) => fill(`${index}`.padStart(3, '0'), '1', '101'));
    const parts = shareFills([share(1, '100'), share(2, '100')], trades, won('10.1'), PLACES);
    const brought = (holdingId: number) =>
      sum(parts.filter((part) => part.share.holdingId === holdingId).map(({ proceeds }) => proceeds.value));
    expect([brought(1).toFixed(), brought(2).toFixed()]).toEqual(['10100', '10100']);
  });

  it('gives a fee that came with trades of no worth to somebody', () => {
    const parts = shareFills([share(1, '3'), share(2, '1')], [fill('a', '2', '0')], won('0.04'), PLACES);
    expect(sum(parts.map(({ fee }) => fee.value)).toFixed()).toBe('0.04');
  });

  it('bears of the order’s fee what it brought of the proceeds', () => {
    const parts = shareFills([share(1, '3')], [fill('a', '1', '100'), fill('b', '1', '200')], won('0.3'), PLACES);
    expect(parts.map(({ fee }) => fee.toString())).toEqual(['0.1', '0.2']);
  });

  it('is nothing where the order had no effect', () => {
    expect(shareFills([share(1, '3')], [], won('0'), PLACES)).toEqual([]);
  });
});

// A venue that pays whoever rested an order states a fee below zero.
it('a fee that the venue pays is divided as well', () => {
  const parts = shareFills([share(1, '3'), share(2, '1')], [fill('a', '2', '200')], won('-0.04'), PLACES);
  expect(parts.map((part) => part.fee.toString())).toEqual(['-0.03', '-0.01']);
});

describe('more than was open', () => {
  it('adds up all the same', () => {
    const parts = shareFills([share(1, '3'), share(2, '1')], [fill('a', '6', '600'), fill('b', '0.5', '50')], won('1'), PLACES);
    expect(sum(parts.map(({ quantity }) => quantity.value)).toFixed()).toBe('6.5');
    expect(sum(parts.map(({ proceeds }) => proceeds.value)).toFixed()).toBe('650');
    expect(sum(parts.map(({ fee }) => fee.value)).toFixed()).toBe('1');
  });

  it('is divided as the shares were, since nothing open is left to go by', () => {
    const parts = shareFills([share(1, '3'), share(2, '1')], [fill('a', '4', '400'), fill('b', '2', '200')], won('0'), PLACES);
    expect(soldBy(parts, 1).toFixed()).toBe('4.5');
    expect(soldBy(parts, 2).toFixed()).toBe('1.5');
  });
});

/** Shares of an order, with trades that together are a part of it, the whole, or more. */
const arbitraryOrder = fc
  .record({
    places: fc.constantFrom(0, 2, 8),
    sizes: fc.array(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 2_000_000_000 })), { minLength: 1, maxLength: 20 }),
    filled: fc.integer({ min: 0, max: 1_000_000 }).map((n) => n / 1_000_000),
    weights: fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 12 }),
    prices: fc.array(fc.integer({ min: 0, max: 200_000_000 }), { minLength: 12, maxLength: 12 }),
    fee: fc.integer({ min: 0, max: 10_000_000 }),
    isWhole: fc.boolean(),
  })
  .map(({ places, sizes, filled, weights, prices, fee, isWhole }) => {
    const whole = sizes.reduce((total, size) => total + size, 0);
    const executed = isWhole ? whole : Math.floor(whole * filled);
    const total = weights.reduce((all, weight) => all + weight, 0);
    let begun = 0;
    const trades = weights.map((weight, index) => {
      const ends = index === weights.length - 1 ? executed : Math.floor((executed * (begun + weight)) / total);
      const size = ends - Math.floor((executed * begun) / total);
      begun += weight;
      return { size: units(size, places), proceeds: units(size, places).times(prices[index] ?? 0) };
    });
    return {
      places,
      isWhole,
      shares: sizes.map((size, index) => share(index + 1, units(size, places).toFixed())),
      fills: trades.filter(({ size }) => size.gt(0)).map(({ size, proceeds }, index) => fill(`${index}`, size, proceeds)),
      fee: won(units(fee, 4)),
    };
  });

describe('whatever was ordered and traded', () => {
  it('quantities, proceeds and fees add up, per trade and over all, and nobody sells more than he put in', () => {
    fc.assert(
      fc.property(arbitraryOrder, ({ shares, fills, fee, places, isWhole }) => {
        const parts = shareFills(shares, fills, fee, places);
        for (const each of fills) {
          const of = parts.filter((part) => part.fill.tradeId === each.tradeId);
          expect(sum(of.map(({ quantity }) => quantity.value)).toFixed()).toBe(each.quantity.toString());
          expect(sum(of.map(({ proceeds }) => proceeds.value)).toFixed()).toBe(each.proceeds.toString());
        }
        if (fills.length > 0) expect(sum(parts.map((part) => part.fee.value)).toFixed()).toBe(fee.toString());
        for (const { holdingId, quantity } of shares) {
          const sold = soldBy(parts, holdingId);
          expect(sold.lte(quantity.value)).toBe(true);
          if (isWhole) expect(sold.toFixed()).toBe(quantity.toString());
        }
        for (const part of parts) expect(part.proceeds.isNegative() || part.fee.isNegative()).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it('the order in which shares are named does not matter', () => {
    fc.assert(
      fc.property(arbitraryOrder, fc.infiniteStream(fc.nat()), ({ shares, fills, fee, places }, keys) => {
        const shuffled = shares
          .map((each) => ({ each, key: keys.next().value }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ each }) => each);
        expect(shareFills(shuffled, fills, fee, places)).toEqual(shareFills(shares, fills, fee, places));
      }),
      { numRuns: 100 },
    );
  });

  it('each share sells its proportion, to as many smallest units as there were trades', () => {
    fc.assert(
      fc.property(arbitraryOrder, ({ shares, fills, fee, places }) => {
        const parts = shareFills(shares, fills, fee, places);
        const whole = sum(shares.map(({ quantity }) => quantity.value));
        const executed = sum(fills.map(({ quantity }) => quantity.value));
        for (const { holdingId, quantity } of shares) {
          const due = executed.times(quantity.value).div(whole);
          expect(soldBy(parts, holdingId).minus(due).abs().lte(units(fills.length, places))).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('one trade split in two changes no share by more than one smallest unit', () => {
    fc.assert(
      fc.property(arbitraryOrder, fc.integer({ min: 0, max: 1_000_000 }), ({ shares, fills, fee, places }, cut) => {
        const [first] = fills;
        if (first === undefined) return;
        const one = first.quantity.value.times(cut).shiftedBy(-6).decimalPlaces(places);
        const rest = first.quantity.value.minus(one);
        if (one.isZero() || rest.isZero()) return;
        const whole = shareFills(shares, [first], fee, places);
        const split = shareFills(shares, [fill('x', one, '1'), fill('y', rest, '1')], fee, places);
        for (const { holdingId } of shares) {
          expect(soldBy(whole, holdingId).minus(soldBy(split, holdingId)).abs().lte(units(1, places))).toBe(true);
        }
      }),
      { numRuns: 800 },
    );
  });
});

it('two hundred shares and four hundred trades of the smallest unit are divided to the last unit', () => {
  const shares = Array.from({ length: 200 }, (_, index) => share(index + 1, units(2, PLACES).toFixed()));
  const trades = Array.from({ length: 400 }, (_, index) => fill(`${index}`, units(1, PLACES), '0.001'));
  const parts = shareFills(shares, trades, won('0.0005'), PLACES);
  expect(parts).toHaveLength(400);
  for (const { holdingId, quantity } of shares) expect(soldBy(parts, holdingId).toFixed()).toBe(quantity.toString());
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CoinAmount, Rate, VenueWon, Won } from '../../src/kernel/money.ts';
import { limitUnder, planScope, type SeizableHolding, valueScope } from '../../src/seizure/scope.ts';
import { sampleBook } from '../valuation/sample-book.ts';

/** A market that takes any amount at one price. */
function deepBook(asset: string, price: string, overrides: Parameters<typeof sampleBook>[2] = {}) {
  return sampleBook(asset, [[price, '100000000']], overrides);
}

function bounds(need: string, margin = '0') {
  return { need: Won.of(need), limit: limitUnder(Won.of(need), Rate.of(margin)) };
}

const btc: SeizableHolding = { quantity: CoinAmount.of('BTC', '1'), snapshot: deepBook('BTC', '100000000') };
const xrp: SeizableHolding = { quantity: CoinAmount.of('XRP', '1000'), snapshot: deepBook('XRP', '3000') };

describe('the scope of a seizure', () => {
  it('takes everything when it is worth no more than the need', () => {
    const scope = planScope([xrp, btc], bounds('200000000'));
    expect(scope.lines.map(({ quantity, isWhole }) => [quantity.asset, quantity.toString(), isWhole])).toEqual([
      ['BTC', '1', true],
      ['XRP', '1000', true],
    ]);
    expect(scope.coversNeed).toBe(false);
    expect(scope.isPartial).toBe(false);
  });

  it('takes a part of the easiest asset when that covers the need, and leaves the rest free', () => {
    const scope = planScope([xrp, btc], bounds('10000000', '0.3'));
    expect(scope.lines.map(({ quantity }) => `${quantity.asset} ${quantity.toString()}`)).toEqual(['BTC 0.13']);
    expect(scope.value.toString()).toBe('13000000');
    expect(scope.leftOut).toEqual([{ asset: 'XRP', code: 'NOT_NEEDED' }]);
    expect(scope.isPartial).toBe(true);
  });

  it('goes on to the next asset for what the first does not cover', () => {
    const scope = planScope([xrp, { ...btc, quantity: CoinAmount.of('BTC', '0.01') }], bounds('2500000'));
    expect(scope.lines.map(({ quantity }) => `${quantity.asset} ${quantity.toString()}`)).toEqual(['XRP 833.33333334']);
  });

  it('leaves out what has no market, no bid or too little for one order', () => {
    const scope = planScope(
      [
        { quantity: CoinAmount.of('OLD', '5'), snapshot: undefined },
        { quantity: CoinAmount.of('DRY', '5'), snapshot: sampleBook('DRY', []) },
        { quantity: CoinAmount.of('XRP', '1.5'), snapshot: xrp.snapshot },
      ],
      bounds('1000000'),
    );
    expect(scope.lines).toEqual([]);
    expect(Object.fromEntries(scope.leftOut.map(({ asset, code }) => [asset, code]))).toEqual({
      OLD: 'NOT_TRADED',
      DRY: 'NOT_TRADED',
      XRP: 'BELOW_MINIMUM_ORDER',
    });
    expect(scope.isPartial).toBe(false);
  });

  it('raises the last part to one order, and says so', () => {
    const scope = planScope([xrp], bounds('1200'));
    expect(scope.lines[0]?.quantity.toString()).toBe('1.66666667');
    expect(scope.lines[0]?.isRaisedToMinimumOrder).toBe(true);
  });

  it('puts flagged and shallow markets last', () => {
    const flagged: SeizableHolding = {
      quantity: CoinAmount.of('LUNC', '1'),
      snapshot: deepBook('LUNC', '90000000', { flags: ['caution'] }),
    };
    const shallow: SeizableHolding = { quantity: CoinAmount.of('THIN', '10'), snapshot: sampleBook('THIN', [['50000000', '1']]) };
    const scope = planScope([flagged, shallow, xrp], bounds('3000000'));
    expect(scope.lines.map(({ quantity }) => quantity.asset)).toEqual(['XRP']);
    expect(scope.leftOut.map(({ asset }) => asset)).toEqual(['THIN', 'LUNC']);
  });

  it('refuses an asset given twice and a limit below the need', () => {
    expect(() => planScope([xrp, xrp], bounds('1'))).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
    expect(() => planScope([xrp], { need: Won.of('2'), limit: Won.of('1') })).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  });
});

const figure = fc.integer({ min: 1, max: 1_000_000_000 });
const level = fc.tuple(fc.integer({ min: 1, max: 5_000_000 }), fc.integer({ min: 1, max: 1_000_000 }));
const holding = fc.record({
  bids: fc.array(level, { minLength: 0, maxLength: 5 }),
  quantity: figure,
  places: fc.integer({ min: 0, max: 8 }),
});

function toHolding(
  { bids, quantity, places }: { bids: [number, number][]; quantity: number; places: number },
  index: number,
): SeizableHolding {
  const asset = `A${index}`;
  const sorted = bids.sort(([a], [b]) => b - a).map(([price, size]) => [String(price), `${size}.5`] as const);
  return { quantity: CoinAmount.of(asset, `${quantity}.00000001`), snapshot: sampleBook(asset, sorted, { quantityDecimalPlaces: places }) };
}

describe('whatever is held and owed', () => {
  it('covers the need if the holdings suffice and passes the limit only by a step or one order', () => {
    fc.assert(
      fc.property(fc.array(holding, { minLength: 1, maxLength: 4 }), figure, fc.integer({ min: 0, max: 100 }), (drawn, need, percent) => {
        const holdings = drawn.map(toHolding);
        const { need: needed, limit } = bounds(String(need), `${(percent / 100).toFixed(2)}`);
        const scope = planScope(holdings, { need: needed, limit });

        const sellable = holdings.filter(
          ({ quantity }) => !scope.leftOut.some(({ asset, code }) => asset === quantity.asset && code !== 'NOT_NEEDED'),
        );
        if (!valueScope(sellable).isLessThan(needed)) expect(scope.coversNeed).toBe(true);
        for (const { quantity, snapshot } of scope.lines) {
          expect(quantity.isPositive()).toBe(true);
          expect(quantity.isMoreThan(holdings.find((held) => held.quantity.asset === snapshot.asset)?.quantity ?? quantity)).toBe(false);
        }
        if (!scope.value.isMoreThan(limit)) return;
        const last = scope.lines.at(-1);
        if (last === undefined) throw new Error('A scope over the limit has a last line.');
        const withoutLast = scope.value.minus(last.worth.value);
        expect(withoutLast.isLessThan(needed)).toBe(true);
        const { quantityDecimalPlaces: places } = last.snapshot;
        const oneStep = CoinAmount.of(last.quantity.asset, places === 0 ? '1' : `0.${'0'.repeat(places - 1)}1`);
        const oneLess = valueScope([{ quantity: last.quantity.minus(oneStep), snapshot: last.snapshot }]);
        expect(last.isRaisedToMinimumOrder || withoutLast.plus(oneLess).isLessThan(needed)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('does not depend on the order in which holdings are given', () => {
    fc.assert(
      fc.property(fc.array(holding, { minLength: 2, maxLength: 4 }), figure, (drawn, need) => {
        const holdings = drawn.map(toHolding);
        const describeScope = (given: SeizableHolding[]) =>
          planScope(given, bounds(String(need))).lines.map(({ quantity }) => `${quantity.asset} ${quantity.toString()}`);
        expect(describeScope([...holdings].reverse())).toEqual(describeScope(holdings));
      }),
    );
  });
});

it('keeps the venue of a minimum order apart from whole won', () => {
  const scope = planScope([{ ...xrp, snapshot: deepBook('XRP', '3000', { minimumOrder: VenueWon.of('upbit', '5000.5') }) }], bounds('100'));
  expect(scope.lines[0]?.worth.value.isLessThan(Won.of('5001'))).toBe(false);
});

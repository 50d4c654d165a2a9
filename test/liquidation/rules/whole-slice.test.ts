import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Decimal } from '../../../src/kernel/decimal.ts';
import { type Decision, decide } from '../../../src/liquidation/decide.ts';
import type { WantedOrder } from '../../../src/liquidation/size-order.ts';
import { holding, inputs, later, market, need, policy, slice } from './given.ts';

const SECONDS = 3_600;
/** Least order at the band's lower edge, and its worth at the upper one. */
const LOT = new Decimal('0.00005048');
const LOT_WORTH = LOT.times('101050500');

interface Sale {
  readonly held: Decimal;
  readonly planned: Decimal;
  readonly sold: Decimal;
  readonly remaining: Decimal;
}

/** What a look so many seconds into the slice decides. */
function look({ held, planned, sold, remaining }: Sale, seconds: number, isPassive: boolean): Decision {
  const at = later(seconds);
  return decide(
    inputs({
      at,
      need: need(remaining.toFixed(0)),
      policy: { ...policy, passive: { ...policy.passive, isOn: isPassive } },
      holdings: [
        holding({
          held: held.minus(sold).toFixed(),
          slice: slice(planned.toFixed(), { startsAt: later(0), endsAt: later(SECONDS), isImmediate: false, sold: sold.toFixed() }),
          deviationPerSecond: '0',
          market: { ...market, changedAt: at },
        }),
      ],
    }),
  );
}

/** A part of an order is filled, somewhere between its limit and the band's upper edge. */
function filled(sale: Sale, order: WantedOrder, { part, price }: { readonly part: number; readonly price: number }): Sale {
  const units = new Decimal(order.quantity).times(part).decimalPlaces(8);
  const limit = new Decimal(order.limitPrice);
  const each = order.style === 'passive' ? limit : limit.plus(new Decimal('101050500').minus(limit).times(price));
  return { ...sale, sold: sale.sold.plus(units), remaining: sale.remaining.minus(units.times(each).times('0.9995')) };
}

const arbitrarySale = fc
  .record({
    planned: fc.oneof(fc.integer({ min: 6_000, max: 200_000 }), fc.integer({ min: 6_000, max: 60_000_000 })),
    beyond: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20_000 })),
    needShare: fc.integer({ min: 1, max: 200 }),
  })
  .map(({ planned, beyond, needShare }): Sale => {
    const units = new Decimal(planned).shiftedBy(-8);
    return {
      held: units.plus(new Decimal(beyond).shiftedBy(-8)),
      planned: units,
      sold: new Decimal(0),
      remaining: units.times('100000000').times(needShare).div(100).integerValue().plus(1),
    };
  });

/** How often the sale is looked at, and what becomes of each order. */
const arbitraryMarket = fc.record({
  everySeconds: fc.integer({ min: 40, max: 700 }),
  isPassive: fc.boolean(),
  fills: fc.array(fc.record({ part: fc.constantFrom(0, 0, 0.3, 1), price: fc.integer({ min: 0, max: 100 }).map((n) => n / 100) }), {
    minLength: 1,
    maxLength: 40,
  }),
});

it('whatever fills and what does not, no more is sold than is planned and needed, but for the last least order', () => {
  fc.assert(
    fc.property(arbitrarySale, arbitraryMarket, (begun, { everySeconds, isPassive, fills }) => {
      let sale = begun;
      for (let seconds = 0, turn = 0; seconds < 2 * SECONDS; seconds += everySeconds, turn++) {
        const decision = look(sale, seconds, isPassive);
        if (decision.outcome === 'stop') break;
        if (decision.outcome !== 'order') continue;
        expect(sale.remaining.gt(0)).toBe(true);
        sale = filled(sale, decision.order, fills[turn % fills.length] ?? { part: 1, price: 0 });
        expect(sale.sold.lte(sale.held)).toBe(true);
      }
      // The last may be a least order, and take along a rest that is less than one.
      expect(sale.sold.lte(sale.planned.plus(LOT.times(2)))).toBe(true);
      expect(sale.remaining.gte(LOT_WORTH.negated())).toBe(true);
    }),
    { numRuns: 80 },
  );
});

it('where every order is filled, all that was planned is sold by the end, or all that is needed, or what is left is dust', () => {
  fc.assert(
    fc.property(arbitrarySale, arbitraryMarket, (begun, { everySeconds, isPassive }) => {
      let sale = begun;
      for (let seconds = 0; seconds <= SECONDS + 20 * everySeconds; seconds += everySeconds) {
        const decision = look(sale, seconds, isPassive);
        if (decision.outcome === 'order') sale = filled(sale, decision.order, { part: 1, price: 0.5 });
        if (decision.outcome === 'stop') break;
      }
      const isDust = sale.held.minus(sale.sold).lt(LOT);
      expect(sale.sold.gte(sale.planned) || sale.remaining.lte(0) || isDust).toBe(true);
    }),
    { numRuns: 80 },
  );
});

it('a slice is sold in its children, not before their time', () => {
  fc.assert(
    fc.property(arbitrarySale, arbitraryMarket, (begun, { everySeconds, isPassive }) => {
      let sale = begun;
      for (let seconds = 0; seconds < SECONDS - 20; seconds += everySeconds) {
        const decision = look(sale, seconds, isPassive);
        if (decision.outcome === 'stop') break;
        if (decision.outcome !== 'order') continue;
        sale = filled(sale, decision.order, { part: 1, price: 0.5 });
        const children = Math.min(6, Math.max(1, Math.floor(sale.planned.div(LOT).toNumber() / 10)));
        const released = sale.planned.times(Math.floor(((seconds + 20) * children) / SECONDS) + 1).div(children);
        // A need of less than a least order is covered with one at any time, and a rest of less than one goes along.
        expect(sale.sold.lte(Decimal.min(released, sale.planned).plus(LOT.times(2)))).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});

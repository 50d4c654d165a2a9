import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal } from '../../../src/kernel/decimal.ts';
import { VenueWon } from '../../../src/kernel/money.ts';
import { type AllocationInputs, allocate, allocationInputsOf, allocationInputsSchema, jointKey } from '../../../src/liquidation/omnibus.ts';
import { sizeOrder, type WantedOrder } from '../../../src/liquidation/size-order.ts';
import { holding, inputs, market, slice } from './given.ts';

type Want = AllocationInputs['wants'][number];

/** The least order is one unit, which is worth 5,000 won. */
function among(wants: readonly Partial<Want>[], takeable: string, change: Partial<AllocationInputs> = {}): AllocationInputs {
  return {
    rule: 'open-remainder-1',
    venue: 'upbit',
    asset: 'BTC',
    quantityDecimalPlaces: 8,
    takeable,
    minimum: '1',
    upperNetPrice: '5050',
    wants: wants.map((want, index) => ({
      holdingId: index + 1,
      wanted: '5',
      available: want.wanted ?? '5',
      remainingKrw: '1000000',
      isDust: false,
      ...want,
    })),
    ...change,
  };
}

const quantities = (given: AllocationInputs) => allocate(given).map(({ holdingId, quantity }) => [holdingId, quantity]);

describe('an order of several cases', () => {
  it('is all that is wanted where the market takes it', () => {
    expect(quantities(among([{ wanted: '5' }, { wanted: '2.5' }], '7.5'))).toEqual([
      [1, '5'],
      [2, '2.5'],
    ]);
  });

  it('is divided in proportion to what each wants, in the unit the venue counts in', () => {
    const three = [{ wanted: '10' }, { wanted: '10' }, { wanted: '10' }];
    expect(quantities(among(three, '10'))).toEqual([
      [1, '3.33333334'],
      [2, '3.33333333'],
      [3, '3.33333333'],
    ]);
    expect(quantities(among(three, '10.000000009', { quantityDecimalPlaces: 0 }))).toEqual([
      [1, '4'],
      [2, '3'],
      [3, '3'],
    ]);
  });

  it('leaves nobody a rest that the venue would not take', () => {
    // In proportion the second would sell 1.8 of his 2 and keep a fifth of a least order.
    const shares = quantities(among([{ wanted: '8' }, { wanted: '2' }], '9'));
    expect(shares).toEqual([
      [1, '7'],
      [2, '1'],
    ]);
  });

  it('leaves whom it gives all that he wants the rest in kind, however little', () => {
    expect(quantities(among([{ wanted: '5', available: '5.5' }, { wanted: '3' }], '10'))).toEqual([
      [1, '5'],
      [2, '3'],
    ]);
  });

  it('goes to one after the other where, divided, nobody could be left without dust', () => {
    expect(quantities(among([{ wanted: '1.2' }, { wanted: '1.2' }], '1.5'))).toEqual([[1, '1.2']]);
  });

  it('of one case is what that case would sell by itself', () => {
    expect(quantities(among([{ wanted: '1.2' }], '1.1'))).toEqual([[1, '1.1']]);
    expect(quantities(among([{ wanted: '5' }], '4.5'))).toEqual([[1, '4']]);
  });

  it('is none where the venue would refuse it', () => {
    expect(allocate(among([{ wanted: '5' }], '0.99999999'))).toEqual([]);
    expect(allocate(among([], '10'))).toEqual([]);
    expect(allocate(among([{ wanted: '5' }, { wanted: '5' }], '0'))).toEqual([]);
  });
});

describe('dust', () => {
  const dust = { wanted: '0.4', isDust: true };

  it('goes with others, or not at all', () => {
    expect(quantities(among([{ wanted: '3' }, dust], '10'))).toEqual([
      [1, '3'],
      [2, '0.4'],
    ]);
    expect(allocate(among([dust], '10'))).toEqual([]);
    expect(allocate(among([dust, dust], '10'))).toEqual([]);
  });

  it('makes an order of its own only together with enough other dust', () => {
    expect(quantities(among([dust, dust, dust], '10'))).toHaveLength(3);
  });

  it('does not keep a case from selling that could sell alone', () => {
    expect(quantities(among([dust, { wanted: '1.2' }], '1.2'))).toEqual([[2, '1.2']]);
  });
});

describe('what is counted against the need', () => {
  it('is each share at the upper edge, and says where it is more than the need', () => {
    const shares = allocate(
      among(
        [
          { wanted: '5', remainingKrw: '25250' },
          { wanted: '1', remainingKrw: '5049' },
        ],
        '6',
      ),
    );
    expect(shares).toEqual([
      { holdingId: 1, quantity: '5', maximumProceeds: '25250', exceedsNeed: false },
      { holdingId: 2, quantity: '1', maximumProceeds: '5050', exceedsNeed: true },
    ]);
  });
});

describe('wanted orders', () => {
  const wantOf = (change: Parameters<typeof holding>[0], at: Partial<Parameters<typeof inputs>[0]> = {}): WantedOrder => {
    const given = inputs(at);
    const candidate = sizeOrder(holding(change), VenueWon.of('upbit', given.need.remainingKrw), given);
    if (candidate.kind !== 'order') throw new Error(candidate.code);
    return candidate.order;
  };

  it('are one order when market, style, price and time to rest are the same', () => {
    const order = wantOf({});
    expect(jointKey(wantOf({ holdingId: 2, held: '0.3' }))).toBe(jointKey(order));
    expect(jointKey(wantOf({ holdingId: 2, priceFloor: '99500000' }))).not.toBe(jointKey(order));
    expect(jointKey({ ...order, restUntil: '2026-03-16T01:05:00.000Z' })).not.toBe(jointKey(order));
    expect(jointKey({ ...order, style: 'passive' })).not.toBe(jointKey(order));
  });

  it('never add up to more than lies free at the account', () => {
    const short = { market: { ...market, freeUnits: '0.3' } };
    const rich = inputs().need;
    const wants = [1, 2].map((holdingId) => ({
      order: wantOf({ holdingId, held: '0.25', ...short }, { need: { ...rich, remainingKrw: '90000000', uncoveredKrw: '90000000' } }),
      remainingKrw: '90000000',
    }));
    const given = allocationInputsOf('upbit', 8, wants);
    if (given === undefined) throw new Error('nobody wants anything');
    const sum = allocate(given).reduce((all, { quantity }) => all.plus(quantity), new Decimal(0));
    expect(sum.toFixed()).toBe('0.3');
  });

  it('of one case come to the order that it decided on', () => {
    // All of 0.75003 is to be sold and half of what is shown is 0.75: 0.00003 would be too little to sell, so a least order is left.
    for (const sliced of ['0.75003', '0.75']) {
      const order = wantOf(
        { held: '0.75003', slice: slice(sliced) },
        { need: { ...inputs().need, remainingKrw: '90000000', uncoveredKrw: '90000000' } },
      );
      const given = allocationInputsOf('upbit', 8, [{ order, remainingKrw: '90000000' }]);
      expect(given === undefined ? [] : quantities(given)).toEqual([[1, order.quantity]]);
    }
  });

  it('are divided by what each would sell in a market of any depth, not by what this one takes', () => {
    const enough = { need: { ...inputs().need, remainingKrw: '900000000', uncoveredKrw: '900000000' } };
    const wants = [
      { order: wantOf({ holdingId: 1, held: '6' }, enough), remainingKrw: '900000000' },
      { order: wantOf({ holdingId: 2, held: '2' }, enough), remainingKrw: '900000000' },
    ];
    const given = allocationInputsOf('upbit', 8, wants);
    expect(given === undefined ? [] : quantities(given)).toEqual([
      [1, '0.5625'],
      [2, '0.1875'],
    ]);
  });

  it('together take no more than the one that found least takeable', () => {
    const order = wantOf({});
    const wants = ['0.2', '0.1'].map((takeable, index) => ({
      order: { ...order, holdingId: index + 1, takeable },
      remainingKrw: '10000000',
    }));
    expect(allocationInputsOf('upbit', 8, wants)?.takeable).toBe('0.1');
  });

  it('are divided by the largest of their least orders, where their floors tell these apart', () => {
    const order = wantOf({});
    const wants = ['0.00005', '0.00006'].map((minimum, index) => ({
      order: { ...order, holdingId: index + 1, minimum },
      remainingKrw: '10000000',
    }));
    expect(allocationInputsOf('upbit', 8, wants)?.minimum).toBe('0.00006');
  });

  it('of nobody are no order', () => {
    expect(allocationInputsOf('upbit', 8, [])).toBeUndefined();
  });
});

const units = (low: number, high: number) => fc.integer({ min: low, max: high }).map((count) => new Decimal(count).shiftedBy(-2).toFixed());

const arbitraryWant = fc.record({ wanted: units(100, 3_000), kept: units(0, 300), remainingKrw: fc.integer({ min: 1, max: 200_000 }) });
const arbitraryDust = fc.record({ wanted: units(1, 99), remainingKrw: fc.integer({ min: 1, max: 200_000 }) });
const arbitraryAllocation = fc
  .record({
    own: fc.array(arbitraryWant, { maxLength: 12 }),
    dust: fc.array(arbitraryDust, { maxLength: 4 }),
    takeable: fc.oneof(units(0, 500), units(0, 20_000)),
    places: fc.constantFrom(2, 8),
  })
  .map(({ own, dust, takeable, places }) =>
    among(
      [
        ...own.map(({ wanted, kept, remainingKrw }) => ({
          wanted,
          available: new Decimal(wanted).plus(kept).toFixed(),
          remainingKrw: `${remainingKrw}`,
        })),
        ...dust.map(({ wanted, remainingKrw }) => ({ wanted, remainingKrw: `${remainingKrw}`, isDust: true })),
      ],
      takeable,
      { quantityDecimalPlaces: places },
    ),
  );

describe('whatever is wanted and the market takes', () => {
  it('nobody sells more than he wants, all together no more than the market takes, and no less than the venue', () => {
    fc.assert(
      fc.property(arbitraryAllocation, fc.infiniteStream(fc.nat()), (given, keys) => {
        const shares = allocate(given);
        const shuffled = given.wants
          .map((want) => ({ want, key: keys.next().value }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ want }) => want);
        expect(allocate({ ...given, wants: shuffled })).toEqual(shares);
        expect(allocate(allocationInputsSchema.parse(JSON.parse(JSON.stringify(given))))).toEqual(shares);
        if (shares.length === 0) return;
        const sum = shares.reduce((all, { quantity }) => all.plus(quantity), new Decimal(0));
        expect(sum.lte(given.takeable) && sum.gte(given.minimum)).toBe(true);
        for (const { holdingId, quantity, maximumProceeds, exceedsNeed } of shares) {
          const want = given.wants.find((each) => each.holdingId === holdingId);
          const most = new Decimal(quantity).times(given.upperNetPrice);
          expect(new Decimal(quantity).lte(want?.wanted ?? 0) && new Decimal(quantity).gt(0)).toBe(true);
          expect(new Decimal(quantity).decimalPlaces()).toBeLessThanOrEqual(given.quantityDecimalPlaces);
          expect(most.toFixed()).toBe(maximumProceeds);
          expect(exceedsNeed).toBe(most.gt(want?.remainingKrw ?? 0));
        }
      }),
      { numRuns: 250 },
    );
  });

  it('somebody sells wherever somebody could sell alone, and each his proportion unless that left dust', () => {
    fc.assert(
      fc.property(arbitraryAllocation, (given) => {
        const shares = allocate(given);
        const own = given.wants.filter(({ isDust }) => !isDust);
        if (own.length > 0) expect(shares.length > 0).toBe(new Decimal(given.takeable).gte(given.minimum));
        const whole = given.wants.reduce((all, { wanted }) => all.plus(wanted), new Decimal(0));
        const rate = Decimal.min(1, new Decimal(given.takeable).div(whole));
        for (const { wanted, available, isDust, holdingId } of given.wants) {
          const quantity = new Decimal(shares.find((each) => each.holdingId === holdingId)?.quantity ?? 0);
          const rest = new Decimal(available).minus(quantity);
          const isWhole = quantity.eq(wanted) || quantity.isZero();
          if (!isDust && shares.length > 1) expect(isWhole || rest.isZero() || rest.gte(given.minimum)).toBe(true);
          // With all of them in the order, each has his proportion, or less by what he keeps.
          if (shares.length < given.wants.length) continue;
          const proportion = rate.times(wanted);
          const isExact = quantity.minus(proportion).abs().lte(new Decimal(1).shiftedBy(-given.quantityDecimalPlaces));
          expect(isExact || (quantity.lt(proportion) && rest.eq(given.minimum))).toBe(true);
        }
      }),
      { numRuns: 250 },
    );
  });
});

describe('the day’s volume', () => {
  const rich = '90000000000';
  const least = new Decimal('5000').div('99050000').decimalPlaces(8, Decimal.ROUND_UP);

  it('is kept by an order however many share it, but for one least order where nothing was sold yet', () => {
    const arbitrary = fc.record({
      held: fc.array(units(1, 3_000), { minLength: 1, maxLength: 20 }),
      dailyVolume: fc.oneof(units(1, 2_000), fc.constant('0.00001')),
      soldShare: fc.constantFrom('0', '0', '0.2', '0.9'),
      openShare: fc.constantFrom('0', '0', '0.05'),
    });
    let ordered = 0;
    fc.assert(
      fc.property(arbitrary, ({ held, dailyVolume, soldShare, openShare }) => {
        const most = new Decimal(dailyVolume).times('0.05');
        const [sold, open] = [most.times(soldShare), most.times(openShare)];
        const caps = { planned: '0', soldToday: '0', soldTodayAtVenue: sold.toFixed(), openAtVenue: open.toFixed(), dailyVolume };
        const given = inputs({
          need: { ...inputs().need, remainingKrw: rich, uncoveredKrw: rich },
          policy: { ...inputs().policy, dailyVolumeShare: '0.05' },
        });
        const wants = held.flatMap((each, index) => {
          const candidate = sizeOrder(holding({ holdingId: index + 1, held: each, caps }), VenueWon.of('upbit', rich), given);
          return candidate.kind === 'order' ? [{ order: candidate.order, remainingKrw: rich }] : [];
        });
        const allocation = allocationInputsOf('upbit', 8, wants);
        const shares = allocation === undefined ? [] : allocate(allocation);
        const sum = shares.reduce((all, { quantity }) => all.plus(quantity), new Decimal(0));
        const room = most.minus(sold).minus(open);
        const isUntouched = sold.plus(open).isZero();
        expect(sum.lte(isUntouched ? Decimal.max(room, least) : Decimal.max(room, 0)), `${sum} of ${room}`).toBe(true);
        expect(shares.length > 0).toBe(isUntouched || room.gte(least));
        if (shares.length > 1) ordered += 1;
      }),
      { numRuns: 250 },
    );
    expect(ordered).toBeGreaterThan(50);
  });
});

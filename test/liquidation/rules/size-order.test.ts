import { describe, expect, it } from 'vitest';
import { Decimal } from '../../../src/kernel/decimal.ts';
import type { DecisionInputs, SellableHolding } from '../../../src/liquidation/decision-inputs.ts';
import { later, market, need, policy, slice } from './given.ts';
import { crossing, LOT, orderOf, refusal, rich, size } from './sizing.ts';

describe('the quantity of an order', () => {
  it('covers the need at the band’s upper edge, less the fee', () => {
    // 10,000,000 / (100,050,000 × 1.01 × 0.9995), rounded down to eight decimals.
    const order = orderOf();
    expect(order).toMatchObject({ style: 'cross', quantity: '0.09900992', limitPrice: '99050000', minimum: LOT, exceedsNeed: false });
    expect(new Decimal(order.maximumProceeds).lte('10000000')).toBe(true);
    expect(new Decimal(order.maximumProceeds).gt('9999998')).toBe(true);
  });

  it('is never more than its share of the depth inside the band', () => {
    expect(orderOf({ held: '9' }, rich)).toMatchObject({ quantity: '0.75', takeable: '0.75', demanded: '8.91089331' });
  });

  it('is never worth more than the venue takes in one order, and says so', () => {
    const small = { ...market, maximumOrderKrw: '49525000' };
    const candidate = size({ held: '9', market: small }, rich);
    expect(candidate).toMatchObject({ kind: 'order', order: { quantity: '0.5' } });
    expect(candidate.events).toEqual([{ code: 'capped_at_maximum_order', asset: 'BTC', figures: { maximumKrw: '49525000' } }]);
    expect(orderOf({ held: '9', market: { ...market, maximumOrderKrw: null } }, rich).quantity).toBe('0.75');
  });

  it('is the venue’s least order where less is needed, and says so', () => {
    expect(orderOf({}, { need: need('1200') })).toMatchObject({ quantity: LOT, exceedsNeed: true });
  });

  it('takes an unsellable rest along, and says so', () => {
    const candidate = size({ held: '0.40003', slice: slice('0.4') }, rich);
    expect(candidate).toMatchObject({ kind: 'order', order: { quantity: '0.40003' } });
    expect(candidate.events).toEqual([{ code: 'dust_taken', asset: 'BTC', figures: { wanted: '0.4', taken: '0.40003' } }]);
  });

  it('leaves a least order where the depth is too small for the rest', () => {
    const order = orderOf({ held: '0.75003' }, rich);
    expect(new Decimal('0.75003').minus(order.quantity).toFixed()).toBe(LOT);
    expect(order.demanded).toBe('0.75003');
  });

  it('leaves the taxpayer what the need does not ask for, be it little', () => {
    const order = orderOf({ held: '0.09902' });
    expect(order.quantity).toBe('0.09900992');
  });

  it('is cut to what the mandate still allows, and to what is free at the venue', () => {
    expect(orderOf({ held: '0.4', mandateLeft: '0.2' }, rich)).toMatchObject({ quantity: '0.2', available: '0.2' });
    expect(orderOf({ held: '0.4', market: { ...market, freeUnits: '0.300000009' } }, rich)).toMatchObject({
      quantity: '0.3',
      takeable: '0.3',
    });
    expect(orderOf({ held: '0.4', market: { ...market, freeUnits: null } }, rich).quantity).toBe('0.4');
  });

  it('is one step at least, where the venue names no least order', () => {
    expect(orderOf({ market: { ...market, minimumOrderKrw: '0' } }, { ...crossing, need: need('1') })).toMatchObject({
      quantity: '0.00000001',
      minimum: '0.00000001',
      exceedsNeed: true,
    });
  });

  it('is in steps that the venue takes', () => {
    const coarse = { ...market, quantityDecimalPlaces: 2 };
    expect(orderOf({ held: '0.4567', market: coarse }, rich)).toMatchObject({ quantity: '0.45', minimum: '0.01' });
  });

  it('lets what it may bring be kept without rounding, however small the price', () => {
    const luna = {
      ...market,
      ticks: [{ from: '0', tick: '0.0000001' }],
      bids: [
        ['0.00004', '900000000000'] as [string, string],
        ['0.0000399', '1'] as [string, string],
        ['0.0000398', '1'] as [string, string],
      ],
      asks: [['0.0000401', '9'] as [string, string]],
      reference: null,
    };
    const order = orderOf({ asset: 'LUNA', held: '800000000000', priceFloor: '0', market: { ...luna, freeUnits: null } });
    expect(order.limitPrice).toBe('0.0000397');
    expect(new Decimal(order.maximumProceeds).decimalPlaces()).toBeLessThanOrEqual(18);
    expect(new Decimal(order.quantity).times('0.00004005').times('1.01').times('0.9995').lte(order.maximumProceeds)).toBe(true);
    expect(new Decimal(order.quantity).times(order.limitPrice).gte('5000')).toBe(true);
  });
});

// Policy takes any rate for the band: from 1 on the lower edge is no price, and the decision throws instead of keeping to the floor.
describe('nothing is sold now', () => {
  const rest = { bids: [['100000000', '0.00008'] as [string, string], ...market.bids.slice(2), ['97000000', '1'] as [string, string]] };

  it.each<[string, unknown, Partial<SellableHolding>, Partial<DecisionInputs>?]>([
    ['without units', ['never', 'nothing_held', {}], { held: '0' }],
    ['with less than the smallest unit', ['never', 'below_minimum', {}], { held: '0.000000009' }],
    ['with too little for an order', ['never', 'below_minimum', { held: '0.00005047', least: LOT }], { held: '0.00005047' }],
    ['without a market', ['later', 'no_market', {}], { market: 'not_listed' }],
    ['of a market that could not be read', ['later', 'market_unreadable', {}], { market: 'unreadable' }],
    ['beside another order in the market', ['later', 'market_busy', { orders: '2' }], { openInMarket: 2 }],
    [
      'below the mandate’s floor',
      ['later', 'price_below_floor', { bestBid: '100000000', floor: '100000001' }],
      { priceFloor: '100000001' },
    ],
    [
      'where half the depth is no order',
      ['later', 'depth_below_minimum', { depth: '0.00004', least: LOT }],
      { market: { ...market, ...rest } },
    ],
    [
      'where the bids lie below the band',
      ['later', 'depth_below_minimum', { depth: '0' }],
      { priceFloor: '99999500', market: { ...market, ticks: [{ from: '0', tick: '100100000' }] } },
    ],
    ['of a coin whose books do not agree', ['later', 'asset_frozen', {}], { frozen: true }],
    ['before the books were compared', ['later', 'reconciliation_due', { lack: 'old' }], { readingLack: 'old' }],
    ['that the city’s policy does not sell', ['unmandated', 'asset_not_allowed', {}], { isAllowed: false }],
    ['that the mandate no longer allows', ['unmandated', 'mandate_used_up', { left: '0' }], { mandateLeft: '0' }],
    ['of which the mandate leaves no order', ['unmandated', 'mandate_used_up', { left: '0.00005' }], { mandateLeft: '0.00005' }],
    [
      'while the venue says its units are not free',
      ['later', 'units_unavailable', { free: '0.00005047', held: '0.4' }],
      { market: { ...market, freeUnits: '0.000050479' } },
    ],
    ['that the plan does not sell', ['later', 'not_planned', {}], { slice: null }],
    ['of a slice that is sold', ['later', 'slice_done', {}, later(3_000)], { slice: slice('0.4', { sold: '0.4' }) }],
  ])('%s', (_, expected, change, at) => {
    expect(refusal(change, at)).toEqual(expected);
  });
});

describe('a slice by the clock', () => {
  /** Six children of ten minutes, of which the first is over: 0.1 of 0.6 is late. */
  const sliced = (change: Partial<SellableHolding['slice']> = {}) =>
    ({ held: '0.6', slice: { ...slice('0.6'), isImmediate: false, isLast: false, ...change } }) satisfies Partial<SellableHolding>;

  it('crosses what is late', () => {
    expect(orderOf(sliced(), rich).quantity).toBe('0.1');
  });

  it('crosses what is under way as well where nothing may wait', () => {
    expect(orderOf(sliced({ sold: '0.1' }), rich).quantity).toBe('0.1');
    expect(orderOf(sliced({ sold: '0.09996' }), rich).quantity).toBe('0.10004');
  });

  it('waits for its next child when this one is sold', () => {
    expect(refusal(sliced({ sold: '0.2' }), rich)).toEqual(['later', 'slice_done', { late: '0', left: '0.4', least: LOT }, later(580)]);
  });

  it('makes a least order of all that there is', () => {
    const little = { ...slice('0.00003'), isImmediate: false, isLast: false };
    expect(orderOf({ held: LOT, slice: little }, rich).quantity).toBe(LOT);
    // And of a slice that is less than that as a whole, at its end: the next one would be no larger.
    expect(orderOf({ held: '0.001', slice: little }, rich).quantity).toBe(LOT);
  });

  it('of little is sold in few children, each worth ten of the venue’s least orders', () => {
    const at = (quantity: string) =>
      orderOf({ held: '0.6', slice: { ...slice(quantity), isImmediate: false, isLast: false } }, rich).quantity;
    // Of one child nothing is late yet, but nothing may wait either; of two, and of six, the first and the present one are due.
    expect(at('0.0009')).toBe('0.0009');
    expect(at('0.0012')).toBe('0.0006');
    expect(at('0.06')).toBe('0.01');
  });

  it('gathers what is due until the venue takes it, in the last slice too', () => {
    const figures = { late: '0', left: '0.40004', least: LOT };
    for (const isLast of [false, true]) {
      expect(refusal(sliced({ sold: '0.19996', isLast }), rich)).toEqual(['later', 'slice_accumulates', figures, later(580)]);
    }
  });

  it('makes a least order of the little that is late when nothing more comes', () => {
    const over = { startsAt: later(-3_600), endsAt: later(0), sold: '0.59997' };
    expect(refusal(sliced({ ...over, isLast: false }), rich)).toEqual([
      'later',
      'slice_accumulates',
      { late: '0.00003', left: '0.00003', least: LOT },
      later(0),
    ]);
    expect(orderOf(sliced({ ...over, isLast: true }), rich).quantity).toBe(LOT);
    expect(orderOf(sliced({ isImmediate: true, sold: '0.59997' }), rich).quantity).toBe(LOT);
    // The little that is needed is less than an order: nothing is gained by gathering.
    expect(orderOf(sliced({ sold: '0.19996' }), { ...crossing, need: need('1000') })).toMatchObject({ quantity: LOT, exceedsNeed: true });
  });
});

describe('dust', () => {
  const pooled = { need: need('900000000'), policy: { ...policy, poolsDust: true } };

  it('is wanted only where policy pools it, and marked', () => {
    expect(orderOf({ held: '0.00003' }, pooled)).toMatchObject({ quantity: '0.00003', isDust: true });
    expect(refusal({ held: '0.00003' }, rich)).toContain('below_minimum');
  });

  it('is no more than the need either', () => {
    expect(orderOf({ held: '0.00003' }, { ...pooled, need: need('2000') })).toMatchObject({ quantity: '0.0000198', exceedsNeed: false });
  });
});

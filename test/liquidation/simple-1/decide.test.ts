import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { civilDate } from '../../../src/kernel/civil-date.ts';
import { Decimal } from '../../../src/kernel/decimal.ts';
import { gateDenials } from '../../../src/liquidation/gate.ts';
import { decideSimply as decide } from '../../../src/liquidation/simple-1/decide.ts';
import type { SimpleInputs as DecisionInputs, MarketFacts, SellableHolding } from '../../../src/liquidation/simple-1/inputs.ts';

const at = '2026-03-16T01:00:00.000Z';
const day = civilDate('2026-03-16');

const openGate: DecisionInputs['gate'] = {
  day,
  phase: 'selling',
  saleNotices: [{ recipient: 'person:1', issued: true, served: true }],
  window: { state: 'passed', endsOn: civilDate('2026-03-10') },
  openStays: [],
  pendingBillUpdates: 0,
  billBars: [],
  mandate: { id: 1, state: 'approved', endsOn: civilDate('2026-06-01') },
  tradingState: 'ACTIVE',
};

const book: MarketFacts = {
  symbol: 'KRW-BTC',
  acceptsOrders: true,
  takerFeeRate: '0.0005',
  minimumOrderKrw: '5000',
  maximumOrderKrw: '1000000000',
  quantityDecimalPlaces: 8,
  ticks: [{ from: '0', tick: '1000' }],
  bids: [
    ['100000000', '0.5'],
    ['99900000', '1'],
    ['98000000', '50'],
  ],
  asks: [['100100000', '1']],
  changedAt: at,
};

function holding(change: Partial<SellableHolding> = {}): SellableHolding {
  return { holdingId: 1, asset: 'BTC', held: '0.4', mandateLeft: '0.4', priceFloor: '50000000', frozen: false, market: book, ...change };
}

/** Nothing sold yet and no order open, unless said otherwise. */
function need(remainingKrw: string, uncoveredKrw = remainingKrw): DecisionInputs['need'] {
  return { owedKrw: '10000000', elsewhereKrw: '0', costsKrw: '0', realisedKrw: '0', openOrdersKrw: '0', remainingKrw, uncoveredKrw };
}

function inputs(change: Partial<DecisionInputs> = {}): DecisionInputs {
  return {
    ruleVersion: 'simple-1',
    policyVersion: 'test',
    at,
    day,
    venue: 'upbit',
    gate: openGate,
    need: need('10000000'),
    unknownOutcomesOpen: 0,
    holdings: [holding()],
    policy: { band: '0.01', depthParticipation: '0.5', staleBookSeconds: 10, intervalSeconds: 10 },
    ...change,
  };
}

describe('the gate', () => {
  it('opens when everything the law asks for is there', () => {
    expect(gateDenials(openGate)).toEqual([]);
  });

  it.each<[string, Partial<typeof openGate>]>([
    ['case_not_for_sale', { phase: 'settled' }],
    ['case_not_for_sale', { phase: 'sale_noticed' }],
    ['sale_notice_missing', { saleNotices: [] }],
    ['sale_notice_missing', { saleNotices: [{ recipient: 'person:2', issued: false, served: false }, ...openGate.saleNotices] }],
    ['sale_notice_unserved', { saleNotices: [...openGate.saleNotices, { recipient: 'person:2', issued: true, served: false }] }],
    ['window_missing', { window: null }],
    ['window_missing', { window: { state: 'cancelled', endsOn: civilDate('2026-03-01') } }],
    ['window_open', { window: { state: 'open', endsOn: civilDate('2026-03-01') } }],
    ['window_open', { window: { state: 'passed', endsOn: day } }],
    ['window_open', { window: { state: 'paid', endsOn: civilDate('2026-03-01') } }],
    ['stay_open', { openStays: [{ kind: 'appeal', fromDay: day, untilDay: null }] }],
    ['stay_open', { openStays: [{ kind: 'court_order', fromDay: civilDate('2026-01-01'), untilDay: day }] }],
    ['bill_update_pending', { pendingBillUpdates: 1 }],
    ['bill_barred', { billBars: ['SEIZURE_COLLECTION_DEFERRED'] }],
    ['mandate_missing', { mandate: null }],
    ['mandate_missing', { mandate: { id: 1, state: 'requested', endsOn: civilDate('2026-06-01') } }],
    ['mandate_ended', { mandate: { id: 1, state: 'approved', endsOn: civilDate('2026-03-15') } }],
    ['trading_halted', { tradingState: 'HALTED' }],
    ['trading_reducing', { tradingState: 'REDUCING' }],
  ])('%s', (code, change) => {
    const facts = { ...openGate, ...change };
    expect(gateDenials(facts).map((denial) => denial.code)).toContain(code);
    expect(decide(inputs({ gate: facts })).outcome).toBe('deny');
  });

  it('waives the taxpayer’s window without waiving anybody’s notice', () => {
    const waived = { ...openGate, window: { state: 'waived', endsOn: civilDate('2026-04-30') } as const };
    expect(gateDenials(waived)).toEqual([]);
    const unserved = { ...waived, saleNotices: [...openGate.saleNotices, { recipient: 'person:2', issued: true, served: false }] };
    expect(gateDenials(unserved).map((denial) => denial.code)).toEqual(['sale_notice_unserved']);
  });

  it('lets a stay that has ended or not begun pass', () => {
    const ended = { kind: 'court_order', fromDay: civilDate('2026-01-01'), untilDay: civilDate('2026-03-15') };
    const future = { kind: 'court_order', fromDay: civilDate('2026-03-17'), untilDay: null };
    expect(gateDenials({ ...openGate, openStays: [ended, future] })).toEqual([]);
  });
});

describe('the decision', () => {
  it('sells only what covers the need, at the band’s upper edge', () => {
    const decision = decide(inputs());
    expect(decision.outcome).toBe('order');
    if (decision.outcome !== 'order') return;
    // 10,000,000 / (100,050,000 × 1.01 × 0.9995), rounded down to eight decimals.
    expect(decision.order.quantity).toBe('0.09900992');
    expect(decision.order.limitPrice).toBe('99050000');
    expect(decision.order.exceedsNeed).toBe(false);
  });

  it('never takes more than its share of the depth inside the band', () => {
    const decision = decide(inputs({ need: need('900000000'), holdings: [holding({ held: '9', mandateLeft: '9' })] }));
    expect(decision).toMatchObject({ outcome: 'order', order: { quantity: '0.75' } });
  });

  it('sells at least the venue’s minimum when less than that is needed, and says so', () => {
    const decision = decide(inputs({ need: need('1200') }));
    expect(decision).toMatchObject({ outcome: 'order', order: { exceedsNeed: true } });
    if (decision.outcome !== 'order') return;
    const atLimit = new Decimal(decision.order.quantity).times(decision.order.limitPrice);
    expect(atLimit.gte(5000)).toBe(true);
    expect(atLimit.lt(5001)).toBe(true);
  });

  it('takes an unsellable rest with the last order', () => {
    const decision = decide(inputs({ need: need('90000000'), holdings: [holding({ held: '0.75003', mandateLeft: '0.75003' })] }));
    // Depth allows 0.75; the rest of 0.00003 is worth 3,000 won and could not be sold alone, so one sellable order is left.
    expect(decision).toMatchObject({ outcome: 'order' });
    if (decision.outcome !== 'order') return;
    const rest = new Decimal('0.75003').minus(decision.order.quantity);
    expect(rest.times('99050000').gte(5000)).toBe(true);
  });

  it.each<[string, 'wait' | 'stop' | 'deny', Partial<DecisionInputs>]>([
    ['covered', 'stop', { need: need('0') }],
    ['covered', 'stop', { need: need('-350'), gate: { ...openGate, tradingState: 'HALTED' } }],
    // What another case's open order may bring is no reason to end this sale for good.
    ['open_orders_suffice', 'wait', { need: need('0', '5000') }],
    ['open_orders_suffice', 'wait', { need: need('-4000', '1') }],
    ['open_orders_suffice', 'wait', { need: need('3', '5000') }],
    ['unknown_outcome_open', 'wait', { unknownOutcomesOpen: 1 }],
    ['unknown_outcome_open', 'wait', { unknownOutcomesOpen: 1, need: need('-350') }],
    ['BTC:book_stale', 'wait', { holdings: [holding({ market: { ...book, changedAt: '2026-03-16T00:59:49.000Z' } })] }],
    ['BTC:book_ahead_of_clock', 'wait', { holdings: [holding({ market: { ...book, changedAt: '2026-03-16T01:00:11.000Z' } })] }],
    ['BTC:book_crossed', 'wait', { holdings: [holding({ market: { ...book, asks: [['100000000', '1']] } })] }],
    ['BTC:book_empty', 'wait', { holdings: [holding({ market: { ...book, bids: [] } })] }],
    ['BTC:book_empty', 'wait', { holdings: [holding({ market: { ...book, bids: [['100000000', '0']] } })] }],
    ['BTC:market_closed', 'wait', { holdings: [holding({ market: { ...book, acceptsOrders: false } })] }],
    ['BTC:tick_unknown', 'wait', { holdings: [holding({ market: { ...book, ticks: [] } })] }],
    ['BTC:price_below_floor', 'wait', { holdings: [holding({ priceFloor: '120000000' })] }],
    ['BTC:depth_below_minimum', 'wait', { holdings: [holding({ market: { ...book, bids: [['100000000', '0.00008']] } })] }],
    ['BTC:asset_frozen', 'wait', { holdings: [holding({ frozen: true })] }],
    ['BTC:below_minimum', 'stop', { holdings: [holding({ held: '0.00004', mandateLeft: '1' })] }],
    [
      'BTC:below_minimum',
      'stop',
      { holdings: [holding({ held: '0.000000001', mandateLeft: '0.000000001', market: { ...book, bids: [] } })] },
    ],
    ['BTC:nothing_held', 'stop', { holdings: [holding({ held: '0' })] }],
    // Only somebody's leave, or a market that opens, lets these be sold: the sale does not end over them, and nothing is given back.
    ['BTC:mandate_used_up', 'deny', { holdings: [holding({ mandateLeft: '0' })] }],
    ['BTC:mandate_used_up', 'deny', { holdings: [holding({ mandateLeft: '0.00001' }), holding({ asset: 'ETH', held: '0' })] }],
    ['BTC:no_market', 'wait', { holdings: [holding({ market: 'not_listed' })] }],
    ['BTC:market_unreadable', 'wait', { holdings: [holding({ market: 'unreadable' })] }],
  ])('%s → %s', (code, outcome, change) => {
    const decision = decide(inputs(change));
    expect(decision.outcome).toBe(outcome);
    expect(decision.codes).toContain(code);
  });
});

const figureBetween = (low: number, high: number, places: number) =>
  fc
    .integer({ min: Math.ceil(low * 10 ** places), max: Math.floor(high * 10 ** places) })
    .map((n) => new Decimal(n).shiftedBy(-places).toFixed());

const arbitraryBook = fc
  .record({ mid: fc.integer({ min: 2_000, max: 200_000 }), sizes: fc.array(figureBetween(0, 3, 8), { minLength: 1, maxLength: 30 }) })
  .map(
    ({ mid, sizes }): MarketFacts => ({
      ...book,
      bids: sizes.map((size, level) => [String((mid - level) * 1_000), size]),
      asks: [[String((mid + 1) * 1_000), '1']],
    }),
  );

describe('whatever the market and the need', () => {
  it('an order stays within need, depth, mandate, holding, band, floor and minimum', () => {
    fc.assert(
      fc.property(
        arbitraryBook,
        figureBetween(0, 5, 8),
        figureBetween(0, 5, 8),
        figureBetween(0, 500_000_000, 0),
        figureBetween(1_000_000, 150_000_000, 0),
        (market, held, mandateLeft, remainingKrw, priceFloor) => {
          const given = inputs({
            need: need(remainingKrw),
            holdings: [holding({ held, mandateLeft, priceFloor, market })],
          });
          const decision = decide(given);
          expect(decide(structuredClone(given))).toEqual(decision);
          if (decision.outcome !== 'order') return;
          const quantity = new Decimal(decision.order.quantity);
          const limit = new Decimal(decision.order.limitPrice);
          const shown = market.bids.filter(([price]) => limit.lte(price)).reduce((sum, [, size]) => sum.plus(size), new Decimal(0));
          const mid = new Decimal(market.bids.find(([, size]) => !new Decimal(size).isZero())?.[0] ?? 0)
            .plus(market.asks[0]?.[0] ?? 0)
            .div(2);
          expect(quantity.lte(held) && quantity.lte(mandateLeft)).toBe(true);
          expect(quantity.lte(shown.times('0.5'))).toBe(true);
          expect(limit.gte(mid.times('0.99')) && limit.gte(priceFloor) && limit.mod(1_000).isZero()).toBe(true);
          expect(quantity.times(limit).gte(5_000) && quantity.times(limit).lte(1_000_000_000)).toBe(true);
          const mostNet = quantity.times(mid).times('1.01').times('0.9995');
          const isMinimum = quantity.minus('0.00000001').times(limit).lt(5_000);
          expect(mostNet.lte(remainingKrw) || (decision.order.exceedsNeed && isMinimum)).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

import { describe, expect, it } from 'vitest';
import { civilDate } from '../../../src/kernel/civil-date.ts';
import { decide } from '../../../src/liquidation/decide.ts';
import type { DecisionInputs, GateFacts, SellableHolding } from '../../../src/liquidation/decision-inputs.ts';
import { gateDenials } from '../../../src/liquidation/gate.ts';
import { isSlow, waitSeconds } from '../../../src/liquidation/wait.ts';
import { holding, inputs, later, market, need, openGate, policy, slice } from './given.ts';

const closed = { ...market, acceptsOrders: false };
const eth = (change: Partial<SellableHolding> = {}) =>
  holding({ holdingId: 2, asset: 'ETH', rank: 1, market: { ...market, symbol: 'KRW-ETH' }, ...change });

describe('a decision without an order', () => {
  it.each<[string, 'wait' | 'stop' | 'deny', Partial<DecisionInputs>]>([
    ['covered', 'stop', { need: need('0') }],
    ['covered', 'stop', { need: need('-350'), gate: { ...openGate, tradingState: 'HALTED' } }],
    ['covered', 'stop', { need: need('0'), gate: { ...openGate, tradingState: 'REDUCING' } }],
    ['covered', 'stop', { need: need('0'), holdings: [] }],
    // Nothing is concluded while nobody knows, or the case's own order is open.
    ['unknown_outcome_open', 'wait', { unknownOutcomesOpen: 1 }],
    ['unknown_outcome_open', 'wait', { unknownOutcomesOpen: 1, ownOrdersOpen: 1, need: need('0') }],
    ['own_order_open', 'wait', { ownOrdersOpen: 1 }],
    ['own_order_open', 'wait', { ownOrdersOpen: 1, need: need('-350') }],
    ['own_order_open', 'wait', { ownOrdersOpen: 1, gate: { ...openGate, mandate: null } }],
    // A stay forbids even to say that it is over.
    [
      'stay_open',
      'deny',
      { need: need('0'), gate: { ...openGate, openStays: [{ kind: 'appeal', fromDay: openGate.day, untilDay: null }] } },
    ],
    ['mandate_missing', 'deny', { gate: { ...openGate, mandate: null } }],
    ['trading_halted', 'deny', { gate: { ...openGate, tradingState: 'HALTED' } }],
    ['open_orders_suffice', 'wait', { need: need('0', '5000') }],
    ['open_orders_suffice', 'wait', { need: need('-4000', '1') }],
    ['open_orders_suffice', 'wait', { need: need('3', '5000') }],
    ['BTC:market_closed', 'wait', { holdings: [holding({ market: closed })] }],
    ['BTC:rate_budget_used', 'wait', { orderBudget: { perSecond: 12, blockedMs: 60_000 } }],
    ['BTC:not_planned', 'wait', { holdings: [holding({ slice: null })] }],
    ['BTC:mandate_used_up', 'deny', { holdings: [holding({ mandateLeft: '0' }), eth({ held: '0' })] }],
    ['BTC:asset_not_allowed', 'deny', { holdings: [holding({ isAllowed: false })] }],
    // One coin that may still be sold keeps the sale from being given up, or from waiting for somebody's leave.
    ['ETH:market_closed', 'wait', { holdings: [holding({ mandateLeft: '0' }), eth({ market: { ...closed } })] }],
    ['exhausted', 'stop', { holdings: [holding({ held: '0' }), eth({ held: '0.00001' })] }],
    ['exhausted', 'stop', { holdings: [] }],
  ])('%s: %s', (code, outcome, change) => {
    const decision = decide(inputs(change));
    expect(decision.outcome).toBe(outcome);
    expect(decision.codes).toContain(code);
  });

  it('gives every reason of the gate', () => {
    const gate: GateFacts = { ...openGate, mandate: null, tradingState: 'REDUCING', pendingBillUpdates: 2, window: null };
    expect(decide(inputs({ gate })).codes).toEqual(['window_missing', 'bill_update_pending', 'mandate_missing', 'trading_reducing']);
  });

  it('tells what the guards saw in every market', () => {
    const decision = decide(
      inputs({ holdings: [holding({ market: closed }), eth({ market: { ...market, flags: ['caution'] }, slice: null })] }),
    );
    expect(decision.codes).toEqual(['BTC:market_closed', 'ETH:not_planned']);
    expect(decision.guards).toEqual([
      { code: 'market_closed', asset: 'BTC', figures: {} },
      { code: 'market_caution', asset: 'ETH', figures: {} },
    ]);
  });
});

describe('until when it waits', () => {
  it('is when the venue takes orders again', () => {
    const decision = decide(inputs({ orderBudget: { perSecond: 12, blockedMs: 61_000 } }));
    expect(decision).toMatchObject({ outcome: 'wait', until: later(61) });
    expect(decision.guards).toEqual([{ code: 'rate_budget_used', asset: 'BTC', figures: { ordersPerSecond: '12', blockedMs: '61000' } }]);
  });

  const sold = (quantity: string, endsAt: string) => ({ slice: slice(quantity, { sold: quantity, endsAt }) });

  it('is when the first of its coins may change', () => {
    const holdings = [holding(sold('0.4', later(3_000))), eth(sold('0.4', later(900)))];
    expect(decide(inputs({ holdings }))).toMatchObject({ outcome: 'wait', until: later(900) });
  });

  it('is not known while the market of one may change at any moment', () => {
    const holdings = [holding(sold('0.4', later(3_000))), eth({ market: 'unreadable' })];
    expect(decide(inputs({ holdings }))).toMatchObject({ outcome: 'wait', until: null });
  });

  it('does not depend on coins that will never be sold', () => {
    const holdings = [holding(sold('0.4', later(3_000))), eth({ held: '0' })];
    expect(decide(inputs({ holdings }))).toMatchObject({ outcome: 'wait', until: later(3_000) });
  });

  it('is midnight in Seoul when the day’s limit is reached', () => {
    const caps = { planned: '0.4', soldToday: '0.04', soldTodayAtVenue: '0.04', openAtVenue: '0', dailyVolume: null };
    const decision = decide(inputs({ holdings: [holding({ caps })], policy: { ...policy, dailyPlanShare: '0.1' } }));
    expect(decision).toMatchObject({ outcome: 'wait', codes: ['BTC:daily_plan_cap'], until: '2026-03-16T15:00:00.000Z' });
  });
});

describe('of several coins', () => {
  it('that of the lowest rank is sold, of equal rank that of the lower holding', () => {
    const assetOf = (...holdings: SellableHolding[]) => {
      const decision = decide(inputs({ holdings }));
      return decision.outcome === 'order' ? decision.order.asset : decision.codes;
    };
    expect(assetOf(holding({ rank: 2 }), eth())).toBe('ETH');
    expect(assetOf(eth(), holding({ rank: 2 }))).toBe('ETH');
    expect(assetOf(eth({ rank: 3 }), holding({ rank: 3 }))).toBe('BTC');
  });

  it('one that cannot be sold now does not keep the next from being sold', () => {
    expect(decide(inputs({ holdings: [holding({ market: closed }), eth()] }))).toMatchObject({
      outcome: 'order',
      codes: ['BTC:market_closed'],
      order: { asset: 'ETH' },
    });
  });

  it('one that can be sold only together with others’ does not either', () => {
    const pooled = { policy: { ...policy, poolsDust: true } };
    expect(decide(inputs({ ...pooled, holdings: [holding({ held: '0.00003' }), eth()] }))).toMatchObject({
      order: { asset: 'ETH', isDust: false },
    });
    expect(decide(inputs({ ...pooled, holdings: [holding({ held: '0.00003' }), eth({ held: '0' })] }))).toMatchObject({
      order: { asset: 'BTC', isDust: true },
    });
  });
});

describe('what other cases’ open orders may still cover', () => {
  it('keeps from forcing a least order beyond the need, and from nothing else', () => {
    expect(decide(inputs({ need: need('3000', '9000') }))).toMatchObject({ outcome: 'wait', codes: ['open_orders_suffice'], until: null });
    expect(decide(inputs({ need: need('3000', '3000') }))).toMatchObject({ outcome: 'order', order: { exceedsNeed: true } });
    expect(decide(inputs({ need: need('9000', '20000') }))).toMatchObject({ outcome: 'order', order: { exceedsNeed: false } });
  });
});

describe('the taxpayer’s window', () => {
  const wish = { id: 1, kind: 'limit', asset: 'BTC', price: '99000000', left: null } as const;
  const gateOf = (change: Partial<GateFacts>): GateFacts => ({
    ...openGate,
    phase: 'voluntary_window',
    window: { state: 'open', endsOn: openGate.day },
    ...change,
  });
  const codesOf = (change: Partial<GateFacts>) => gateDenials(gateOf(change)).map(({ code }) => code);

  it('opens for what he wishes, to the end of its last day', () => {
    expect(codesOf({})).toEqual(['window_open']);
    expect(codesOf({ wishes: [wish] })).toEqual([]);
    expect(codesOf({ wishes: [wish], window: { state: 'open', endsOn: civilDate('2026-03-15') } })).toEqual(['window_open']);
  });

  it('opens for nobody else: a notice unserved, a stay, a missing mandate deny all the same', () => {
    expect(codesOf({ wishes: [wish], saleNotices: [{ recipient: 'person:2', issued: true, served: false }] })).toEqual([
      'sale_notice_unserved',
    ]);
    expect(codesOf({ wishes: [wish], openStays: [{ kind: 'third_party', fromDay: openGate.day, untilDay: null }] })).toEqual(['stay_open']);
    expect(codesOf({ wishes: [wish], mandate: null })).toEqual(['mandate_missing']);
  });

  it('is not opened by a wish when he has paid, or the window was cancelled', () => {
    expect(codesOf({ wishes: [wish], window: { state: 'paid', endsOn: openGate.day } })).toEqual(['window_open']);
    expect(codesOf({ wishes: [wish], window: { state: 'cancelled', endsOn: openGate.day } })).toEqual(['window_missing']);
  });

  it('sells the coin he named and no other', () => {
    const decision = decide(inputs({ gate: gateOf({ wishes: [{ ...wish, asset: 'ETH' }] }), holdings: [holding(), eth()] }));
    expect(decision).toMatchObject({ outcome: 'order', codes: ['BTC:not_wished'], order: { asset: 'ETH' } });
  });
});

describe('how long a wait is', () => {
  it('is short where the market cures it, long where a person must', () => {
    const codesOf = (change: Partial<SellableHolding>) => decide(inputs({ holdings: [holding(change)] })).codes;
    expect(isSlow(codesOf({ frozen: true }))).toBe(true);
    expect(isSlow(codesOf({ slice: null }))).toBe(true);
    expect(isSlow(codesOf({ market: closed }))).toBe(false);
    expect(waitSeconds(10, codesOf({ frozen: true }), 99)).toBe(600);
    expect(waitSeconds(10, codesOf({ market: closed }), 99)).toBe(60);
  });

  it('is short as soon as one of several coins may be sold soon', () => {
    const decision = decide(inputs({ holdings: [holding({ frozen: true }), eth({ market: closed })] }));
    expect(isSlow(decision.codes)).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { Decimal } from '../../../src/kernel/decimal.ts';
import { VenueWon } from '../../../src/kernel/money.ts';
import type { DecisionInputs, MarketFacts, SellableHolding } from '../../../src/liquidation/decision-inputs.ts';
import { guardMarket } from '../../../src/liquidation/market-guards.ts';
import { readMarket } from '../../../src/liquidation/market-view.ts';
import { passivePrice } from '../../../src/liquidation/passive.ts';
import { sizeOrder } from '../../../src/liquidation/size-order.ts';
import { AT, holding, inputs, later, market, need, policy, slice } from './given.ts';

/** Bid 100,000,000, ask 100,100,000, and a child of a slice under way of which nothing is late. */
const resting: Partial<SellableHolding> = {
  held: '0.6',
  slice: slice('0.6', { isImmediate: false, isLast: false, sold: '0.1' }),
  deviationPerSecond: '0.000001',
};

function sized(change: Partial<SellableHolding> = {}, at: Partial<DecisionInputs> = {}) {
  const given = inputs({ need: need('900000000'), ...at });
  return sizeOrder(holding({ ...resting, ...change }), VenueWon.of('upbit', given.need.remainingKrw), given);
}

/** Price at which the order waits, or the code by which none does. */
function priceOf(...given: Parameters<typeof sized>) {
  const candidate = sized(...given);
  if (candidate.kind !== 'order') return candidate.code;
  return candidate.order.style === 'passive' ? candidate.order.limitPrice : candidate.order.style;
}

const inMarket = (change: Partial<MarketFacts>) => ({ market: { ...market, reference: null, ...change } });
const withPassive = (change: Partial<typeof policy.passive>) => ({ policy: { ...policy, passive: { ...policy.passive, ...change } } });

describe('what is ahead of its time waits', () => {
  it('one step inside the best ask', () => {
    expect(sized()).toMatchObject({
      kind: 'order',
      order: { style: 'passive', limitPrice: '100099000', quantity: '0.1', restUntil: later(300), exceedsNeed: false },
    });
  });

  it('at the best ask where the spread is one step', () => {
    expect(priceOf(inMarket({ ticks: [{ from: '0', tick: '100000' }] }))).toBe('100100000');
  });

  it('inside the least ask of any size', () => {
    expect(priceOf(inMarket({ asks: [['100050000', '0'], ...market.asks] }))).toBe('100099000');
  });

  it('until its child is to cross, if that is sooner', () => {
    // The present child ends in ten minutes, of which the last twenty seconds are for crossing.
    expect(sized({}, withPassive({ restSeconds: 3_600 }))).toMatchObject({ order: { restUntil: later(580) } });
  });

  it('together with the little that is late', () => {
    expect(sized({ slice: slice('0.6', { isImmediate: false, isLast: false, sold: '0.09996' }) })).toMatchObject({
      order: { style: 'passive', quantity: '0.10004' },
    });
  });

  it('and never for more than is needed, whatever a maker pays less than a taker', () => {
    const fees = inMarket({ takerFeeRate: '0.002', makerFeeRate: '0' });
    // 0.03996044 at 100,099,000 are 4,000,000.1 won.
    expect(sized(fees, { need: need('4000000'), policy: { ...policy, band: '0.0005' } })).toMatchObject({
      order: { style: 'passive', quantity: '0.03996043', exceedsNeed: false },
    });
  });

  it('and is counted at its price, which is all that it can bring', () => {
    const candidate = sized();
    if (candidate.kind !== 'order') throw new Error(candidate.code);
    expect(candidate.order.maximumProceeds).toBe(new Decimal('0.1').times('100099000').times('0.9995').toFixed());
  });
});

describe('nothing waits', () => {
  it.each<[string, Partial<SellableHolding>, Partial<DecisionInputs>?]>([
    ['where it is switched off', {}, withPassive({ isOn: false })],
    ['without a forecast of the price', { deviationPerSecond: null }],
    ['where the spread is narrower than policy asks for', {}, withPassive({ spreadMinimum: '0.001' })],
    // Half of the spread is 0.0005; over 300 s the price may move by 0.0001 × √300 = 0.0017, half of which is more.
    ['where the price may move by more than that saves', { deviationPerSecond: '0.0001' }],
    ['for less than a second', {}, withPassive({ restSeconds: 0 })],
    ['off the steps', inMarket({ asks: [['100100500', '1']] })],
    ['of less than the venue takes', { slice: slice('0.0002', { isImmediate: false, isLast: false, sold: '0.00016' }) }],
  ])('%s', (_, change, at) => {
    expect(priceOf(change, at)).not.toMatch(/^\d/);
  });

  it('of what is late: that crosses', () => {
    expect(priceOf({ slice: slice('0.6', { isImmediate: false, isLast: false }) })).toBe('cross');
  });
});

describe('the price to wait at', () => {
  const now = new Date(AT);
  const priceAlone = (change: Partial<SellableHolding>, rules: Partial<DecisionInputs> = {}, restUntil = later(300)) => {
    const given = inputs(rules);
    const view = readMarket('BTC', { ...market, reference: null }, 'upbit');
    const open = guardMarket(view, given.policy, now);
    if (open.kind === 'closed') throw new Error(open.code);
    const context = { holding: holding({ ...resting, ...change }), market: view, open, held: view.amount('0.6'), inputs: given };
    return passivePrice(context, new Date(restUntil))?.toString();
  };

  it('is never below the floor', () => {
    expect(priceAlone({ priceFloor: '100099000' })).toBe('100099000');
    expect(priceAlone({ priceFloor: '100099001' })).toBeUndefined();
  });

  it('is never above the band', () => {
    // One step inside the ask is 0.00049 above the mid.
    expect(priceAlone({}, { policy: { ...policy, band: '0.0005' } })).toBe('100099000');
    expect(priceAlone({}, { policy: { ...policy, band: '0.0004' } })).toBeUndefined();
  });

  it('is none where half the spread is worth less than half of what the price may move', () => {
    // 0.00049975 against half of 0.0000576 × √300, and of 0.0000578 × √300.
    expect(priceAlone({ deviationPerSecond: '0.0000576' })).toBe('100099000');
    expect(priceAlone({ deviationPerSecond: '0.0000578' })).toBeUndefined();
    expect(priceAlone({ deviationPerSecond: '0.0000578' }, {}, later(200))).toBe('100099000');
  });

  it('is none for less than a second', () => {
    expect(priceAlone({}, {}, later(1))).toBe('100099000');
    expect(priceAlone({}, {}, later(0.999))).toBeUndefined();
    expect(priceAlone({}, {}, later(-60))).toBeUndefined();
  });
});

describe('a waiting order', () => {
  it('is worth no more than the venue takes, at its own price', () => {
    const candidate = sized(inMarket({ maximumOrderKrw: '1000000' }));
    if (candidate.kind !== 'order') throw new Error(candidate.code);
    const { quantity, limitPrice } = candidate.order;
    expect(new Decimal(quantity).times(limitPrice).lte('1000000')).toBe(true);
    expect(candidate.events.map(({ code }) => code)).toEqual(['no_reference', 'capped_at_maximum_order']);
  });

  it('is no larger than what the shown bids take', () => {
    expect(sized({ held: '60', slice: slice('60', { isImmediate: false, isLast: false, sold: '10' }) })).toMatchObject({
      order: { style: 'passive', quantity: '0.75', demanded: '8.91089331' },
    });
  });

  it('leaves nothing that could not be sold', () => {
    const candidate = sized({ held: '0.10003', slice: slice('0.6', { isImmediate: false, isLast: false, sold: '0.1' }) });
    if (candidate.kind !== 'order') throw new Error(candidate.code);
    expect(candidate.order).toMatchObject({ style: 'passive', demanded: candidate.order.quantity });
    expect(new Decimal('0.10003').minus(candidate.order.quantity).toFixed()).toBe(candidate.order.minimum);
  });
});

import { describe, expect, it } from 'vitest';
import { civilDate } from '../../../src/kernel/civil-date.ts';
import { Decimal } from '../../../src/kernel/decimal.ts';
import type { DecisionInputs, WishFacts } from '../../../src/liquidation/decision-inputs.ts';
import { later, market, need, openGate, policy, slice } from './given.ts';
import { LOT, orderOf, refusal, rich } from './sizing.ts';

const limited = (share: 'dailyPlanShare' | 'dailyVolumeShare', rate: string): Partial<DecisionInputs> => ({
  need: need('900000000'),
  policy: { ...policy, [share]: rate },
});
const caps = { planned: '0.4', soldToday: '0', soldTodayAtVenue: '0', openAtVenue: '0', dailyVolume: '10' };

describe('the day’s limits', () => {
  it('cut an order to what is left of them', () => {
    expect(orderOf({ caps: { ...caps, soldToday: '0.03' } }, limited('dailyPlanShare', '0.1')).quantity).toBe('0.01');
    expect(orderOf({ caps: { ...caps, soldTodayAtVenue: '0.3' } }, limited('dailyVolumeShare', '0.05')).quantity).toBe('0.2');
  });

  it('stop the sale until the next midnight in Seoul once they are reached', () => {
    const midnight = '2026-03-16T15:00:00.000Z';
    const plan = limited('dailyPlanShare', '0.1');
    expect(refusal({ caps: { ...caps, soldToday: '0.04' } }, plan)).toEqual([
      'later',
      'daily_plan_cap',
      { limit: '0.04', sold: '0.04' },
      midnight,
    ]);
    expect(refusal({ caps: { ...caps, soldToday: '0.05' } }, plan)).toEqual([
      'later',
      'daily_plan_cap',
      { limit: '0.04', sold: '0.05' },
      midnight,
    ]);
    const volume = limited('dailyVolumeShare', '0.05');
    expect(refusal({ caps: { ...caps, soldTodayAtVenue: '0.5' } }, volume)).toEqual([
      'later',
      'daily_volume_cap',
      { limit: '0.5', sold: '0.5', open: '0' },
      midnight,
    ]);
    // Half an hour before midnight in Seoul, and at it.
    const late = { ...volume, at: '2026-03-16T14:30:00.000Z' };
    const fresh = { ...market, changedAt: '2026-03-16T14:30:00.000Z' };
    expect(refusal({ caps: { ...caps, soldTodayAtVenue: '0.5' }, market: fresh }, late)).toContain(midnight);
    const atMidnight = { ...volume, at: midnight };
    expect(refusal({ caps: { ...caps, soldTodayAtVenue: '0.5' }, market: { ...market, changedAt: midnight } }, atMidnight)).toContain(
      '2026-03-17T15:00:00.000Z',
    );
  });

  it('that are less than the venue’s least order allow one a day', () => {
    const little = { ...caps, planned: '0.0001', dailyVolume: '0.0001' };
    for (const share of ['dailyPlanShare', 'dailyVolumeShare'] as const) {
      const given = limited(share, '0.1');
      const order = { ...(share === 'dailyVolumeShare' ? { takeable: LOT } : {}), quantity: LOT };
      expect(orderOf({ caps: little }, given), share).toMatchObject(order);
      expect(refusal({ caps: { ...little, soldToday: LOT, soldTodayAtVenue: LOT } }, given)).toContain('later');
      expect(refusal({ caps: little }, limited(share, '0'))).toContain('later');
    }
    expect(refusal({ caps: { ...little, openAtVenue: LOT } }, limited('dailyVolumeShare', '0.1'))).toContain('daily_volume_cap');
  });

  it('hold no one where volume or share is unknown', () => {
    expect(orderOf({ caps: { ...caps, dailyVolume: null, soldTodayAtVenue: '99' } }, limited('dailyVolumeShare', '0.05')).quantity).toBe(
      '0.4',
    );
  });

  it('hold what rests and what crosses together', () => {
    // 0.00002 are late, less than an order; with what is ahead it may rest, but no more than 0.04 today.
    const given = limited('dailyPlanShare', '0.1');
    const sliced = slice('0.4', { startsAt: later(-600), endsAt: later(3_000), isImmediate: false, isLast: false, sold: '0.06664667' });
    const order = orderOf({ slice: sliced, caps, deviationPerSecond: '0' }, { ...given, policy: { ...policy, dailyPlanShare: '0.1' } });
    expect(order).toMatchObject({ style: 'passive', quantity: '0.04' });
  });
});

describe('the day’s limit of the venue’s volume', () => {
  it('bounds what one order takes, not what each demands of it', () => {
    const order = orderOf({ caps: { ...caps, soldTodayAtVenue: '0.3' } }, limited('dailyVolumeShare', '0.05'));
    expect(order).toMatchObject({ quantity: '0.2', takeable: '0.2', demanded: '0.4' });
    // An unsellable rest is not taken along beyond it, and not left either.
    const rest = { held: '0.20003', caps: { ...caps, soldTodayAtVenue: '0.3' } };
    expect(new Decimal('0.20003').minus(orderOf(rest, limited('dailyVolumeShare', '0.05')).quantity).toFixed()).toBe(LOT);
  });

  it('counts what is open, and looks again soon where only that is in the way', () => {
    const volume = limited('dailyVolumeShare', '0.05');
    expect(orderOf({ caps: { ...caps, soldTodayAtVenue: '0.2', openAtVenue: '0.1' } }, volume).quantity).toBe('0.2');
    expect(refusal({ caps: { ...caps, soldTodayAtVenue: '0.2', openAtVenue: '0.3' } }, volume)).toEqual([
      'later',
      'daily_volume_cap',
      { limit: '0.5', sold: '0.2', open: '0.3' },
    ]);
  });
});

describe('within the taxpayer’s window', () => {
  const wish = (change: Partial<WishFacts>): WishFacts => ({
    id: 1,
    kind: 'limit',
    asset: 'BTC',
    price: '99000000',
    left: null,
    ...change,
  });
  const wishing = (...wishes: WishFacts[]): Partial<DecisionInputs> => ({
    need: need('900000000'),
    gate: { ...openGate, phase: 'voluntary_window', window: { state: 'open', endsOn: civilDate('2026-03-20') }, wishes },
  });

  it('no more is sold than he wishes, and that as a whole', () => {
    expect(orderOf({ priceFloor: '99000000' }, wishing(wish({ left: '0.1' }))).quantity).toBe('0.1');
    expect(orderOf({ priceFloor: '99000000' }, wishing(wish({}))).quantity).toBe('0.4');
    expect(
      orderOf({ priceFloor: '99000000' }, wishing(wish({ left: '0.1' }), wish({ id: 2, kind: 'stop', price: null, left: '0.05' })))
        .quantity,
    ).toBe('0.15');
  });

  it('nothing is sold below the price he wishes, for that reason', () => {
    expect(refusal({ priceFloor: '100000001' }, wishing(wish({ price: '100000001' })))).toEqual([
      'later',
      'price_below_wish',
      { bestBid: '100000000', floor: '100000001' },
    ]);
  });

  it('what a stop lets go at the market’s price is not taken from a limit above it', () => {
    const both = wishing(wish({ price: '120000000' }), wish({ id: 2, kind: 'stop', price: null, left: '0.05' }));
    // The floor is the mandate's, since the stop promises no price.
    expect(orderOf({}, both).quantity).toBe('0.05');
    const done = wishing(wish({ price: '120000000' }), wish({ id: 2, kind: 'stop', price: null, left: '0' }));
    expect(refusal({}, done)).toEqual(['later', 'price_below_wish', {}]);
  });

  it('a coin he did not name is not sold, whatever was planned', () => {
    expect(refusal({}, wishing(wish({ asset: 'ETH' })))).toEqual(['later', 'not_wished', {}]);
    expect(refusal({ slice: null }, wishing(wish({})))).toEqual(['later', 'not_wished', {}]);
    expect(refusal({}, wishing(wish({ left: '0' })))).toEqual(['later', 'not_wished', {}]);
  });

  it('too little for an order waits, and ends nothing', () => {
    expect(refusal({}, wishing(wish({ left: '0.00003' })))).toEqual(['later', 'below_minimum', { wished: '0.00003', least: LOT }]);
  });

  it('and once it is over, no wish binds', () => {
    const over = { ...rich, gate: { ...openGate, wishes: [wish({ left: '0.1' })] } };
    expect(orderOf({}, over).quantity).toBe('0.4');
  });
});

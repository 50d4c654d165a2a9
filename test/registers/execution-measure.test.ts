import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { Decimal } from '../../src/kernel/decimal.ts';
import { CoinAmount, Price } from '../../src/kernel/money.ts';
import { arrivalPriceOf, type MidPrice, midOf, opportunityOf, windowStartPriceOf } from '../../src/registers/execution/benchmark.ts';
import { type ExecutionSums, totalOf } from '../../src/registers/execution/cost.ts';
import { ALL_TIME } from '../../src/registers/execution/facts.ts';
import { guardCounts, guardPauses, noteCounts } from '../../src/registers/execution/guard-events.ts';
import { parentOf, parentsOf } from '../../src/registers/execution/parents.ts';
import { progressSteps } from '../../src/registers/execution/progress-steps.ts';
import { isWithin, reportCase } from '../../src/registers/execution/report.ts';
import { minutesLater, NOON, sampleCase, sampleFill, sampleHolding, samplePlan, VENUE } from './execution-sample.ts';

const btc = (figure: string) => Price.of('BTC', figure);
const mid = (figure: string, at = NOON): MidPrice => ({ price: btc(figure), at, source: 'book' });

test('the mid lies between the best prices, and a broken book has none', () => {
  expect(midOf('BTC', '100', '101')?.toString()).toBe('100.5');
  for (const [bid, ask] of [
    ['101', '101'],
    ['102', '101'],
    ['0', '101'],
    [undefined, '101'],
    ['100', undefined],
  ]) {
    expect(midOf('BTC', bid, ask)).toBeUndefined();
  }
});

describe('the arrival price', () => {
  it('is that of the first plan, whatever was planned later', () => {
    const plans = [samplePlan({ version: 2, arrival: '90', madeAt: minutesLater(60) }), samplePlan()];
    expect(arrivalPriceOf(plans, mid('100', minutesLater(1)))).toEqual({ price: btc('102'), at: NOON, source: 'plan', doubts: [] });
  });

  it('is the mid behind the first order where there was no plan yet', () => {
    expect(arrivalPriceOf([], mid('100'))).toEqual({ price: btc('100'), at: NOON, source: 'first_order', doubts: [] });
    expect(arrivalPriceOf([samplePlan()], mid('100', minutesLater(-1)))).toMatchObject({ price: btc('100'), source: 'first_order' });
    expect(arrivalPriceOf([], undefined)).toBeUndefined();
  });
});

describe('a parent', () => {
  const plan = (version: number, reason: string, arrival: string, ordersBefore = 0) =>
    samplePlan({ planId: version, version, reason, arrival, ordersBefore, madeAt: minutesLater(version) });

  it('goes on as long as plans take over for the same task, and ends where a wish begins or ends', () => {
    const plans = [
      plan(1, 'begun', '101'),
      plan(2, 'need_changed', '102', 1),
      plan(3, 'wished', '103', 2),
      plan(4, 'volatility_jump', '104', 3),
      plan(5, 'policy_changed', '105', 4),
      plan(6, 'wish_ended', '106', 5),
      plan(7, 'need_changed', '107', 6),
    ];
    const parents = parentsOf(plans, undefined);
    expect(parents.map((parent) => [parent.plans.map(({ version }) => version), parent.arrival?.price.toString()])).toEqual([
      [[1, 2], '101'],
      [[3, 4, 5], '103'],
      [[6, 7], '106'],
    ]);
    const arrivalOf = (orderId: number) => parentOf(parents, orderId).arrival?.price.toString();
    expect([1, 2, 3, 5, 6, 99].map(arrivalOf)).toEqual(['101', '101', '103', '103', '106', '106']);
  });

  it('holds what was ordered before any plan, and is one where there is none', () => {
    const [first, second] = parentsOf([plan(1, 'begun', '102', 4), plan(2, 'wish_ended', '90', 9)], mid('100'));
    expect([first.arrival?.source, second?.arrival?.source]).toEqual(['first_order', 'plan']);
    expect(parentOf([first], 1)).toBe(first);
    expect(parentsOf([], mid('100'))).toMatchObject([{ plans: [], isWished: false, arrival: { source: 'first_order' } }]);
    expect(parentsOf([], undefined)).toMatchObject([{ arrival: undefined }]);
  });
});

describe('the price at the start of the window', () => {
  const near = { price: btc('95'), at: minutesLater(30) };
  const far = { price: btc('80'), at: minutesLater(-31) };

  it('is the candle that begins with it, else the nearest valuation, else nothing', () => {
    expect(windowStartPriceOf(NOON, btc('99'), [near])).toEqual({ price: btc('99'), at: NOON, source: 'candle' });
    expect(windowStartPriceOf(NOON, undefined, [far, near])).toEqual({ ...near, source: 'valuation' });
    expect(windowStartPriceOf(NOON, undefined, [])).toBeUndefined();
  });

  it('is the earlier of two valuations as near, and never a price of nothing', () => {
    const before = { price: btc('94'), at: minutesLater(-30) };
    expect(windowStartPriceOf(NOON, undefined, [near, before])).toMatchObject(before);
    expect(windowStartPriceOf(NOON, btc('0'), [{ price: btc('0'), at: NOON }, near])).toMatchObject(near);
  });
});

describe('what was planned and not sold', () => {
  const sold = [
    sampleFill({ orderId: 3, quantity: '4', filledAt: minutesLater(10) }),
    sampleFill({ orderId: 7, quantity: '1', filledAt: minutesLater(70) }),
  ];
  const prices = { arrival: btc('102'), lastMid: mid('98'), venue: VENUE };
  const opportunity = (...args: Parameters<typeof opportunityOf>) => {
    const found = opportunityOf(...args);
    return found === undefined ? undefined : [found.unsoldQuantity.toString(), found.cost.toFixed()];
  };

  it('costs what the market fell since the arrival', () => {
    expect(opportunity([samplePlan()], sold, minutesLater(120), prices)).toEqual(['5', '20']);
    expect(opportunity([samplePlan()], sold, minutesLater(120), { ...prices, lastMid: mid('103') })).toEqual(['5', '-5']);
  });

  it('is counted from the plan in force on', () => {
    const plans = [
      samplePlan({ supersededAt: minutesLater(60) }),
      samplePlan({ planId: 2, version: 2, planned: '3', madeAt: minutesLater(60), ordersBefore: 5 }),
    ];
    expect(opportunity(plans, sold, minutesLater(120), prices)).toEqual(['2', '8']);
    expect(opportunity(plans, sold.slice(0, 1), minutesLater(30), prices)).toEqual(['6', '24']);
  });

  it('is nothing where more was sold than planned, and unknown without a plan or a price', () => {
    expect(opportunity([samplePlan({ planned: '2' })], sold, minutesLater(120), prices)).toEqual(['0', '0']);
    expect(opportunity([], sold, NOON, prices)).toBeUndefined();
    expect(opportunity([samplePlan({ supersededAt: NOON })], sold, minutesLater(1), prices)).toBeUndefined();
    expect(opportunity([samplePlan()], sold, NOON, { ...prices, arrival: undefined })).toBeUndefined();
    expect(opportunity([samplePlan()], sold, NOON, { ...prices, lastMid: undefined })).toBeUndefined();
  });
});

describe('guards', () => {
  const counted = (code: string, count: number, minute: number) => ({
    code,
    count,
    firstAt: minutesLater(minute),
    lastAt: minutesLater(minute + 5),
  });

  it('are counted by code and coin, with their first and last instant, without what only sets the pace', () => {
    const counts = guardCounts([
      counted('BTC:book_stale', 2, 10),
      counted('BTC:slice_done', 40, 0),
      counted('trading_halted', 3, 20),
      counted('BTC:book_stale', 2, 0),
      counted('ETH:book_stale', 1, 0),
    ]);
    expect(counts).toEqual([
      { code: 'book_stale', asset: 'BTC', text: '호가가 오래되었습니다', count: 4, firstAt: NOON, lastAt: minutesLater(15) },
      {
        code: 'trading_halted',
        asset: undefined,
        text: '거래가 중지되어 있습니다 (HALTED)',
        count: 3,
        firstAt: minutesLater(20),
        lastAt: minutesLater(25),
      },
      { code: 'book_stale', asset: 'ETH', text: '호가가 오래되었습니다', count: 1, firstAt: NOON, lastAt: minutesLater(5) },
    ]);
    expect(guardCounts([counted('never_heard_of', 1, 0)])).toMatchObject([{ code: 'never_heard_of', text: 'never_heard_of' }]);
  });

  it('count neither what waits for the taxpayer nor what they only noted, which is counted apart', () => {
    const stored = [
      counted('window_open', 26, 0),
      counted('window_missing', 1, 0),
      counted('BTC:price_below_wish', 900, 0),
      counted('BTC:levels_of_zero', 2, 10),
      counted('BTC:levels_of_zero', 1, 0),
      counted('ETH:market_warning', 1, 0),
      counted('BTC:book_thin', 1, 0),
    ];
    expect(guardCounts(stored).map(({ code }) => code)).toEqual(['book_thin']);
    expect(noteCounts(stored)).toMatchObject([
      {
        code: 'levels_of_zero',
        asset: 'BTC',
        text: '수량이 없는 호가 단계를 제외하였습니다',
        count: 3,
        firstAt: NOON,
        lastAt: minutesLater(15),
      },
      { code: 'market_warning', asset: 'ETH', count: 1 },
    ]);
  });
});

describe('guards in the course of a sale', () => {
  const decision = (minute: number, outcome: 'order' | 'wait' | 'stop' | 'deny', ...codes: string[]) => ({
    decidedAt: minutesLater(minute),
    outcome,
    codes,
  });

  it('pause a coin from a decision until the next that lets it be sold', () => {
    const pauses = guardPauses(
      'BTC',
      [
        decision(0, 'order', 'ETH:book_thin'),
        decision(1, 'wait', 'BTC:book_stale'),
        decision(2, 'wait', 'BTC:spread_wide'),
        decision(3, 'order', 'BTC:dust_taken'),
        decision(4, 'wait', 'BTC:slice_done'),
        decision(5, 'deny', 'trading_halted'),
        decision(6, 'order', 'BTC:book_stale'),
        decision(7, 'stop', 'covered'),
      ],
      minutesLater(10),
    );
    expect(pauses).toEqual([
      { from: minutesLater(1), until: minutesLater(3), texts: ['호가가 오래되었습니다', '매수와 매도 호가의 차이가 너무 큽니다'] },
      { from: minutesLater(5), until: minutesLater(7), texts: ['거래가 중지되어 있습니다 (HALTED)', '호가가 오래되었습니다'] },
    ]);
  });

  it('do not pause a coin that waits for its taxpayer, or for its slice', () => {
    const day = 24 * 60;
    const pauses = guardPauses(
      'BTC',
      [
        decision(0, 'wait', 'BTC:price_below_wish'),
        decision(5, 'deny', 'window_open'),
        decision(day, 'wait', 'BTC:book_stale'),
        decision(day + 1, 'deny', 'stay_open', 'window_open'),
        decision(2 * day, 'deny', 'window_missing'),
        decision(3 * day, 'wait', 'BTC:spread_wide', 'ETH:price_below_wish'),
        decision(3 * day + 1, 'order', 'ETH:price_below_wish'),
        decision(3 * day + 2, 'wait', 'unknown_outcome_open'),
        decision(3 * day + 3, 'wait', 'BTC:slice_done'),
      ],
      minutesLater(26 * day),
    );
    expect(pauses.map(({ from, until }) => [from, until])).toEqual([
      [minutesLater(day), minutesLater(day + 1)],
      [minutesLater(3 * day), minutesLater(3 * day + 1)],
      [minutesLater(3 * day + 2), minutesLater(3 * day + 3)],
    ]);
    expect(guardPauses('BTC', [decision(0, 'wait', 'BTC:not_planned', 'ETH:book_stale')], minutesLater(9))).toEqual([]);
  });

  it('pause to the end where nothing follows', () => {
    expect(guardPauses('BTC', [decision(1, 'wait', 'BTC:book_stale')], minutesLater(9))).toMatchObject([{ until: minutesLater(9) }]);
    expect(guardPauses('BTC', [decision(1, 'wait', 'BTC:book_stale')], NOON)).toMatchObject([{ until: minutesLater(1) }]);
    expect(guardPauses('BTC', [], NOON)).toEqual([]);
  });
});

test('planned against sold: each slice wants its units on top of what was sold before it, and a new plan begins with what is sold', () => {
  const slice = (minute: number, quantity: string, ordersBefore: number) => ({
    startsAt: minutesLater(minute),
    quantity: CoinAmount.of('BTC', quantity),
    ordersBefore,
  });
  const plans = [
    samplePlan({ planned: '10', supersededAt: minutesLater(90) }),
    samplePlan({ planId: 2, version: 2, planned: '6', madeAt: minutesLater(90), ordersBefore: 5 }),
  ];
  const slices = [slice(0, '5', 0), slice(60, '7', 3), slice(90, '6', 5)];
  const fills = [
    sampleFill({ orderId: 5, quantity: '3', filledAt: minutesLater(61) }),
    sampleFill({ orderId: 3, quantity: '1', filledAt: minutesLater(30) }),
  ];
  const told = ({ at, percent }: { at: Date; percent: number }) => [(at.getTime() - NOON.getTime()) / 60_000, percent];
  const steps = progressSteps(plans, slices, fills);
  expect(steps.planned.map(told)).toEqual([
    [0, 0],
    [0, 50],
    [60, 80],
    [90, 40],
    [90, 100],
  ]);
  expect(steps.sold.map(told)).toEqual([
    [30, 10],
    [61, 40],
  ]);
  expect(progressSteps([], [], fills).sold.map(told).at(-1)).toEqual([61, 100]);
  expect(progressSteps([], [], [])).toEqual({ planned: [], sold: [] });
});

test('a span holds its first instant and not its last', () => {
  const span = { from: NOON, until: minutesLater(1) };
  expect([minutesLater(-1), NOON, minutesLater(1)].map((instant) => isWithin(instant, span))).toEqual([false, true, false]);
});

describe('a case', () => {
  const early = sampleFill({ quantity: '4', filledAt: minutesLater(10) });
  const late = sampleFill({ quantity: '1', filledAt: minutesLater(70) });
  const orders = [early, late].map(({ orderId, filledAt }) => ({ orderId, decidedAt: filledAt }));
  const holding = sampleHolding({ orders, fills: [early, late] });

  it('is measured by what was sold within the span, and by all of it for what is left', () => {
    const span = { from: minutesLater(60), until: minutesLater(80) };
    const report = reportCase(sampleCase([holding]), span);
    expect([report.sums.fills, report.orderIds.size, report.holdings[0]?.soldQuantity.toString()]).toEqual([1, 1, '1']);
    expect(report.sums.arrival.total.toFixed()).toBe('4');
    expect(report.holdings[0]?.opportunity?.unsoldQuantity.toString()).toBe('5');
  });

  it('without fills has sums of nothing', () => {
    const { sums, holdings } = reportCase(sampleCase([sampleHolding()]), ALL_TIME);
    expect([sums.fills, sums.arrivalFills, sums.windowStartFills]).toEqual([0, 0, 0]);
    expect(holdings[0]?.opportunity?.unsoldQuantity.toString()).toBe('10');
    expect(reportCase(sampleCase([], { sale: undefined }), ALL_TIME).sums.fills).toBe(0);
  });

  it('whose debt is covered has nothing left to sell', () => {
    const sale = { saleId: 1, state: 'done', endCode: 'covered', startedAt: NOON, endedAt: minutesLater(80) } as const;
    expect(reportCase(sampleCase([holding], { sale }), ALL_TIME).holdings[0]?.opportunity).toBeUndefined();
    const settled = reportCase(sampleCase([holding], { sale: { ...sale, endCode: 'settled' } }), ALL_TIME);
    expect(settled.holdings[0]?.opportunity).toBeUndefined();
    const ended = reportCase(sampleCase([holding], { sale: { ...sale, endCode: 'ended_by_official' } }), ALL_TIME);
    expect(ended.holdings[0]?.opportunity?.unsoldQuantity.toString()).toBe('5');
  });
});

describe('a case with several parents', () => {
  it('sold by wish, and a month later by the city, is measured by two arrival prices', () => {
    const month = 30 * 24 * 60;
    const plans = [
      samplePlan({ isWished: true, planned: '1', supersededAt: minutesLater(month) }),
      samplePlan({
        planId: 2,
        version: 2,
        reason: 'wish_ended',
        madeAt: minutesLater(month),
        planned: '3',
        arrival: '60',
        ordersBefore: 10,
      }),
    ];
    const wished = sampleFill({ orderId: 10, filledAt: minutesLater(1) });
    const forced = sampleFill({ orderId: 11, quantity: '2', price: '59', mid: btc('59.5'), filledAt: minutesLater(month + 1) });
    const both = sampleHolding({
      plans,
      orders: [wished, forced].map(({ orderId, filledAt }) => ({ orderId, decidedAt: filledAt })),
      fills: [wished, forced],
      lastMid: mid('58'),
    });
    const [report] = reportCase(sampleCase([both]), ALL_TIME).holdings;
    const told = ({ arrival: { impact, timing, total }, fills }: ExecutionSums) => [
      fills,
      ...[impact, timing, total].map((each) => each.toFixed()),
    ];
    expect(report?.parents.map(({ isWished, orderIds, sums }) => [isWished, orderIds, told(sums)])).toEqual([
      [true, [10], [1, '1', '2', '4']],
      [false, [11], [1, '1', '1', '3']],
    ]);
    expect(report === undefined ? [] : told(report.sums)).toEqual([2, '2', '3', '7']);
    expect(report?.fills.map(({ arrivalPrice }) => arrivalPrice?.toString())).toEqual(['102', '60']);
    expect(report?.arrival?.price.toString()).toBe('60');
    // One bitcoin left at 60 − 58, and not at 102 − 58.
    expect(report?.opportunity).toMatchObject({ isWished: false, cost: new Decimal(2) });
    const later = reportCase(sampleCase([both]), { from: minutesLater(month), until: minutesLater(month + 9) });
    expect(told(later.sums)).toEqual([1, '1', '1', '3']);
  });

  it('is what its parents add up to, exactly, whatever was planned and sold', () => {
    const reason = fc.constantFrom('need_changed', 'volatility_jump', 'policy_changed', 'wished', 'wish_ended');
    const step = fc.record({ reason, arrival: fc.integer({ min: 1, max: 1e9 }), orders: fc.integer({ min: 0, max: 3 }) });
    const sold = fc.record({ orderId: fc.integer({ min: 1, max: 20 }), price: fc.integer({ min: 1, max: 1e9 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), fc.array(sold), (steps, trades) => {
        let ordersBefore = 0;
        const plans = steps.map(({ reason: why, arrival, orders }, index) => {
          ordersBefore += orders;
          return samplePlan({ planId: index + 1, version: index + 1, reason: why, arrival: `${arrival}.125`, ordersBefore });
        });
        const fills = trades.map(({ orderId, price }) =>
          sampleFill({ orderId, price: `${price}.03`, quantity: '0.00000007', fee: '0.01' }),
        );
        const { holdings, sums } = reportCase(sampleCase([sampleHolding({ plans, fills })]), ALL_TIME);
        const parents = holdings.flatMap((each) => each.parents);
        for (const { arrival } of [sums, ...parents.map((each) => each.sums)])
          expect(arrival.fees.plus(arrival.impact).plus(arrival.timing).plus(arrival.unsplit).toFixed()).toBe(arrival.total.toFixed());
        expect(totalOf(parents.map((each) => each.sums))).toEqual(sums);
        expect(parents.flatMap((each) => each.fills)).toHaveLength(fills.length);
      }),
    );
  });
});

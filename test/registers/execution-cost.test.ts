import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal } from '../../src/kernel/decimal.ts';
import { CoinAmount, Price, Rate, VenueWon } from '../../src/kernel/money.ts';
import {
  arrivalCost,
  averageSecondsToFill,
  basisPoints,
  costAgainst,
  type ExecutionSums,
  type Fill,
  measureFill,
  NO_SUMS,
  passiveShare,
  sumsOf,
  totalOf,
} from '../../src/registers/execution/cost.ts';
import { NOON, sampleFill, VENUE } from './execution-sample.ts';

const btc = (figure: string) => Price.of('BTC', figure);
const text = (figures: object) =>
  Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, value instanceof Decimal ? value.toFixed() : value]));
const sumsIn = (fills: readonly Fill[], arrival = btc('102'), windowStart = btc('120')) =>
  sumsOf(fills.map((fill) => measureFill(fill, { arrival, windowStart })));

describe('what a fill cost', () => {
  it('against arrival: fees, spread and impact below the mid, and what the market did before', () => {
    // Worth 2 × 102 when planned, 2 × 100 when decided, sold for 2 × 99 less 1.5.
    expect(text(arrivalCost(sampleFill({ quantity: '2', fee: '1.5' }), btc('102')))).toEqual({
      benchmark: '204',
      fees: '1.5',
      impact: '2',
      timing: '4',
      unsplit: '0',
      total: '7.5',
    });
  });

  it('is negative where the market rose, or a resting order was paid more than the mid', () => {
    const fill = sampleFill({ price: '101', fee: '0', mid: btc('100.5') });
    expect(text(arrivalCost(fill, btc('100')))).toMatchObject({ impact: '-0.5', timing: '-0.5', total: '-1' });
  });

  it('against the start of the window: the same with another price', () => {
    expect(text(costAgainst(sampleFill({ quantity: '2', fee: '1.5' }), btc('120')))).toEqual({
      benchmark: '240',
      fees: '1.5',
      total: '43.5',
    });
  });

  it('is not divided where nobody knows the mid, and not made up where there is no benchmark', () => {
    expect(text(arrivalCost(sampleFill({ mid: undefined }), btc('102')))).toMatchObject({
      impact: '0',
      timing: '0',
      unsplit: '3',
      total: '4',
    });
    expect(measureFill(sampleFill(), { arrival: undefined, windowStart: undefined })).toMatchObject({
      arrival: undefined,
      windowStart: undefined,
    });
  });

  it('is of what the venue paid, where that is not quite quantity times price', () => {
    const fill = sampleFill({ proceeds: VenueWon.of(VENUE, '98.9999') });
    expect(text(arrivalCost(fill, btc('102')))).toMatchObject({ impact: '1.0001', total: '4.0001' });
  });
});

describe('sums', () => {
  const fills = [
    sampleFill({ quantity: '1', price: '99', fee: '1' }),
    sampleFill({ quantity: '3', price: '101', fee: '0', style: 'passive', filledAt: new Date(NOON.getTime() + 5_000) }),
  ];

  it('add up, with means weighted by value', () => {
    const sums = sumsIn(fills);
    expect([sums.fills, sums.proceeds.toFixed(), sums.fees.toFixed()]).toEqual([2, '402', '1']);
    expect(text(sums.arrival)).toEqual({ benchmark: '408', fees: '1', impact: '-2', timing: '8', unsplit: '0', total: '7' });
    expect(basisPoints(sums.arrival.total, sums.arrival.benchmark)?.toFixed()).toBe('171.5686');
    expect(passiveShare(sums)?.toFixed()).toBe('0.753731');
    // (99 × 1 s + 303 × 5 s) / 402
    expect(averageSecondsToFill(sums)?.toFixed()).toBe('4.015');
  });

  it('of nothing are nothing, and nothing is divided by zero', () => {
    const nothing = sumsOf([]);
    expect(nothing).toEqual(NO_SUMS);
    expect([basisPoints(nothing.arrival.total, nothing.arrival.benchmark), passiveShare(nothing), averageSecondsToFill(nothing)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    const unpaid = sumsIn([sampleFill({ proceeds: VenueWon.zero(VENUE), fee: '0' })]);
    expect([passiveShare(unpaid), averageSecondsToFill(unpaid)]).toEqual([undefined, undefined]);
    expect(basisPoints(new Decimal(1), new Decimal(0))).toBeUndefined();
  });

  it('leave out, and count, what has no benchmark or no known decision', () => {
    const lonely = measureFill(sampleFill({ decidedAt: undefined, mid: undefined }), { arrival: undefined, windowStart: btc('120') });
    const known = measureFill(sampleFill(), { arrival: btc('102'), windowStart: undefined });
    const sums = sumsOf([lonely, known]);
    expect([sums.fills, sums.arrivalFills, sums.windowStartFills]).toEqual([2, 1, 1]);
    expect([sums.arrival.benchmark.toFixed(), sums.windowStart.benchmark.toFixed()]).toEqual(['102', '120']);
    expect(averageSecondsToFill(sums)?.toFixed()).toBe('1');
  });
});

const figure = (max: number, decimalPlaces: number) =>
  fc
    .bigInt({ min: 1n, max: BigInt(max) * 10n ** BigInt(decimalPlaces) })
    .map((units) => new Decimal(units.toString()).shiftedBy(-decimalPlaces).toFixed());
const anyFill = fc
  .record({
    quantity: figure(1_000, 8),
    price: figure(200_000_000, 4),
    fee: figure(10_000, 6),
    mid: fc.option(figure(200_000_000, 5), { nil: undefined }),
    style: fc.constantFrom('cross', 'passive'),
    waitMs: fc.integer({ min: 0, max: 600_000 }),
  })
  .map(({ mid, waitMs, ...rest }) =>
    sampleFill({ ...rest, mid: mid === undefined ? undefined : btc(mid), filledAt: new Date(NOON.getTime() + waitMs) }),
  );

/** All that is not a number of fills. */
function amounts({ fills: _fills, arrivalFills: _arrival, windowStartFills: _windowStart, ...sums }: ExecutionSums) {
  return { ...text(sums), arrival: text(sums.arrival), windowStart: text(sums.windowStart) };
}

describe('whatever was sold', () => {
  it('the parts add up to the shortfall, exactly, and so to the won', () => {
    fc.assert(
      fc.property(fc.array(anyFill), figure(200_000_000, 6), (fills, arrivalPrice) => {
        const { arrival, windowStart, proceeds } = sumsIn(fills, btc(arrivalPrice), btc(arrivalPrice));
        const { fees, impact, timing, unsplit, total, benchmark } = arrival;
        expect(fees.plus(impact).plus(timing).plus(unsplit).toFixed()).toBe(total.toFixed());
        expect(benchmark.minus(proceeds).plus(fees).toFixed()).toBe(total.toFixed());
        expect(text(windowStart)).toEqual(text({ benchmark, fees, total }));
      }),
    );
  });

  it('a fill in two parts costs what it costs in one, and takes as long', () => {
    fc.assert(
      fc.property(anyFill, fc.bigInt({ min: 1n, max: 999n }), (fill, thousandths) => {
        const share = Rate.of(new Decimal(thousandths.toString()).div(1_000));
        const quantity = fill.quantity.times(share, CoinAmount.DECIMAL_PLACES_MAX, 'down');
        const part = { ...fill, quantity, proceeds: fill.proceeds.times(share), fee: fill.fee.times(share) };
        const rest = {
          ...fill,
          quantity: fill.quantity.minus(quantity),
          proceeds: fill.proceeds.minus(part.proceeds),
          fee: fill.fee.minus(part.fee),
        };
        const [whole, parted] = [sumsIn([fill]), sumsIn([part, rest])];
        expect(amounts(parted)).toEqual(amounts(whole));
        expect(averageSecondsToFill(parted)?.toFixed()).toBe(averageSecondsToFill(whole)?.toFixed());
      }),
    );
  });

  it('ten times the units at the same prices cost ten times the won and the same basis points', () => {
    const ten = Rate.of('10');
    fc.assert(
      fc.property(fc.array(anyFill, { minLength: 1 }), (fills) => {
        const larger = fills.map((fill) => ({
          ...fill,
          quantity: fill.quantity.times(ten, CoinAmount.DECIMAL_PLACES_MAX, 'down'),
          proceeds: fill.proceeds.times(ten),
          fee: fill.fee.times(ten),
        }));
        const [one, tenfold] = [sumsIn(fills).arrival, sumsIn(larger).arrival];
        expect(tenfold.total.toFixed()).toBe(one.total.times(10).toFixed());
        expect(basisPoints(tenfold.impact, tenfold.benchmark)?.toFixed()).toBe(basisPoints(one.impact, one.benchmark)?.toFixed());
      }),
    );
  });

  it('cases add up to their period', () => {
    fc.assert(
      fc.property(fc.array(fc.array(anyFill)), (cases) => {
        expect(amounts(totalOf(cases.map((fills) => sumsIn(fills))))).toEqual(amounts(sumsIn(cases.flat())));
      }),
    );
  });
});

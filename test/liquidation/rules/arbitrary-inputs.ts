import fc from 'fast-check';
import { civilDate } from '../../../src/kernel/civil-date.ts';
import { Decimal } from '../../../src/kernel/decimal.ts';
import type {
  DecisionInputs,
  GateFacts,
  MarketFacts,
  PolicyFacts,
  SellableHolding,
  SliceFacts,
} from '../../../src/liquidation/decision-inputs.ts';
import { DAY, inputs, later, openGate } from './given.ts';

const ASSETS = ['BTC', 'ETH', 'LUNA'];

/** Mostly what lets an order come about, now and then what must not. */
function mostly<Value>(usual: Value, ...others: Value[]): fc.Arbitrary<Value> {
  return fc.oneof({ weight: 39, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(usual, ...others) });
}

/** From nothing to a little more than so many, with eight decimals. */
function unitsUpTo(most: string | number | Decimal): fc.Arbitrary<string> {
  const whole = new Decimal(most);
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant('0') },
    {
      weight: 9,
      arbitrary: fc
        .integer({ min: 0, max: 1_100_000 })
        .map((millionths) => whole.times(millionths).shiftedBy(-6).decimalPlaces(8).toFixed()),
    },
  );
}

/** A price on the venue's steps, around which everything is laid. */
interface Scale {
  readonly price: string;
  readonly tick: string;
  /** A few levels take about so many units. */
  readonly size: string;
}

const SCALES: readonly Scale[] = [
  { price: '100000000', tick: '1000', size: '0.8' },
  { price: '1000000', tick: '1000', size: '40' },
  { price: '999500', tick: '500', size: '40' },
  { price: '0.02', tick: '0.0001', size: '9000000' },
  { price: '0.00004', tick: '0.0000001', size: '400000000000' },
];

const arbitraryBook = (scale: Scale): fc.Arbitrary<Pick<MarketFacts, 'bids' | 'asks'>> =>
  fc
    .record({
      gap: fc.oneof({ weight: 15, arbitrary: fc.integer({ min: 1, max: 8 }) }, { weight: 1, arbitrary: fc.integer({ min: -2, max: 400 }) }),
      bids: fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), unitsUpTo(scale.size)), { minLength: 2, maxLength: 12 }),
      asks: fc.array(unitsUpTo(scale.size), { minLength: 1, maxLength: 3 }),
    })
    .map(({ gap, bids, asks }) => {
      const tick = new Decimal(scale.tick);
      let price = new Decimal(scale.price);
      const shown = bids.map(([steps, size]): [string, string] => {
        const at: [string, string] = [price.toFixed(), size];
        price = Decimal.max(price.minus(tick.times(steps)), tick);
        return at;
      });
      return {
        bids: shown,
        asks: asks.map((size, level): [string, string] => [new Decimal(scale.price).plus(tick.times(gap + level)).toFixed(), size]),
      };
    });

const arbitraryMarket = (scale: Scale, asset: string): fc.Arbitrary<SellableHolding['market']> => {
  const facts = fc
    .record({
      book: arbitraryBook(scale),
      acceptsOrders: mostly(true, false),
      takerFeeRate: fc.constantFrom('0', '0.0005', '0.002'),
      makerFeeRate: fc.constantFrom('0', '0.0005', '0.001'),
      minimumOrderKrw: fc.constantFrom('0', '5000', '5000', '500'),
      maximumOrderKrw: fc.constantFrom('1000000000', '1000000', null),
      quantityDecimalPlaces: fc.constantFrom(8, 8, 4),
      ticks: mostly([{ from: '0', tick: scale.tick }], [], [{ from: '0', tick: '0' }], [{ from: '0', tick: '7' }]),
      changedAt: mostly(later(-1), later(-60), later(60)),
      flags: fc.constantFrom<MarketFacts['flags'][]>([], [], ['caution'], ['delisting']),
      walletState: mostly<MarketFacts['walletState']>('working', 'halted', 'unknown'),
      reference: mostly(null, { price: scale.price, venues: ['bithumb', 'coinone'] }, { price: '1', venues: ['bithumb', 'coinone'] }),
      freeUnits: fc.oneof(fc.constant(null), unitsUpTo(new Decimal(scale.size).times(3))),
      strangeOrders: mostly<number>(0, 1),
      clockSkewMs: mostly<number | null>(0, 60_000, null),
    })
    .map(({ book, ...rest }): MarketFacts => ({ symbol: `KRW-${asset}`, ...book, ...rest }));
  return fc.oneof(
    { weight: 12, arbitrary: facts },
    { weight: 1, arbitrary: fc.constantFrom('not_listed' as const, 'unreadable' as const) },
  );
};

const arbitrarySlice = (scale: Scale): fc.Arbitrary<SliceFacts | null> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.constant(null) },
    {
      weight: 9,
      arbitrary: fc
        .record({
          quantity: unitsUpTo(new Decimal(scale.size).times(2)),
          soldShare: fc.constantFrom('0', '0', '0.15', '0.3', '1'),
          begun: fc.oneof(fc.integer({ min: -4_000, max: 60 }), fc.integer({ min: -30, max: 0 })),
          seconds: fc.constantFrom(60, 3_600),
          isImmediate: fc.constantFrom(false, false, true),
          isLast: fc.boolean(),
        })
        .map(({ quantity, soldShare, begun, seconds, isImmediate, isLast }) => ({
          planId: 1,
          sliceId: 1,
          startsAt: later(begun),
          endsAt: later(begun + seconds),
          quantity,
          sold: new Decimal(quantity).times(soldShare).toFixed(),
          isImmediate,
          isLast,
        })),
    },
  );

const arbitraryHolding = (holdingId: number): fc.Arbitrary<SellableHolding> =>
  fc.constantFrom(...SCALES).chain((scale) => {
    const asset = ASSETS[holdingId - 1] ?? 'BTC';
    const size = new Decimal(scale.size);
    return fc.record({
      holdingId: fc.constant(holdingId),
      asset: fc.constant(asset),
      held: fc.oneof(unitsUpTo(size.times(2)), unitsUpTo(new Decimal('12000').div(scale.price).decimalPlaces(8))),
      mandateLeft: fc.oneof(unitsUpTo(size.times(2)), fc.constant(size.times(9).toFixed())),
      priceFloor: mostly('0', new Decimal(scale.price).times('0.995').toFixed(), new Decimal(scale.price).times(2).toFixed()),
      frozen: mostly(false, true),
      readingLack: mostly<SellableHolding['readingLack']>(null, 'never', 'old', 'differs'),
      isAllowed: mostly(true, false),
      rank: fc.integer({ min: 0, max: 2 }),
      slice: arbitrarySlice(scale),
      caps: fc.record({
        planned: unitsUpTo(size.times(2)),
        soldToday: unitsUpTo(size.div(9).decimalPlaces(8)),
        soldTodayAtVenue: unitsUpTo(size.div(9).decimalPlaces(8)),
        openAtVenue: mostly('0', size.div(9).decimalPlaces(8).toFixed()),
        dailyVolume: fc.oneof(fc.constant(null), unitsUpTo(size.times(20))),
      }),
      deviationPerSecond: mostly<string | null>('0.000001', '0', '0.0001', null),
      openInMarket: mostly(0, 1),
      market: arbitraryMarket(scale, asset),
    });
  });

const arbitraryPolicy: fc.Arbitrary<PolicyFacts> = fc.record({
  band: fc.constantFrom('0.01', '0.01', '0.0001', '0.1', '0'),
  depthParticipation: fc.constantFrom('0.5', '1', '0.05'),
  staleBookSeconds: fc.constant(10),
  intervalSeconds: fc.constant(10),
  spreadMaximum: fc.constantFrom('0.02', '0.2'),
  referenceDeviationMaximum: fc.constant('0.03'),
  levelsMinimum: fc.constantFrom(1, 3),
  clockSkewMaximumMs: fc.constant(5_000),
  passive: fc.record({
    isOn: mostly(true, false),
    restSeconds: fc.constantFrom(300, 30, 1),
    spreadMinimum: fc.constantFrom('0', '0.0005'),
  }),
  childrenPerSlice: fc.constantFrom(1, 6, 7),
  poolsDust: fc.constantFrom(false, false, true),
  dailyPlanShare: fc.constantFrom(null, null, '0.1', '0.5'),
  dailyVolumeShare: mostly<string | null>('0.05', null, '0'),
});

const arbitraryGate: fc.Arbitrary<GateFacts> = fc
  .record({
    tradingState: mostly<GateFacts['tradingState']>('ACTIVE', 'REDUCING', 'HALTED'),
    mandate: mostly<GateFacts['mandate']>(openGate.mandate, null),
    isOpenWindow: fc.constantFrom(false, false, false, true),
    wishes: fc.array(
      fc.record({
        id: fc.nat(9),
        kind: fc.constantFrom('limit' as const, 'stop' as const),
        asset: fc.constantFrom(...ASSETS),
        price: fc.oneof(fc.constant(null), fc.constantFrom('0.00003', '0.021', '999000', '100000000')),
        left: fc.oneof(fc.constant(null), unitsUpTo(5)),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ isOpenWindow, wishes, ...rest }) => ({
    ...openGate,
    ...rest,
    ...(isOpenWindow ? { window: { state: 'open' as const, endsOn: civilDate(DAY) }, wishes } : {}),
  }));

const arbitraryNeed = fc.oneof(
  fc.integer({ min: 1, max: 200_000_000 }).map((remaining) => [remaining, remaining] as const),
  fc.tuple(fc.integer({ min: -9_000, max: 20_000 }), fc.integer({ min: -9_000, max: 20_000 })),
);

export const arbitraryInputs: fc.Arbitrary<DecisionInputs> = fc
  .record({
    gate: arbitraryGate,
    need: arbitraryNeed,
    unknownOutcomesOpen: mostly(0, 1),
    ownOrdersOpen: mostly(0, 1),
    orderBudget: mostly({ perSecond: 12, blockedMs: 0 }, { perSecond: 1, blockedMs: 60_000 }),
    holdings: mostly(2, 0, 1, 3).chain((count) => fc.tuple(...[1, 2, 3].slice(0, count).map(arbitraryHolding))),
    policy: arbitraryPolicy,
  })
  .map(({ need: [remainingKrw, uncoveredKrw], ...rest }) => {
    const given = inputs(rest);
    return { ...given, need: { ...given.need, remainingKrw: `${remainingKrw}`, uncoveredKrw: `${uncoveredKrw}` } };
  });

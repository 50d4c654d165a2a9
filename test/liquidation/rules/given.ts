import { civilDate } from '../../../src/kernel/civil-date.ts';
import type {
  DecisionInputs,
  GateFacts,
  MarketFacts,
  NeedFacts,
  PolicyFacts,
  SellableHolding,
  SliceFacts,
} from '../../../src/liquidation/decision-inputs.ts';

/** Ten in the morning in Seoul. */
export const AT = '2026-03-16T01:00:00.000Z';
export const DAY = civilDate('2026-03-16');

/** An instant so many seconds after `AT`, or before it. */
export function later(seconds: number): string {
  return new Date(Date.parse(AT) + seconds * 1_000).toISOString();
}

export const openGate: GateFacts = {
  day: DAY,
  phase: 'selling',
  saleNotices: [{ recipient: 'person:1', issued: true, served: true }],
  window: { state: 'passed', endsOn: civilDate('2026-03-10') },
  wishes: [],
  openStays: [],
  pendingBillUpdates: 0,
  billBars: [],
  mandate: { id: 1, state: 'approved', endsOn: civilDate('2026-06-01') },
  tradingState: 'ACTIVE',
};

export const policy: PolicyFacts = {
  band: '0.01',
  depthParticipation: '0.5',
  staleBookSeconds: 10,
  intervalSeconds: 10,
  spreadMaximum: '0.02',
  referenceDeviationMaximum: '0.03',
  levelsMinimum: 3,
  clockSkewMaximumMs: 5_000,
  passive: { isOn: true, restSeconds: 300, spreadMinimum: '0.0005' },
  childrenPerSlice: 6,
  poolsDust: false,
  dailyPlanShare: null,
  dailyVolumeShare: null,
};

/** Mid 100,050,000; within a hundredth below it 1.5 units are shown, and 50 further down. */
export const market: MarketFacts = {
  symbol: 'KRW-BTC',
  acceptsOrders: true,
  takerFeeRate: '0.0005',
  makerFeeRate: '0.0005',
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
  changedAt: AT,
  flags: [],
  walletState: 'working',
  reference: { price: '100000000', venues: ['bithumb', 'coinone'] },
  freeUnits: '100',
  strangeOrders: 0,
  clockSkewMs: 0,
};

/** All at once, begun ten minutes ago. */
export function slice(quantity: string, change: Partial<SliceFacts> = {}): SliceFacts {
  return {
    planId: 1,
    sliceId: 1,
    startsAt: later(-600),
    endsAt: later(3_000),
    quantity,
    sold: '0',
    isImmediate: true,
    isLast: true,
    ...change,
  };
}

export function holding(change: Partial<SellableHolding> = {}): SellableHolding {
  const held = change.held ?? '0.4';
  return {
    holdingId: 1,
    asset: 'BTC',
    held,
    mandateLeft: held,
    priceFloor: '50000000',
    frozen: false,
    readingLack: null,
    isAllowed: true,
    rank: 0,
    slice: slice(held),
    caps: { planned: held, soldToday: '0', soldTodayAtVenue: '0', openAtVenue: '0', dailyVolume: null },
    deviationPerSecond: null,
    openInMarket: 0,
    market,
    ...change,
  };
}

/** Nothing sold yet and no order open, unless said otherwise. */
export function need(remainingKrw: string, uncoveredKrw = remainingKrw): NeedFacts {
  return { owedKrw: remainingKrw, elsewhereKrw: '0', costsKrw: '0', realisedKrw: '0', openOrdersKrw: '0', remainingKrw, uncoveredKrw };
}

export function inputs(change: Partial<DecisionInputs> = {}): DecisionInputs {
  return {
    ruleVersion: 'planned-1',
    policyVersion: 'test',
    at: AT,
    day: DAY,
    venue: 'upbit',
    gate: openGate,
    need: need('10000000'),
    unknownOutcomesOpen: 0,
    ownOrdersOpen: 0,
    orderBudget: { perSecond: 12, blockedMs: 0 },
    holdings: [holding()],
    policy,
    ...change,
  };
}

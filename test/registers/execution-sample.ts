import { CoinAmount, Price, VenueWon } from '../../src/kernel/money.ts';
import type { PlanFacts } from '../../src/registers/execution/benchmark.ts';
import type { Fill } from '../../src/registers/execution/cost.ts';
import type { CaseFacts, HoldingFacts } from '../../src/registers/execution/facts.ts';
import { NO_ORDERS } from '../../src/registers/execution/order-facts.ts';

export const VENUE = 'upbit';
export const NOON = new Date('2026-03-05T03:00:00Z');

export function minutesLater(minutes: number, from: Date = NOON): Date {
  return new Date(from.getTime() + minutes * 60_000);
}

let serial = 0;

/** A fill of one bitcoin at 99 won, decided at noon when the mid was 100, and made a second later; fee one won. */
export function sampleFill(
  change: { quantity?: string; price?: string; fee?: string } & Partial<Omit<Fill, 'quantity' | 'price' | 'fee'>> = {},
): Fill {
  const { quantity: units = '1', price: wonEach = '99', fee: feeKrw = '1', ...rest } = change;
  const quantity = CoinAmount.of('BTC', units);
  const price = Price.of('BTC', wonEach);
  serial += 1;
  return {
    fillId: serial,
    orderId: serial,
    tradeId: `t-${serial}`,
    venue: VENUE,
    style: 'cross',
    quantity,
    price,
    proceeds: quantity.costAt(price, VENUE),
    fee: VenueWon.of(VENUE, feeKrw),
    filledAt: new Date(NOON.getTime() + 1_000),
    decidedAt: NOON,
    mid: Price.of('BTC', '100'),
    ...rest,
  };
}

/** A plan of ten bitcoin, made at noon when one was worth 102 won. */
export function samplePlan(change: { planned?: string; arrival?: string } & Partial<PlanFacts> = {}): PlanFacts {
  const { planned = '10', arrival = '102', ...rest } = change;
  return {
    planId: 1,
    version: 1,
    reason: 'begun',
    isWished: false,
    madeAt: NOON,
    plannedQuantity: CoinAmount.of('BTC', planned),
    arrivalPrice: Price.of('BTC', arrival),
    doubts: [],
    ordersBefore: 0,
    supersededAt: undefined,
    ...rest,
  };
}

export function sampleHolding(change: Partial<HoldingFacts> = {}): HoldingFacts {
  return {
    holdingId: 1,
    asset: 'BTC',
    venue: VENUE,
    ...NO_ORDERS,
    plans: [samplePlan()],
    lastMid: { price: Price.of('BTC', '98'), at: NOON, source: 'book' },
    windowStart: { price: Price.of('BTC', '120'), at: minutesLater(-60 * 24 * 30), source: 'candle' },
    ...change,
  };
}

export function sampleCase(holdings: readonly HoldingFacts[], change: Partial<CaseFacts> = {}): CaseFacts {
  const sale = { saleId: 1, state: 'running', endCode: undefined, startedAt: NOON, endedAt: undefined } as const;
  const standing = { phase: 'selling', closeReason: undefined, isNothingReceived: false } as const;
  return { caseId: 1, number: '표본-000001', standing, sale, holdings, ...change };
}

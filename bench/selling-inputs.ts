import { civilDate } from '../src/kernel/civil-date.ts';
import { RULE_VERSION } from '../src/liquidation/decide.ts';
import type { DecisionInputs, MarketFacts, SellableHolding } from '../src/liquidation/decision-inputs.ts';
import { policyFactsOf } from '../src/liquidation/step-inputs.ts';
import { makeBook } from '../src/paper-exchange/market/book.ts';
import { GENERATED_COINS, type GeneratedCoin } from '../src/paper-exchange/market/generator.ts';
import { UPBIT_RULES } from '../src/paper-exchange/upbit-face/venue-rules.ts';
import { initialRows } from '../src/policy/definition.ts';
import { POLICY_DEFINITIONS } from '../src/policy/definitions/index.ts';
import { PolicySet } from '../src/policy/policy-set.ts';

/** Ten in the morning in Seoul. */
const AT = '2026-03-16T01:00:00.000Z';
const DAY = civilDate('2026-03-16');
const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
/** Won that a holding is worth: a city's usual case. */
const WORTH_KRW = 3_000_000;

/** What a decision about a case with so many coins is made from: books of thirty levels a side, a plan with a slice due, an open gate. */
export function sampleInputs(coins: number): DecisionInputs {
  const holdings = GENERATED_COINS.slice(0, coins).map(holdingOf);
  const remainingKrw = `${Math.round(WORTH_KRW * coins * 0.8)}`;
  return {
    ruleVersion: RULE_VERSION,
    policyVersion: 'bench',
    at: AT,
    day: DAY,
    venue: 'upbit',
    gate: {
      day: DAY,
      phase: 'selling',
      saleNotices: [
        { recipient: 'person:1', issued: true, served: true },
        { recipient: 'person:2', issued: true, served: true },
      ],
      window: { state: 'passed', endsOn: civilDate('2026-03-10') },
      wishes: [],
      openStays: [],
      pendingBillUpdates: 0,
      billBars: [],
      mandate: { id: 1, state: 'approved', endsOn: civilDate('2026-06-01') },
      tradingState: 'ACTIVE',
    },
    need: {
      owedKrw: remainingKrw,
      elsewhereKrw: '0',
      costsKrw: '1000',
      realisedKrw: '0',
      openOrdersKrw: '0',
      remainingKrw,
      uncoveredKrw: remainingKrw,
    },
    unknownOutcomesOpen: 0,
    ownOrdersOpen: 0,
    orderBudget: { perSecond: 12, blockedMs: 0 },
    holdings,
    policy: policyFactsOf(new PolicySet(initialRows(POLICY_DEFINITIONS)), DAY),
  };
}

function holdingOf(coin: GeneratedCoin, index: number): SellableHolding {
  const quantity = (WORTH_KRW / coin.basePrice).toFixed(8);
  return {
    holdingId: index + 1,
    asset: coin.asset,
    held: quantity,
    mandateLeft: quantity,
    priceFloor: (coin.basePrice / 2).toFixed(2),
    frozen: false,
    readingLack: null,
    isAllowed: true,
    rank: index,
    slice: {
      planId: index + 1,
      sliceId: index + 1,
      startsAt: AT,
      endsAt: new Date(Date.parse(AT) + 60 * MINUTE_MS).toISOString(),
      quantity,
      sold: '0',
      isImmediate: true,
      isLast: true,
    },
    caps: { planned: quantity, soldToday: '0', soldTodayAtVenue: '0', openAtVenue: '0', dailyVolume: `${coin.dailyVolume}` },
    deviationPerSecond: (coin.dailyVolatility / Math.sqrt(86_400)).toPrecision(9),
    openInMarket: 0,
    market: marketOf(coin),
  };
}

function marketOf({ asset, basePrice, dailyVolume }: GeneratedCoin): MarketFacts {
  const ticks = UPBIT_RULES.ticksOf(asset);
  const book = makeBook({
    seed: 'bench',
    asset,
    minute: Date.parse(AT) / MINUTE_MS,
    price: basePrice,
    averageVolume: dailyVolume / DAY_MINUTES,
    ticks,
    levels: UPBIT_RULES.bookLevels,
  });
  const side = (levels: typeof book.bids) => levels.map(({ price, quantity }): [string, string] => [price.toFixed(), quantity.toFixed()]);
  return {
    symbol: `KRW-${asset}`,
    acceptsOrders: true,
    takerFeeRate: UPBIT_RULES.feeRate.toFixed(),
    makerFeeRate: UPBIT_RULES.feeRate.toFixed(),
    minimumOrderKrw: UPBIT_RULES.minimumOrder.toFixed(),
    maximumOrderKrw: UPBIT_RULES.maximumOrder.toFixed(),
    quantityDecimalPlaces: UPBIT_RULES.quantityDecimalPlaces,
    ticks: [{ from: '0', tick: ticks.tickAt(book.bids[0]?.price ?? book.asks[0]?.price ?? UPBIT_RULES.minimumOrder).toFixed() }],
    bids: side(book.bids),
    asks: side(book.asks),
    changedAt: AT,
    flags: [],
    walletState: 'working',
    reference: { price: `${basePrice}`, venues: ['bithumb', 'coinone'] },
    freeUnits: `${dailyVolume}`,
    strangeOrders: 0,
    clockSkewMs: 0,
  };
}

import { randomUUID } from 'node:crypto';
import { elapsedMs, pause } from '../src/kernel/clock.ts';
import { CheongsanError } from '../src/kernel/errors.ts';
import { Rate } from '../src/kernel/money.ts';
import { runDesk } from '../src/liquidation/desk.ts';
import { type Benchmark, type Figure, figure, median } from './figure.ts';
import { openSales, type SampleCase } from './selling-cases.ts';
import { type SellingCity, withSellingCity } from './selling-city.ts';
import { sampleCoins } from './selling-market.ts';

/** Upbit's published limit until August 2026, and since. */
const LIMITS = [8, 12] as const;
const GOAL = 0.95;
/** A market takes one order at a time, which needs a second and some: so many markets for each order a second keep the desk busy. */
const COINS_PER_ORDER = 1.75;
const SALES_PER_COIN = 3;
const HELD_KRW = 120_000_000;
const TAX_KRW = '900000000';
/** What one order takes of the shown depth: little, so that a book serves a whole minute of orders. */
const DEPTH_PARTICIPATION = '0.05';
const WARM_UP_MS = 4_000;
const DESK_MS = 30_000;
const LOOP_MS = 20_000;
/** Of the orders counted, a rate is told over so many, wherever one begins to count. */
const SPAN_SHARE = 0.8;
/** More than any loop sends. */
const LOOP_ORDERS_MAX = Rate.of('10000');
const LONG_AFTER = new Date('2100-01-01T00:00:00Z');

/** How much of the orders a second that the venue grants the desk uses while there is always more to sell. */
export const sellingBudget: Benchmark = {
  names: LIMITS.flatMap((limit) => [`selling.budget.${limit}`, `selling.orders.${limit}`]),
  run: async () => {
    const figures: Figure[] = [];
    for (const limit of LIMITS) figures.push(...(await budgetFigures(limit)));
    return figures;
  },
};

function budgetFigures(ordersPerSecond: number): Promise<readonly Figure[]> {
  const coins = sampleCoins(Math.ceil(ordersPerSecond * COINS_PER_ORDER));
  const policy = { 'sale.order_interval_seconds': 1, 'sale.depth_participation': DEPTH_PARTICIPATION };
  return withSellingCity({ coins, limits: { ordersPerSecond }, policy }, async (city) => {
    await openSales(city, coins.flatMap(salesOf));
    const desk = await deskRate(city);
    const loop = await loopRate(city, coins[0]?.asset ?? '');
    const refused = city.refusedForRate();
    if (refused > 0) throw new CheongsanError('INTERNAL', `The exchange refused ${refused} requests because there were too many.`);
    return [
      figure({
        name: `selling.budget.${ordersPerSecond}`,
        value: desk / ordersPerSecond,
        unit: 'share',
        reference: `95% of ${ordersPerSecond} orders/s, no 429`,
        referenceValue: GOAL,
        higherIsBetter: true,
      }),
      figure({
        name: `selling.orders.${ordersPerSecond}`,
        value: desk,
        unit: 'orders/s',
        reference: 'orders/s of a loop that only sends',
        referenceValue: loop,
        higherIsBetter: true,
      }),
    ];
  });
}

/** Several cases of a coin, due from the beginning, each with far more to sell than is sold here. */
function salesOf({ asset, basePrice }: { readonly asset: string; readonly basePrice: number }): SampleCase[] {
  const coins = [{ asset, quantity: (HELD_KRW / basePrice).toFixed(4), priceFloor: (basePrice / 10).toFixed(2) }];
  return Array.from({ length: SALES_PER_COIN }, () => ({ coins, taxKrw: TAX_KRW, nextStepAt: new Date(0) }));
}

async function deskRate(city: SellingCity): Promise<number> {
  const takenAtMs: number[] = [];
  const { port } = city.desk;
  const sell: typeof port.sell = async (order) => {
    const answer = await port.sell(order);
    if (answer.kind === 'accepted') takenAtMs.push(elapsedMs());
    return answer;
  };
  const desk = { ...city.desk, port: { ...port, sell } };
  const endMs = elapsedMs() + WARM_UP_MS + DESK_MS;
  const working = (async () => {
    while (elapsedMs() < endMs) await runDesk(desk);
  })();
  await pause(WARM_UP_MS);
  takenAtMs.length = 0;
  await pause(DESK_MS);
  const rate = ratePerSecond(takenAtMs);
  // A desk works as long as something is due.
  await city.database.read.liquidation.updateMany({ data: { nextStepAt: LONG_AFTER } });
  await working;
  return rate;
}

/** Orders a second of callers that do nothing but send, each its next order when the last is answered. */
async function loopRate({ port, fund }: SellingCity, asset: string): Promise<number> {
  const symbol = `KRW-${asset}`;
  const [terms, book] = [await port.sellingTerms(symbol), await port.orderBook(symbol)];
  const limitPrice = book.bids.at(-1)?.price;
  if (limitPrice === undefined) throw new CheongsanError('INTERNAL', `Nobody bids for ${asset}.`);
  const quantity = limitPrice.unitsFor(terms.minimumOrder, terms.quantityDecimalPlaces, 'up');
  await fund(asset, quantity.times(LOOP_ORDERS_MAX, terms.quantityDecimalPlaces, 'up').toString());
  const takenAtMs: number[] = [];
  const endMs = elapsedMs() + WARM_UP_MS + LOOP_MS;
  const caller = async () => {
    while (elapsedMs() < endMs) {
      const answer = await port.sell({ identifier: randomUUID(), symbol, quantity, limitPrice, timeInForce: 'immediate_or_cancel' });
      if (answer.kind !== 'accepted') throw new CheongsanError('INTERNAL', `The exchange did not take a plain order: ${answer.kind}.`);
      if (endMs - elapsedMs() < LOOP_MS) takenAtMs.push(elapsedMs());
    }
  };
  await Promise.all(Array.from({ length: 2 * port.orderBudget().perSecond }, caller));
  return ratePerSecond(takenAtMs);
}

/** However they come, in bursts or evenly: the median time that most of them took, wherever one begins to count. */
function ratePerSecond(takenAtMs: readonly number[]): number {
  const span = Math.floor(takenAtMs.length * SPAN_SHARE);
  const spansMs = takenAtMs.slice(span).map((untilMs, index) => untilMs - (takenAtMs[index] ?? untilMs));
  return (span * 1_000) / median(spansMs);
}

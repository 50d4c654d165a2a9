import type { BookLevel } from '../exchange/port.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { balances } from '../ledger/balance.ts';
import { CHART } from '../ledger/chart.ts';
import type { MarketFacts } from './decision-inputs.ts';
import type { Desk } from './desk.ts';

/** Reads book and terms of every coin the sale still holds. A market the venue does not have is left out. */
export async function readMarkets({ database, port }: Desk, liquidationId: number): Promise<Map<string, MarketFacts>> {
  const sale = await database.read.liquidation.findUniqueOrThrow({ where: { id: liquidationId } });
  const holdings = await database.read.holding.findMany({ where: { caseId: sale.caseId }, orderBy: { id: 'asc' } });
  const listed = new Map((await port.markets()).map((market) => [market.asset, market.symbol]));
  const facts = new Map<string, MarketFacts>();
  for (const { id, asset } of holdings) {
    const symbol = listed.get(asset);
    const held = await balances(database.read, { chart: CHART.coinsHeld, asset, subject: `holding:${id}` });
    if (symbol === undefined || held.length === 0) continue;
    facts.set(asset, await readOne(port, symbol));
  }
  return facts;
}

async function readOne(port: Desk['port'], symbol: string): Promise<MarketFacts> {
  const terms = await port.sellingTerms(symbol);
  const book = await port.orderBook(symbol);
  if (book.symbol !== symbol) throw new CheongsanError('EXCHANGE_REFUSED', `Asked for the book of ${symbol}, got ${book.symbol}.`);
  return {
    symbol,
    acceptsOrders: terms.acceptsOrders,
    takerFeeRate: terms.takerFeeRate.toString(),
    minimumOrderKrw: terms.minimumOrder.toString(),
    maximumOrderKrw: terms.maximumOrder?.toString() ?? null,
    quantityDecimalPlaces: terms.quantityDecimalPlaces,
    ticks: terms.ticks.map(({ from, tick }) => ({ from: from.toString(), tick: tick.toString() })),
    bids: book.bids.map(level),
    asks: book.asks.map(level),
    changedAt: book.changedAt.toISOString(),
  };
}

function level({ price, quantity }: BookLevel): [string, string] {
  return [price.toString(), quantity.toString()];
}

import type { BookLevel } from '../exchange/port.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { balances } from '../ledger/balance.ts';
import { CHART } from '../ledger/chart.ts';
import type { MarketFacts, SellableHolding } from './decision-inputs.ts';
import type { Desk } from './desk.ts';

/** What is known of the market of each coin; one that is absent was not read. */
export type Markets = ReadonlyMap<string, SellableHolding['market']>;

/**
 * Reads book and terms of every coin the sale still holds. What the venue refuses or does not answer makes one market, or all of
 * them, unreadable and nothing else: the other coins are sold, and a sale that needs no market goes on.
 */
export async function readMarkets(desk: Desk, liquidationId: number): Promise<Markets> {
  const { database, port } = desk;
  const sale = await database.read.liquidation.findUniqueOrThrow({ where: { id: liquidationId } });
  const holdings = await database.read.holding.findMany({ where: { caseId: sale.caseId }, orderBy: { id: 'asc' } });
  const held = await Promise.all(
    holdings.map(({ id, asset }) => balances(database.read, { chart: CHART.coinsHeld, asset, subject: `holding:${id}` })),
  );
  const assets = [...new Set(holdings.filter((_, index) => held[index]?.length !== 0).map(({ asset }) => asset))];
  const known = new Map<string, SellableHolding['market']>();
  const listed = assets.length === 0 ? undefined : await readable(desk, 'markets', () => port.markets());
  if (listed === undefined) return known;
  for (const asset of assets) {
    const symbol = listed.find((market) => market.asset === asset)?.symbol;
    const facts = symbol === undefined ? 'not_listed' : await readable(desk, symbol, () => readOne(port, symbol));
    if (facts !== undefined) known.set(asset, facts);
  }
  return known;
}

/** Undefined when the venue gave no answer that can be used. */
export async function readable<T>({ log, accountId }: Desk, what: string, read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (thrown) {
    const isVenues = thrown instanceof CheongsanError && (thrown.code === 'EXCHANGE_UNAVAILABLE' || thrown.code === 'EXCHANGE_REFUSED');
    if (!isVenues) throw thrown;
    log.warn({ account: accountId, what, code: thrown.code, reason: thrown.message }, 'the venue could not be read');
    return undefined;
  }
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

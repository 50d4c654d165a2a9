import type { BookLevel, ExchangePort, Market } from '../exchange/port.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CHART } from '../ledger/chart.ts';
import type { MarketFacts, SellableHolding } from './decision-inputs.ts';
import type { Desk } from './desk.ts';
import { readable } from './readable.ts';
import type { MarketStandings } from './standings.ts';

/** What is known of the market of each coin; one that is absent was not read. */
export type Markets = ReadonlyMap<string, SellableHolding['market']>;

/**
 * Reads book, terms and standing of every coin. What the venue refuses or does not answer makes one market, or
 * all of them, unreadable and nothing else: the other coins are sold, and a sale that needs no market goes on.
 */
export async function readMarkets(desk: Desk, assets: readonly string[], standings: MarketStandings): Promise<Markets> {
  const known = new Map<string, SellableHolding['market']>();
  const listed = assets.length === 0 ? undefined : await standings.markets();
  if (listed === undefined) return known;
  const free = await freeUnits(desk);
  await Promise.all(
    assets.map(async (asset) => {
      const market = listed.find((each) => each.asset === asset);
      const facts = market === undefined ? 'not_listed' : await readable(desk, market.symbol, () => readOne(desk, market, standings, free));
      if (facts !== undefined) known.set(asset, facts);
    }),
  );
  return known;
}

/** Coins that these sales still hold at the account. */
export async function assetsHeld({ database, accountId }: Desk, saleIds: readonly number[]): Promise<string[]> {
  const rows = await database.read.$queryRaw<{ asset: string }[]>`
    SELECT DISTINCT h.asset FROM liquidation q JOIN holding h ON h.case_id = q.case_id
      JOIN ledger_account a ON a.subject = 'holding:' || h.id AND a.asset = h.asset AND a.chart_code = ${CHART.coinsHeld}
       AND a.place = ${`account:${accountId}`}
      JOIN ledger_balance b ON b.account_id = a.id AND b.balance <> 0
     WHERE q.id = ANY (${[...saleIds]}::int[]) ORDER BY h.asset`;
  return rows.map(({ asset }) => asset);
}

async function freeUnits(desk: Desk): Promise<ReadonlyMap<string, string> | undefined> {
  const listed = await readable(desk, 'balances', () => desk.port.balances());
  return listed === undefined ? undefined : new Map(listed.map(({ asset, free }) => [asset, free]));
}

async function readOne(
  desk: Desk,
  { asset, symbol, flags }: Market,
  standings: MarketStandings,
  free: ReadonlyMap<string, string> | undefined,
): Promise<MarketFacts> {
  const { port } = desk;
  const [{ terms, strangeOrders, walletState }, reference] = await Promise.all([
    standings.of(asset, symbol),
    desk.references === undefined ? null : desk.references.priceOf(asset),
  ]);
  // Last of all, since it ages.
  const book = await port.orderBook(symbol);
  if (book.symbol !== symbol) throw new CheongsanError('EXCHANGE_REFUSED', `Asked for the book of ${symbol}, got ${book.symbol}.`);
  return {
    symbol,
    acceptsOrders: terms.acceptsOrders,
    takerFeeRate: terms.takerFeeRate.toString(),
    makerFeeRate: terms.makerFeeRate.toString(),
    minimumOrderKrw: terms.minimumOrder.toString(),
    maximumOrderKrw: terms.maximumOrder?.toString() ?? null,
    quantityDecimalPlaces: terms.quantityDecimalPlaces,
    ticks: terms.ticks.map(({ from, tick }) => ({ from: from.toString(), tick: tick.toString() })),
    bids: book.bids.map(level),
    asks: book.asks.map(level),
    changedAt: book.changedAt.toISOString(),
    flags: [...flags],
    walletState,
    reference,
    freeUnits: free === undefined ? null : (free.get(asset) ?? '0'),
    strangeOrders,
    clockSkewMs: skewOf(port),
  };
}

function skewOf(port: ExchangePort): number | null {
  const skewMs = port.clockSkewMs();
  return skewMs === undefined ? null : Math.round(skewMs);
}

function level({ price, quantity }: BookLevel): [string, string] {
  return [price.toString(), quantity.toString()];
}

import type { BookLevel, ExchangePort, Market } from '../exchange/port.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CHART } from '../ledger/chart.ts';
import type { MarketFacts, SellableHolding } from './decision-inputs.ts';
import type { Desk } from './desk.ts';

/** What is known of the market of each coin; one that is absent was not read. */
export type Markets = ReadonlyMap<string, SellableHolding['market']>;

/**
 * Reads book, terms and standing of every coin these sales still hold. What the venue refuses or does not answer makes one market, or
 * all of them, unreadable and nothing else: the other coins are sold, and a sale that needs no market goes on.
 */
export async function readMarkets(desk: Desk, saleIds: readonly number[]): Promise<Markets> {
  const assets = await assetsHeld(desk, saleIds);
  const known = new Map<string, SellableHolding['market']>();
  const listed = assets.length === 0 ? undefined : await readable(desk, 'markets', () => desk.port.markets());
  if (listed === undefined) return known;
  const free = await freeUnits(desk);
  await Promise.all(
    assets.map(async (asset) => {
      const market = listed.find((each) => each.asset === asset);
      const facts = market === undefined ? 'not_listed' : await readable(desk, market.symbol, () => readOne(desk, market, free));
      if (facts !== undefined) known.set(asset, facts);
    }),
  );
  return known;
}

async function assetsHeld({ database, accountId }: Desk, saleIds: readonly number[]): Promise<string[]> {
  const rows = await database.read.$queryRaw<{ asset: string }[]>`
    SELECT DISTINCT h.asset FROM liquidation q JOIN holding h ON h.case_id = q.case_id
      JOIN ledger_account a ON a.subject = 'holding:' || h.id AND a.asset = h.asset AND a.chart_code = ${CHART.coinsHeld}
       AND a.place = ${`account:${accountId}`}
      JOIN ledger_balance b ON b.account_id = a.id AND b.balance <> 0
     WHERE q.id = ANY (${[...saleIds]}::int[]) ORDER BY h.asset`;
  return rows.map(({ asset }) => asset);
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

async function freeUnits(desk: Desk): Promise<ReadonlyMap<string, string> | undefined> {
  const listed = await readable(desk, 'balances', () => desk.port.balances());
  return listed === undefined ? undefined : new Map(listed.map(({ asset, free }) => [asset, free]));
}

async function readOne(desk: Desk, { asset, symbol, flags }: Market, free: ReadonlyMap<string, string> | undefined): Promise<MarketFacts> {
  const { port } = desk;
  const [terms, strangeOrders, walletState, reference] = await Promise.all([
    port.sellingTerms(symbol),
    strangeOrdersIn(desk, symbol),
    knownWalletState(desk, asset),
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

/** Open orders in a market that nothing of ours stands for: somebody else's hand is in the account, or his bid would meet our sale. */
async function strangeOrdersIn(desk: Desk, symbol: string): Promise<number> {
  const open = await desk.port.openOrders(symbol);
  const identifiers = open.flatMap(({ identifier }) => identifier ?? []);
  const ours = await desk.database.read.intent.count({ where: { identifier: { in: identifiers }, port: 'order' } });
  return open.length - ours;
}

/** As last read beside the candles; it changes by the hour, not by the second. */
async function knownWalletState({ database, accountId }: Desk, asset: string): Promise<MarketFacts['walletState']> {
  const watched = await database.read.watchedMarket.findUnique({ where: { venueAccountId_asset: { venueAccountId: accountId, asset } } });
  const state = watched?.walletState;
  return state === 'working' || state === 'deposits_only' || state === 'withdrawals_only' || state === 'halted' ? state : 'unknown';
}

function skewOf(port: ExchangePort): number | null {
  const skewMs = port.clockSkewMs();
  return skewMs === undefined ? null : Math.round(skewMs);
}

function level({ price, quantity }: BookLevel): [string, string] {
  return [price.toString(), quantity.toString()];
}

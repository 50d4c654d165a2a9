import { CoinAmount, Price, Rate, VenueWon } from '../../kernel/money.ts';
import { MarketRows } from '../market-rows.ts';
import type { AssetWallet, BookLevel, Market, OrderBook, SellingTerms, WalletState } from '../port.ts';
import type { KorbitConnection } from './connection.ts';
import { flagsOf } from './flags.ts';
import { QUANTITY_DECIMAL_PLACES } from './orders.ts';
import {
  alertRows,
  assetOf,
  book,
  currencyRows,
  feeRow,
  type Level,
  namedRows,
  noticeRows,
  pairRows,
  tickRows,
  wonAssetOf,
} from './wire.ts';

/** Won markets, those that are stopped among them: Korbit keeps listing them. */
export async function readMarkets(connection: KorbitConnection): Promise<Market[]> {
  const [pairs, alerted, notices] = await Promise.all([
    connection.read('pairs', pairRows),
    connection.read('alerts', alertRows),
    connection.read('notices', noticeRows),
  ]);
  const alerts = new Map(alerted.map((row) => [row.symbol, row.alerts]));
  return pairs.flatMap(({ symbol, status }) => {
    const asset = wonAssetOf(symbol);
    if (asset === undefined) return [];
    return [{ asset, symbol, flags: flagsOf(asset, { status, alerts: alerts.get(symbol) ?? [], notices }) }];
  });
}

/** Fees of several markets, those asked for at the same time in one request. */
export function feesOf(connection: KorbitConnection) {
  return new MarketRows({
    ask: (symbols) => connection.read('fees', namedRows, { symbol: symbols.join(',') }),
    read: (row) => connection.parse('fees', feeRow, row),
  });
}

/** Status and bounds likewise: Korbit tells those of all markets at once. */
export function pairsOf(connection: KorbitConnection) {
  return new MarketRows({
    ask: async () => (await connection.read('pairs', pairRows)).map((row) => ({ ...row, market: row.symbol })),
    read: (row: PairRow) => row,
  });
}

interface PairRow {
  readonly market: string;
  readonly status: string;
  readonly minOrderValue: string | undefined;
  readonly maxOrderValue: string | undefined;
}

export interface TermsSources {
  readonly fees: ReturnType<typeof feesOf>;
  readonly pairs: ReturnType<typeof pairsOf>;
}

/**
 * A bound that a market leaves out is one that Korbit does not publish, not one of zero; then no smallest order is assumed and Korbit
 * decides. The price steps are told market by market.
 */
export async function readSellingTerms(connection: KorbitConnection, { fees, pairs }: TermsSources, symbol: string): Promise<SellingTerms> {
  const asset = assetOf(symbol);
  const [pair, fee, [policy]] = await Promise.all([
    pairs.of(symbol),
    fees.of(symbol),
    connection.read(
      'tickSizes',
      tickRows.refine(([row, ...others]) => row?.symbol === symbol && others.length === 0),
      { symbol },
    ),
  ]);
  const ticks = (policy?.tickSizePolicy ?? []).map(({ priceGte, tickSize }) => ({
    from: Price.of(asset, priceGte),
    tick: Price.of(asset, tickSize),
  }));
  return {
    symbol,
    takerFeeRate: Rate.of(fee.takerFeeRate),
    makerFeeRate: Rate.of(fee.makerFeeRate),
    minimumOrder: VenueWon.of('korbit', pair.minOrderValue ?? '0'),
    maximumOrder: pair.maxOrderValue === undefined ? undefined : VenueWon.of('korbit', pair.maxOrderValue),
    quantityDecimalPlaces: QUANTITY_DECIMAL_PLACES,
    ticks: ticks.sort((a, b) => b.from.compare(a.from)),
    acceptsOrders: pair.status === 'launched',
  };
}

/** Always thirty levels a side. On a stopped market it is as it was when it stopped, which its instant tells. */
export async function readOrderBook(connection: KorbitConnection, symbol: string): Promise<OrderBook> {
  const asset = assetOf(symbol);
  const { timestamp, bids, asks } = await connection.read('orderBook', book, { symbol });
  const levels = (side: readonly Level[]): BookLevel[] =>
    side.map(({ price, qty }) => ({ price: Price.of(asset, price), quantity: CoinAmount.of(asset, qty) }));
  return { symbol, asset, bids: levels(bids), asks: levels(asks), changedAt: timestamp };
}

/** Each network of an asset is `launched` or `stopped` for itself, either way; what one of them can do the asset can. */
export async function readWalletStates(connection: KorbitConnection): Promise<AssetWallet[]> {
  const rows = await connection.read('currencies', currencyRows);
  return rows.flatMap(({ name, networkList }) => {
    if (networkList === undefined) return [];
    const deposits = networkList.map((network) => network.depositStatus);
    const withdrawals = networkList.map((network) => network.withdrawalStatus);
    return [{ asset: name.toUpperCase(), state: walletState(deposits, withdrawals) }];
  });
}

function walletState(deposits: readonly string[], withdrawals: readonly string[]): WalletState {
  const [canDeposit, canWithdraw] = [deposits.includes('launched'), withdrawals.includes('launched')];
  if (canDeposit && canWithdraw) return 'working';
  const isReadUp = [...deposits, ...withdrawals].every((status) => status === 'launched' || status === 'stopped');
  if (!isReadUp) return 'unknown';
  if (canDeposit) return 'deposits_only';
  return canWithdraw ? 'withdrawals_only' : 'halted';
}

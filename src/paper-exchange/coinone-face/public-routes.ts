import { Decimal } from '../../kernel/decimal.ts';
import type { ExchangeCore } from '../core/exchange-core.ts';
import { QUOTE_ASSET } from '../core/listings.ts';
import { DAY_MINUTES } from '../market/candles.ts';
import { COINONE_ERRORS } from './errors.ts';
import { bookBody, chartBody, currenciesBody, currencyFields, tickerFields, tickersBody, tradesAskedFor, tradesBody } from './quotation.ts';
import { type Fields, success } from './wire.ts';

const CHART_MAX = 500;
const CHART_USUAL = 200;
/** Minutes of a bar (docs.coinone.co.kr, chart); months, which have no length, are not offered. */
const INTERVALS: ReadonlyMap<string, number> = new Map([
  ...[1, 3, 5, 10, 15, 30].map((minutes) => [`${minutes}m`, minutes] as const),
  ...[1, 2, 4, 6].map((hours) => [`${hours}h`, hours * 60] as const),
  ['1d', DAY_MINUTES],
  ['1w', 7 * DAY_MINUTES],
]);
const ALL_UP = { depositsHalted: false, withdrawalsHalted: false };

type Answer = (core: ExchangeCore, asset: string, query: URLSearchParams) => Fields;

const OF_ALL: Readonly<Record<string, (core: ExchangeCore) => Fields>> = {
  [`markets/${QUOTE_ASSET}`]: (core) => marketsBody(core, core.tradedAssets()),
  [`ticker_new/${QUOTE_ASSET}`]: (core) => tickers(core, core.tradedAssets()),
  [`ticker_utc_new/${QUOTE_ASSET}`]: (core) => tickers(core, core.tradedAssets()),
  currencies: (core) => currencies(core, [...core.market.assets, QUOTE_ASSET]),
};

const OF_ONE: Readonly<Record<string, Answer>> = {
  markets: (core, asset) => marketsBody(core, [asset]),
  range_units: (core, asset) => rangeUnits(core, asset),
  orderbook: (core, asset, query) => core.run((nowMs) => bookBody(asset, core.trading.displayedBook(asset, nowMs), count(query, 'size'))),
  trades: (core, asset, query) =>
    core.run((nowMs) => tradesBody(asset, core.market.trades(asset, nowMs, tradesAskedFor(count(query, 'size'))), nowMs)),
  ticker_new: (core, asset) => tickers(core, [asset]),
  ticker_utc_new: (core, asset) => tickers(core, [asset]),
  chart: (core, asset, query) => chart(core, asset, query),
};

const PATH = /^\/public\/v2\/(.+)$/;
const ONE = /^([a-z_]+)\/([A-Z]+)\/([A-Z0-9]+)$/i;

/** The answer of the public interface to a path; undefined for a path that it does not have. */
export function findPublic(path: string): ((core: ExchangeCore, query: URLSearchParams) => Fields) | undefined {
  const rest = PATH.exec(path)?.[1];
  if (rest === undefined) return undefined;
  const ofAll = Object.hasOwn(OF_ALL, rest) ? OF_ALL[rest] : undefined;
  if (ofAll !== undefined) return ofAll;
  const currency = /^currencies\/([A-Z0-9]+)$/i.exec(rest)?.[1];
  if (currency !== undefined) return (core) => currencies(core, [knownAsset(core, currency)]);
  const [, what = '', quote = '', target = ''] = ONE.exec(rest) ?? [];
  const ofOne = Object.hasOwn(OF_ONE, what) ? OF_ONE[what] : undefined;
  return ofOne === undefined ? undefined : (core, query) => ofOne(core, listedAsset(core, quote, target), query);
}

/** The asset of a pair. Errors: `CoinoneError` 109 for what is not traded against won, 108 for what is not traded at all. */
export function listedAsset(core: ExchangeCore, quote: string, target: string): string {
  if (quote.toUpperCase() !== QUOTE_ASSET) throw COINONE_ERRORS.unknownPair();
  const asset = target.toUpperCase();
  if (!core.isTraded(asset)) throw COINONE_ERRORS.unknownCurrency();
  return asset;
}

/** Coins whose market has closed have a wallet still. */
function knownAsset(core: ExchangeCore, currency: string): string {
  const asset = currency.toUpperCase();
  if (asset !== QUOTE_ASSET && !core.market.has(asset)) throw COINONE_ERRORS.unknownCurrency();
  return asset;
}

function marketsBody(core: ExchangeCore, assets: readonly string[]): Fields {
  const { minimumOrder, maximumOrder, quantityDecimalPlaces } = core.rules;
  const unit = new Decimal(1).shiftedBy(-quantityDecimalPlaces);
  return success({
    server_time: core.nowMs,
    markets: assets.map((asset) => ({
      quote_currency: QUOTE_ASSET,
      target_currency: asset,
      price_unit: core.rules.ticksOf(asset).tickAt(core.lastPrice(asset)).toFixed(),
      qty_unit: unit.toFixed(),
      max_order_amount: maximumOrder.toFixed(1),
      max_price: '1000000000000.0',
      max_qty: '100000000.0',
      min_order_amount: minimumOrder.toFixed(1),
      min_price: '0.0001',
      min_qty: unit.toFixed(),
      order_book_units: ['0.0'],
      maintenance_status: 0,
      trade_status: 1,
      order_types: ['limit', 'market'],
    })),
  });
}

/** Steps are numbers here, unlike everywhere else. */
function rangeUnits(core: ExchangeCore, asset: string): Fields {
  const upwards = core.rules.ticksOf(asset).steps.toReversed();
  return success({
    range_price_units: upwards.map(({ from, tick }, index) => ({
      range_min: from,
      next_range_min: upwards[index + 1]?.from ?? new Decimal(10_000_000_000),
      price_unit: tick,
    })),
  });
}

function tickers(core: ExchangeCore, assets: readonly string[]): Fields {
  return core.run((nowMs) =>
    tickersBody(
      assets.map((asset) => {
        const { today, last24Hours } = core.market.summary(asset, nowMs);
        const { open: first, high, low } = today;
        return tickerFields(asset, core.trading.displayedBook(asset, nowMs), {
          first,
          high,
          low,
          last: core.lastPrice(asset),
          ...last24Hours,
        });
      }),
      nowMs,
    ),
  );
}

function currencies(core: ExchangeCore, assets: readonly string[]): Fields {
  return core.run((nowMs) =>
    currenciesBody(
      assets.map((asset) => currencyFields(asset, asset === QUOTE_ASSET ? ALL_UP : core.transfers.wallet(asset))),
      nowMs,
    ),
  );
}

/** Up to a candle, which is among them. */
function chart(core: ExchangeCore, asset: string, query: URLSearchParams): Fields {
  const unitMinutes = INTERVALS.get(query.get('interval') ?? '');
  if (unitMinutes === undefined) throw COINONE_ERRORS.parameter();
  const size = count(query, 'size') ?? CHART_USUAL;
  if (size > CHART_MAX) throw COINONE_ERRORS.invalidSize();
  return core.run((nowMs) => {
    const latestMs = count(query, 'timestamp') ?? nowMs;
    const candles = core.market.candles(asset, unitMinutes, latestMs + 1, size, nowMs);
    return chartBody(candles, candles.length < size);
  });
}

/** A whole number of at least one. */
function count(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^[1-9]\d{0,14}$/.test(text)) throw COINONE_ERRORS.parameter();
  return Number(text);
}

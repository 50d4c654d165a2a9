import type { Clock } from '../../kernel/clock.ts';
import { Decimal } from '../../kernel/decimal.ts';
import type { ExchangeCore } from '../core/exchange-core.ts';
import { listingOf, QUOTE_ASSET } from '../core/listings.ts';
import { type MarketEvent, NO_EVENT } from '../core/market-events.ts';
import { DAY_MINUTES, MINUTE_MS } from '../market/candles.ts';
import type { Wire } from '../wire-format.ts';
import { KORBIT_ERRORS } from './errors.ts';
import type { Parameters } from './parameters.ts';
import { assetOf, currencyOf, symbolOf } from './venue-rules.ts';

const CANDLES_MAX = 200;
const TRADES_LIMIT = 100;
const TRADES_MAX = 500;
const UNITS: Readonly<Record<string, number>> = { 1: 1, 5: 5, 15: 15, 30: 30, 60: 60, 240: 240, '1D': DAY_MINUTES, '1W': 7 * DAY_MINUTES };
/** Confirmations and fees that no test or trainee needs to be any particular number. */
const WITHDRAWAL = { confirmationCount: 3, withdrawalTxFee: '0.001', withdrawalMinAmount: '0.001', withdrawalPrecision: 8 } as const;

type Events = ReadonlyMap<string, MarketEvent>;

/** GET /v2/time: of the clock by which requests are judged. */
export function serverTime(clock: Clock): Wire {
  return { time: clock.now().getTime() };
}

/** GET /v2/currencyPairs: a market that has closed stays, `stopped`. */
export function listPairs(core: ExchangeCore): Wire {
  return core.market.assets.map((asset) => ({
    symbol: symbolOf(asset),
    status: core.isTraded(asset) ? 'launched' : 'stopped',
    baseCurrency: currencyOf(asset),
    quoteCurrency: currencyOf(QUOTE_ASSET),
    minOrderValue: core.rules.minimumOrder.toFixed(),
    maxOrderValue: core.rules.maximumOrder.toFixed(),
  }));
}

/** GET /v2/tickSizePolicy. */
export function listTickSizes(core: ExchangeCore, query: Parameters): Wire {
  const asset = query.asset(core);
  const steps = [...core.rules.ticksOf(asset).steps].reverse();
  const [first] = steps;
  return [
    {
      symbol: symbolOf(asset),
      tickSizePolicy: steps.map(({ from, tick }) => ({ priceGte: from.toFixed(), tickSize: tick.toFixed() })),
      orderbookLevels: [1, 2, 3].map((power) => first?.tick.times(10 ** power).toFixed() ?? '0'),
    },
  ];
}

/** GET /v2/orderbook. Grouped books (`level`) are not offered. A closed market's book stands as it was. */
export function getBook(core: ExchangeCore, query: Parameters): Wire {
  const asset = query.asset(core);
  if (query.get('level') !== undefined) throw KORBIT_ERRORS.badRequest();
  return core.run((nowMs) => {
    const book = core.trading.displayedBook(asset, Math.min(nowMs, core.trading.closesAtMs(asset) ?? nowMs));
    const levels = (side: typeof book.bids): Wire =>
      side.map(({ price, quantity }) => ({ price: price.toFixed(), qty: quantity.toFixed() }));
    return { timestamp: book.changedAtMs, bids: levels(book.bids), asks: levels(book.asks) };
  });
}

/** GET /v2/tickers: of the markets asked for, or of all; one that does not exist is left out. */
export function listTickers(core: ExchangeCore, query: Parameters): Wire {
  return core.run((nowMs) => {
    const asked = query.get('symbol')?.split(',').map(assetOf);
    return core.tradedAssets().flatMap((asset) => (asked === undefined || asked.includes(asset) ? [tickerFields(core, asset, nowMs)] : []));
  });
}

function tickerFields(core: ExchangeCore, asset: string, nowMs: number): Wire {
  const { today, previousClose, last24Hours } = core.market.summary(asset, nowMs);
  const { bids, asks } = core.trading.displayedBook(asset, nowMs);
  const price = core.lastPrice(asset);
  const change = price.minus(previousClose);
  return {
    symbol: symbolOf(asset),
    open: today.open.toFixed(),
    high: today.high.toFixed(),
    low: today.low.toFixed(),
    close: price.toFixed(),
    prevClose: previousClose.toFixed(),
    priceChange: change.toFixed(),
    priceChangePercent: change.times(100).div(previousClose).decimalPlaces(2, Decimal.ROUND_HALF_UP).toFixed(),
    volume: last24Hours.volume.toFixed(),
    quoteVolume: last24Hours.funds.toFixed(),
    bestBidPrice: bids[0]?.price.toFixed() ?? '0',
    bestAskPrice: asks[0]?.price.toFixed() ?? '0',
    lastTradedAt: core.market.trades(asset, nowMs, 1)[0]?.tradedAtMs ?? nowMs,
  };
}

/** GET /v2/trades, newest first. */
export function listTrades(core: ExchangeCore, query: Parameters): Wire {
  const asset = query.asset(core);
  const limit = query.count('limit', TRADES_LIMIT, TRADES_MAX);
  return core.run((nowMs) =>
    core.market.trades(asset, nowMs, limit).map((trade) => ({
      timestamp: trade.tradedAtMs,
      price: trade.price.toFixed(),
      qty: trade.quantity.toFixed(),
      isBuyerTaker: trade.takerSide === 'buy',
      tradeId: trade.sequence,
    })),
  );
}

/** GET /v2/candles: the newest within the span, oldest first; `end` is inclusive. */
export function listCandles(core: ExchangeCore, query: Parameters): Wire {
  const asset = query.asset(core);
  const unit = UNITS[query.required('interval')];
  if (unit === undefined) throw KORBIT_ERRORS.badRequest();
  const limit = query.count('limit', undefined, CANDLES_MAX);
  return core.run((nowMs) => {
    const endMs = Math.min(query.whole('end') ?? nowMs, nowMs + unit * MINUTE_MS);
    const startMs = query.whole('start') ?? 0;
    const candles = core.market.candles(asset, unit, endMs + 1, limit, nowMs).filter((candle) => candle.openedAtMs >= startMs);
    return candles.reverse().map(({ openedAtMs, open, high, low, close, volume }) => ({
      timestamp: openedAtMs,
      open: open.toFixed(),
      high: high.toFixed(),
      low: low.toFixed(),
      close: close.toFixed(),
      volume: volume.toFixed(),
    }));
  });
}

/** GET /v2/currencies: won, and every coin with its one network. */
export function listCurrencies(core: ExchangeCore): Wire {
  const won = { name: currencyOf(QUOTE_ASSET), fullName: 'Won', withdrawalMaxAmountPerRequest: '5000000000' };
  const coins = core.run(() =>
    core.market.assets.map((asset) => {
      const { englishName, network } = listingOf(asset);
      const { depositsHalted, withdrawalsHalted } = core.transfers.wallet(asset);
      return {
        name: currencyOf(asset),
        fullName: englishName,
        withdrawalMaxAmountPerRequest: '1000000',
        defaultNetwork: network.netType,
        networkList: [
          {
            name: network.netType,
            fullName: network.networkName,
            depositStatus: depositsHalted ? 'stopped' : 'launched',
            withdrawalStatus: withdrawalsHalted ? 'stopped' : 'launched',
            ...WITHDRAWAL,
            hasSecondaryAddr: network.hasSecondaryAddress,
          },
        ],
      };
    }),
  );
  return [won, ...coins];
}

/** GET /v2/marketAlerts: only markets that have any. Warnings and cautions are told as levels of one and the same alert. */
export function listAlerts(core: ExchangeCore, events: Events): Wire {
  return core.market.assets.flatMap((asset) => {
    const { warning, cautions, further } = events.get(asset) ?? NO_EVENT;
    const alerts = [
      ...cautions.map((name) => ({ type: name.toLowerCase(), typeKorean: '시장경보', level: 'caution', levelKorean: '투자주의' })),
      ...(warning ? [{ type: 'price', typeKorean: '가격 급등락', level: 'warning', levelKorean: '투자경고' }] : []),
      ...(further.includes('danger') ? [{ type: 'price', typeKorean: '가격 급등락', level: 'danger', levelKorean: '투자위험' }] : []),
    ];
    return alerts.length === 0 ? [] : [{ symbol: symbolOf(asset), alerts }];
  });
}

/** GET /v2/notices: the end of support is told here and nowhere else. */
export function listNotices(core: ExchangeCore, events: Events): Wire {
  return core.market.assets.flatMap((asset) => {
    const isEnding = (events.get(asset) ?? NO_EVENT).further.includes('delisting') || core.trading.closesAtMs(asset) !== undefined;
    if (!isEnding) return [];
    const title = `[안내] ${listingOf(asset).koreanName}(${asset}) 거래지원 종료 안내`;
    return [{ title, createdAt: core.nowMs, url: `https://paper.invalid/notices/${currencyOf(asset)}` }];
  });
}

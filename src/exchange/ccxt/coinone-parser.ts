import type {
  Balances,
  Currency,
  DepositAddress,
  Dict,
  Market,
  OHLCV,
  Order,
  Str,
  Ticker,
  Trade,
  TradingFeeInterface,
  Transaction,
} from 'ccxt';
import { CoinoneApi } from './coinone-api.ts';
import { Precise } from './library.ts';

/**
 * Coinone's answers (public 2.0, private 2.1) as ccxt's unified structures. Figures go through as text until `parseNumber`, the answer
 * itself is kept as `info`. A fee is always in won, of buys too (docs.coinone.co.kr, examples of order-detail and completed-orders).
 */
export class CoinoneParser extends CoinoneApi {
  override parseCurrency(rawCurrency: Dict): Currency {
    const id = this.safeStringUpper(rawCurrency, 'symbol');
    const code = this.safeCurrencyCode(id);
    return this.safeCurrencyStructure({
      id,
      code,
      info: rawCurrency,
      name: this.safeString(rawCurrency, 'name'),
      type: code === 'KRW' ? 'fiat' : 'crypto',
      active: undefined,
      deposit: this.safeString(rawCurrency, 'deposit_status') === 'normal',
      withdraw: this.safeString(rawCurrency, 'withdraw_status') === 'normal',
      fee: this.safeNumber(rawCurrency, 'withdrawal_fee'),
      precision: this.parseNumber(this.parsePrecision(this.safeString(rawCurrency, 'max_precision'))),
      limits: {
        amount: { min: undefined, max: undefined },
        deposit: { min: undefined, max: undefined },
        withdraw: { min: this.safeNumber(rawCurrency, 'withdrawal_min_amount'), max: undefined },
      },
      networks: {},
    });
  }

  /** Coinone has no name of a pair; `id` joins the two currencies. */
  override parseMarket(market: Dict): Market {
    const baseId = this.safeStringUpper(market, 'target_currency');
    const quoteId = this.safeStringUpper(market, 'quote_currency');
    const base = this.safeCurrencyCode(baseId);
    const quote = this.safeCurrencyCode(quoteId);
    const isUp = this.safeString(market, 'maintenance_status') === '0';
    return this.safeMarketStructure({
      id: `${baseId}-${quoteId}`,
      symbol: `${base}/${quote}`,
      base,
      quote,
      baseId,
      quoteId,
      type: 'spot',
      spot: true,
      margin: false,
      // 0: neither buying nor selling, 2: no buying, 3: no selling. What halves a market does not close it.
      active: isUp && this.safeString(market, 'trade_status') !== '0',
      precision: {
        amount: this.safeNumber(market, 'qty_unit'),
        // The step at the present price. It is to be removed from this answer; `loadPriceRanges` reads the steps of all prices.
        price: this.safeNumber(market, 'price_unit'),
      },
      limits: {
        leverage: { min: undefined, max: undefined },
        amount: { min: this.safeNumber(market, 'min_qty'), max: this.safeNumber(market, 'max_qty') },
        price: { min: this.safeNumber(market, 'min_price'), max: this.safeNumber(market, 'max_price') },
        cost: { min: this.safeNumber(market, 'min_order_amount'), max: this.safeNumber(market, 'max_order_amount') },
      },
      info: market,
    });
  }

  override parseTicker(ticker: Dict, market: Market = undefined): Ticker {
    const timestamp = this.safeInteger(ticker, 'timestamp');
    const ask = this.safeDict(this.safeList(ticker, 'best_asks', []), 0, {});
    const bid = this.safeDict(this.safeList(ticker, 'best_bids', []), 0, {});
    const last = this.safeString(ticker, 'last');
    return this.safeTicker(
      {
        symbol: this.marketOf(ticker, market)?.symbol,
        timestamp,
        datetime: this.iso8601(timestamp),
        high: this.safeString(ticker, 'high'),
        low: this.safeString(ticker, 'low'),
        bid: this.safeString(bid, 'price'),
        bidVolume: this.safeString(bid, 'qty'),
        ask: this.safeString(ask, 'price'),
        askVolume: this.safeString(ask, 'qty'),
        open: this.safeString(ticker, 'first'),
        close: last,
        last,
        baseVolume: this.safeString(ticker, 'target_volume'),
        quoteVolume: this.safeString(ticker, 'quote_volume'),
        info: ticker,
      },
      market,
    );
  }

  override parseOHLCV(ohlcv: Dict): OHLCV {
    return [
      this.safeInteger(ohlcv, 'timestamp'),
      this.safeNumber(ohlcv, 'open'),
      this.safeNumber(ohlcv, 'high'),
      this.safeNumber(ohlcv, 'low'),
      this.safeNumber(ohlcv, 'close'),
      this.safeNumber(ohlcv, 'target_volume'),
    ];
  }

  /** A public trade or one of the account's. */
  override parseTrade(trade: Dict, market: Market = undefined): Trade {
    const timestamp = this.safeInteger(trade, 'timestamp');
    const isAsk = this.safeBool(trade, 'is_ask');
    const isMaker = this.safeBool(trade, 'is_maker');
    // Unified public trades tell the taker's side. The name of the field and the page of the socket say "the seller is the maker", which
    // makes the taker a buyer; the page of this call words it as "true: sell" (unverified).
    const isSellerMaker = this.safeBool(trade, 'is_seller_maker');
    const isSell = isAsk ?? (isSellerMaker === undefined ? undefined : !isSellerMaker);
    const feeCost = this.safeString(trade, 'fee');
    return this.safeTrade(
      {
        id: this.safeString2(trade, 'trade_id', 'id'),
        info: trade,
        timestamp,
        datetime: this.iso8601(timestamp),
        order: this.safeString(trade, 'order_id'),
        symbol: this.marketOf(trade, market)?.symbol,
        type: this.parseOrderType(this.safeString(trade, 'order_type')),
        side: isSell === undefined ? undefined : isSell ? 'sell' : 'buy',
        takerOrMaker: isMaker === undefined ? undefined : isMaker ? 'maker' : 'taker',
        price: this.safeString(trade, 'price'),
        amount: this.safeString(trade, 'qty'),
        cost: undefined,
        fee:
          feeCost === undefined
            ? undefined
            : {
                cost: feeCost,
                currency: this.safeCurrencyCode(this.safeString(trade, 'fee_currency')),
                rate: this.safeString(trade, 'fee_rate'),
              },
      },
      market,
    );
  }

  override parseBalance(response: Dict): Balances {
    const result: Dict = { info: response };
    for (const balance of this.safeList(response, 'balances', [])) {
      const code = this.safeCurrencyCode(this.safeStringUpper(balance, 'currency'));
      if (code === undefined) continue;
      result[code] = { free: this.safeString(balance, 'available'), used: this.safeString(balance, 'limit') };
    }
    return this.safeBalance(result);
  }

  parseOrderType(type: Str): Str {
    return type === undefined ? undefined : type === 'MARKET' ? 'market' : 'limit';
  }

  /**
   * `remaining` as of `remain_qty`, where it is told. A partly cancelled order rests with what is left of it, unless nothing is: Coinone
   * has one word for both. Market orders do not rest, and tell no rest.
   */
  parseOrderStatus(status: Str, remaining: Str): Str {
    if (status === 'PARTIALLY_CANCELED' || status === 'NOT_TRIGGERED_PARTIALLY_CANCELED') {
      return remaining === undefined || Precise.stringEquals(remaining, '0') ? 'canceled' : 'open';
    }
    const statuses: Dict = {
      LIVE: 'open',
      PARTIALLY_FILLED: 'open',
      FILLED: 'closed',
      NOT_TRIGGERED: 'open',
      NOT_TRIGGERED_CANCELED: 'canceled',
      TRIGGERED: 'open',
    };
    // CANCELED and, of market orders that were filled in part or not at all, CANCELED_NO_ORDER, _LIMIT_PRICE_EXCEED, _UNDER_PRODUCT_UNIT.
    // How this interface calls a post-only order that would have taken is not documented; the socket's word is `cancel_post_only`.
    return this.safeString(statuses, status, status?.startsWith('CANCELED') ? 'canceled' : status);
  }

  /** An order of order-detail or active-orders, the answer to a cancel, or the bare `order_id` of a new one. */
  override parseOrder(order: Dict, market: Market = undefined): Order {
    const remaining = this.safeString(order, 'remain_qty');
    const status = this.parseOrderStatus(this.safeString(order, 'status'), remaining);
    const type = this.safeString(order, 'type');
    const timestamp = this.safeInteger(order, 'ordered_at');
    const cost = this.safeString(order, 'fee');
    const quote = this.marketOf(order, market)?.quote;
    return this.safeOrder(
      {
        info: order,
        id: this.safeString(order, 'order_id'),
        clientOrderId: this.safeString(order, 'user_order_id'),
        timestamp,
        datetime: this.iso8601(timestamp),
        lastTradeTimestamp: undefined,
        lastUpdateTimestamp: this.safeInteger(order, 'updated_at'),
        symbol: this.marketOf(order, market)?.symbol,
        type: this.parseOrderType(type),
        timeInForce: undefined,
        postOnly: undefined,
        side: this.safeStringLower(order, 'side'),
        price: this.safeString(order, 'price'),
        triggerPrice: this.safeString(order, 'trigger_price'),
        cost: this.safeString(order, 'traded_amount'),
        average: this.safeString2(order, 'average_executed_price', 'avg_price'),
        amount: this.safeString(order, 'original_qty'),
        filled: this.safeString2(order, 'executed_qty', 'traded_qty'),
        // Of an order that is over Coinone says 0; unified, it is what was never filled, which follows from the other two.
        remaining: status === 'open' ? remaining : undefined,
        status,
        // As a list the base class reads its figures, as a single fee it would leave them text.
        fees: cost === undefined ? [] : [{ cost, currency: quote, rate: this.safeString2(order, 'fee_rate', 'average_fee_rate') }],
        trades: undefined,
      },
      market,
    );
  }

  parseTransactionStatus(status: Str): Str {
    const statuses: Dict = {
      DEPOSIT_WAIT: 'pending',
      DEPOSIT_PROCESSING: 'pending',
      DEPOSIT_SUCCESS: 'ok',
      DEPOSIT_COMPLETE: 'ok',
      DEPOSIT_FAIL: 'failed',
      DEPOSIT_FAILED: 'failed',
      DEPOSIT_REFUND: 'failed',
      DEPOSIT_REJECT: 'failed',
      WITHDRAWAL_REGISTER: 'pending',
      WITHDRAWAL_WAIT: 'pending',
      WITHDRAWAL_PROCESSING: 'pending',
      WITHDRAWAL_SUCCESS: 'ok',
      WITHDRAWAL_COMPLETE: 'ok',
      WITHDRAWAL_FAIL: 'failed',
      WITHDRAWAL_FAILED: 'failed',
      WITHDRAWAL_REFUND: 'failed',
      WITHDRAWAL_REFUND_FAIL: 'failed',
      REFUND_COMPLETE: 'failed',
    };
    return this.safeString(statuses, status, status);
  }

  /** A movement of coins, or of won, which names no currency, address or transaction. The network is never told. */
  override parseTransaction(transaction: Dict, currency: Currency = undefined): Transaction {
    const code = this.safeCurrencyCode(this.safeStringUpper(transaction, 'currency'), currency);
    const timestamp = this.safeInteger(transaction, 'created_at');
    const addressTo = this.safeString(transaction, 'to_address');
    const tagTo = this.omitEmpty(this.safeString(transaction, 'to_secondary_address'));
    return {
      info: transaction,
      id: this.safeString(transaction, 'id'),
      txid: this.safeString(transaction, 'txid'),
      timestamp,
      datetime: this.iso8601(timestamp),
      network: undefined,
      address: addressTo,
      addressTo,
      addressFrom: this.safeString(transaction, 'from_address'),
      tag: tagTo,
      tagTo,
      tagFrom: this.omitEmpty(this.safeString(transaction, 'from_secondary_address')),
      type: this.safeStringLower(transaction, 'type'),
      amount: this.safeNumber(transaction, 'amount'),
      currency: code,
      status: this.parseTransactionStatus(this.safeString(transaction, 'status')),
      updated: undefined,
      comment: undefined,
      internal: undefined,
      fee: { currency: code, cost: this.safeNumber(transaction, 'fee') },
    };
  }

  override parseDepositAddress(depositAddress: Dict, currency: Currency = undefined): DepositAddress {
    const address = this.safeString(depositAddress, 'address');
    this.checkAddress(address);
    return {
      info: depositAddress,
      currency: this.safeCurrencyCode(this.safeStringUpper(depositAddress, 'currency'), currency),
      network: undefined,
      address,
      tag: this.omitEmpty(this.safeString(depositAddress, 'secondary_address')),
    };
  }

  parseTradingFee(fee: Dict, market: Market = undefined): TradingFeeInterface {
    return {
      info: fee,
      symbol: this.marketOf(fee, market)?.symbol,
      maker: this.safeNumber(fee, 'maker'),
      taker: this.safeNumber(fee, 'taker'),
      percentage: true,
      tierBased: false,
    };
  }

  /** The market that a row names; the given one where it names none. */
  marketOf(row: Dict, market: Market): Market {
    const baseId = this.safeStringUpper(row, 'target_currency');
    const quoteId = this.safeStringUpper(row, 'quote_currency');
    return baseId === undefined || quoteId === undefined ? market : this.safeMarket(`${baseId}-${quoteId}`, market, '-');
  }

  omitEmpty(text: Str): Str {
    return text === '' ? undefined : text;
  }
}

import type { Balances, Currency, DepositAddress, Dict, List, Market, Order, Str, Ticker, Trade, Transaction } from 'ccxt';
import { GopaxBase } from './gopax-base.ts';
import { Precise } from './library.ts';

const ORDER_STATUSES: Dict = {
  placed: 'open',
  updated: 'open',
  reserved: 'open',
  completed: 'closed',
  cancelled: 'canceled',
};

const TRANSACTION_STATUSES: Dict = {
  reviewing: 'pending',
  processing: 'pending',
  completed: 'ok',
  rejected: 'failed',
  failed: 'failed',
};

const TRANSACTION_TYPES: Dict = {
  crypto_deposit: 'deposit',
  fiat_deposit: 'deposit',
  crypto_withdrawal: 'withdrawal',
  fiat_withdrawal: 'withdrawal',
};

/** GOPAX's rows as ccxt's structures; `info` keeps the row. */
export class GopaxParsing extends GopaxBase {
  override parseMarket(market: Dict): Market {
    //
    //     {"id":1,"name":"ETH-KRW","baseAsset":"ETH","quoteAsset":"KRW","baseAssetScale":8,"quoteAssetScale":0,"priceMin":1,
    //      "restApiOrderAmountMin":{"limitAsk":{"amount":1000,"unit":"KRW"},"limitBid":{"amount":1000,"unit":"KRW"},
    //      "marketAsk":{"amount":0.001,"unit":"ETH"},"marketBid":{"amount":1000,"unit":"KRW"}},"makerFeePercent":0.2,"takerFeePercent":0.2}
    //
    const baseId = this.safeString(market, 'baseAsset');
    const quoteId = this.safeString(market, 'quoteAsset');
    const base = this.safeCurrencyCode(baseId);
    const quote = this.safeCurrencyCode(quoteId);
    const minimums = this.safeDict(market, 'restApiOrderAmountMin', {});
    return this.safeMarketStructure({
      id: this.safeString(market, 'name'),
      numericId: this.safeInteger(market, 'id'),
      symbol: `${base}/${quote}`,
      base,
      quote,
      baseId,
      quoteId,
      type: 'spot',
      spot: true,
      margin: false,
      // There is no word for it: what is listed is traded.
      active: true,
      taker: this.parseNumber(Precise.stringDiv(this.safeString(market, 'takerFeePercent'), '100')),
      maker: this.parseNumber(Precise.stringDiv(this.safeString(market, 'makerFeePercent'), '100')),
      percentage: true,
      // Prices have steps that depend on the price, see `loadTickSizes`.
      precision: {
        amount: this.parseNumber(this.parsePrecision(this.safeString(market, 'baseAssetScale'))),
        cost: this.parseNumber(this.parsePrecision(this.safeString(market, 'quoteAssetScale'))),
        price: undefined,
      },
      limits: {
        leverage: { min: undefined, max: undefined },
        amount: { min: this.minimumIn(baseId, minimums, 'marketAsk'), max: undefined },
        price: { min: this.safeNumber(market, 'priceMin'), max: undefined },
        cost: { min: this.minimumIn(quoteId, minimums, 'limitAsk'), max: undefined },
      },
      info: market,
    });
  }

  /** A minimum of one kind of order, if it is told in the given unit. */
  private minimumIn(unit: Str, minimums: Dict, kind: string) {
    const minimum = this.safeDict(minimums, kind, {});
    return this.safeString(minimum, 'unit') === unit ? this.safeNumber(minimum, 'amount') : undefined;
  }

  override parseCurrency(rawCurrency: Dict): Currency {
    //
    //     {"id":"ETH","name":"이더리움","englishName":"Ethereum","scale":8,"withdrawalFee":0.03,"withdrawalAmountMin":0.015}
    //
    const id = this.safeString(rawCurrency, 'id');
    const code = this.safeCurrencyCode(id);
    return this.safeCurrencyStructure({
      id,
      code,
      name: this.safeString2(rawCurrency, 'englishName', 'name'),
      type: code === 'KRW' ? 'fiat' : 'crypto',
      active: undefined,
      deposit: undefined,
      withdraw: undefined,
      fee: this.safeNumber(rawCurrency, 'withdrawalFee'),
      precision: this.parseNumber(this.parsePrecision(this.safeString(rawCurrency, 'scale'))),
      limits: {
        amount: { min: undefined, max: undefined },
        withdraw: { min: this.safeNumber(rawCurrency, 'withdrawalAmountMin'), max: undefined },
      },
      // No network is told, here or with an address.
      networks: {},
      info: rawCurrency,
    });
  }

  override parseTicker(ticker: Dict, market: Market = undefined): Ticker {
    //
    // fetchTicker
    //
    //     {"price":15393000,"ask":15397000,"askVolume":0.56,"bid":15393000,"bidVolume":1.9513,"volume":487.43035427,
    //      "quoteVolume":7319576689.34135,"time":"2020-10-28T02:05:55.958Z"}
    //
    // fetchTickers; the touch is that of the last trade and the opening that of the day in Seoul, so neither is taken
    //
    //     {"baseVolume":0.02,"high":37300000,"highestBid":0,"last":37300000,"lastTraded":1665640796413,"low":37300000,"lowestAsk":0,
    //      "open":37300000,"quoteVolume":746000,"tradingPairName":"BTC-KRW"}
    //
    const timestamp = this.safeInteger(ticker, 'lastTraded') ?? this.parse8601(this.safeString(ticker, 'time'));
    const last = this.safeString2(ticker, 'price', 'last');
    return this.safeTicker(
      {
        symbol: this.safeSymbol(this.safeString(ticker, 'tradingPairName'), market, '-'),
        timestamp,
        datetime: this.iso8601(timestamp),
        high: this.safeString(ticker, 'high'),
        low: this.safeString(ticker, 'low'),
        bid: this.safeString(ticker, 'bid'),
        bidVolume: this.safeString(ticker, 'bidVolume'),
        ask: this.safeString(ticker, 'ask'),
        askVolume: this.safeString(ticker, 'askVolume'),
        vwap: undefined,
        open: undefined,
        close: last,
        last,
        previousClose: undefined,
        change: undefined,
        percentage: undefined,
        average: undefined,
        baseVolume: this.safeString2(ticker, 'volume', 'baseVolume'),
        quoteVolume: this.safeString(ticker, 'quoteVolume'),
        info: ticker,
      },
      market,
    );
  }

  override parseTrade(trade: Dict, market: Market = undefined): Trade {
    //
    // public
    //
    //     {"time":"2020-09-25T11:10:29.000Z","date":1601032229,"id":21876490,"price":12353000,"amount":0.2951,"side":"sell"}
    //
    // own
    //
    //     {"id":73953,"orderId":453324,"baseAmount":3,"quoteAmount":3000000,"fee":0.0012,"price":1000000,"timestamp":"2020-09-25T04:06:30.000Z",
    //      "side":"buy","feeAsset":"KRW","tradingPairName":"ZEC-KRW","position":"maker"}
    //
    const timestamp = this.parse8601(this.safeString2(trade, 'time', 'timestamp'));
    const feeCost = this.safeString(trade, 'fee');
    return this.safeTrade(
      {
        id: this.safeString(trade, 'id'),
        order: this.safeString(trade, 'orderId'),
        timestamp,
        datetime: this.iso8601(timestamp),
        symbol: this.safeSymbol(this.safeString(trade, 'tradingPairName'), market, '-'),
        type: undefined,
        side: this.safeString(trade, 'side'),
        takerOrMaker: this.safeString(trade, 'position'),
        price: this.safeString(trade, 'price'),
        amount: this.safeString2(trade, 'amount', 'baseAmount'),
        cost: this.safeString(trade, 'quoteAmount'),
        fee: feeCost === undefined ? undefined : { cost: feeCost, currency: this.safeCurrencyCode(this.safeString(trade, 'feeAsset')) },
        info: trade,
      },
      market,
    );
  }

  override parseBalance(response: List): Balances {
    //
    //     [{"asset":"KRW","avail":1759466.76,"hold":16500,"pendingWithdrawal":0,"lastUpdatedAt":"1600684352032"}]
    //
    const result: Dict = { info: response, timestamp: undefined, datetime: undefined };
    for (const row of response) {
      const account = this.account();
      account.free = this.safeString(row, 'avail');
      account.used = Precise.stringAdd(this.safeString(row, 'hold', '0'), this.safeString(row, 'pendingWithdrawal', '0'));
      result[this.safeCurrencyCode(this.safeString(row, 'asset')) ?? ''] = account;
    }
    return this.safeBalance(result);
  }

  parseOrderStatus(status: Str): Str {
    return this.safeString(ORDER_STATUSES, status, status);
  }

  override parseOrder(order: Dict, market: Market = undefined): Order {
    //
    //     {"id":"453324","clientOrderId":"zeckrw23456","status":"updated","forcedCompletionReason":undefined,"tradingPairName":"ZEC-KRW","side":"buy",
    //      "type":"limit","price":1000000,"stopPrice":undefined,"amount":4,"remaining":1,"protection":"yes","timeInForce":"gtc",
    //      "createdAt":"2020-09-25T04:06:20.000Z","updatedAt":"2020-09-25T04:06:29.000Z","balanceChange":{"baseGross":3,
    //      "baseFee":{"taking":0,"making":-0.0012},"baseNet":2.9988,"quoteGross":-3000000,"quoteFee":{"taking":0,"making":0},"quoteNet":-3000000}}
    //
    const ofMarket = this.safeMarket(this.safeString(order, 'tradingPairName'), market, '-');
    const timestamp = this.parse8601(this.safeString(order, 'createdAt'));
    const balanceChange = this.safeDict(order, 'balanceChange', {});
    const side = this.safeString(order, 'side');
    const type = this.safeString(order, 'type');
    // A purchase at the market counts won, so its coins are read from the balance; any other order counts coins.
    const countsWon = type === 'market' && side === 'buy';
    const amount = countsWon ? undefined : this.safeString(order, 'amount');
    const remaining = countsWon ? undefined : this.safeString(order, 'remaining');
    const filled = countsWon ? Precise.stringAbs(this.safeString(balanceChange, 'baseGross')) : Precise.stringSub(amount, remaining);
    return this.safeOrder(
      {
        id: this.safeString(order, 'id'),
        clientOrderId: this.safeString(order, 'clientOrderId'),
        timestamp,
        datetime: this.iso8601(timestamp),
        lastTradeTimestamp: this.omitZero(filled) === undefined ? undefined : this.parse8601(this.safeString(order, 'updatedAt')),
        status: this.parseOrderStatus(this.safeString(order, 'status')),
        symbol: ofMarket.symbol,
        type,
        timeInForce: this.safeStringUpper(order, 'timeInForce'),
        side,
        price: this.safeString(order, 'price'),
        triggerPrice: this.safeString(order, 'stopPrice'),
        amount,
        remaining,
        filled,
        cost: Precise.stringAbs(this.safeString(balanceChange, 'quoteGross')),
        fee: this.feeOf(balanceChange, ofMarket),
        info: order,
      },
      ofMarket,
    );
  }

  /** Since November 2022 fees are paid in the quote currency; an older order may have paid one in coins. A reward is a negative fee. */
  private feeOf(balanceChange: Dict, market: Market): Dict | undefined {
    const inQuote = this.feeSum(this.safeDict(balanceChange, 'quoteFee'));
    const inBase = this.feeSum(this.safeDict(balanceChange, 'baseFee'));
    if (inQuote === undefined && inBase === undefined) return undefined;
    const paidInCoins = this.omitZero(inQuote) === undefined && this.omitZero(inBase) !== undefined;
    return paidInCoins
      ? { cost: this.parseNumber(inBase), currency: market?.base }
      : { cost: this.parseNumber(inQuote), currency: market?.quote };
  }

  private feeSum(fee: Dict | undefined): Str {
    if (fee === undefined) return undefined;
    return Precise.stringNeg(Precise.stringAdd(this.safeString(fee, 'taking', '0'), this.safeString(fee, 'making', '0')));
  }

  override parseDepositAddress(depositAddress: Dict): DepositAddress {
    //
    //     {"asset":"BTC","address":"1CwC2cMFu1jRQUBtw925cENbT1kctJBMdm","memoId":null,"createdAt":1594802312}
    //
    const address = this.safeString(depositAddress, 'address');
    this.checkAddress(address);
    return {
      info: depositAddress,
      currency: this.safeCurrencyCode(this.safeString(depositAddress, 'asset')),
      // (unverified) No network is told: compare with the site before anything is sent.
      network: undefined,
      address,
      tag: this.safeString(depositAddress, 'memoId'),
    };
  }

  parseTransactionStatus(status: Str): Str {
    return this.safeString(TRANSACTION_STATUSES, status, status);
  }

  override parseTransaction(transaction: Dict, currency: Currency = undefined): Transaction {
    //
    //     {"id":640,"asset":"BTC","type":"crypto_withdrawal","netAmount":0.0001,"feeAmount":0.0005,"status":"completed",
    //      "reviewStartedAt":1595556218,"completedAt":1595556902,"txId":"eaca5ad3...","sourceAddress":null,"destinationAddress":"3H8...",
    //      "destinationMemoId":null}
    //
    const timestamp = this.safeTimestamp(transaction, 'reviewStartedAt');
    const code = this.safeCurrencyCode(this.safeString(transaction, 'asset'), currency);
    const word = this.safeString(transaction, 'type');
    const addressTo = this.safeString(transaction, 'destinationAddress');
    const tagTo = this.safeString(transaction, 'destinationMemoId');
    const feeCost = this.safeNumber(transaction, 'feeAmount');
    return {
      info: transaction,
      id: this.safeString(transaction, 'id'),
      txid: this.safeString(transaction, 'txId'),
      timestamp,
      datetime: this.iso8601(timestamp),
      network: undefined,
      address: addressTo,
      addressFrom: this.safeString(transaction, 'sourceAddress'),
      addressTo,
      tag: tagTo,
      tagFrom: undefined,
      tagTo,
      type: this.safeString(TRANSACTION_TYPES, word, word),
      amount: this.safeNumber(transaction, 'netAmount'),
      currency: code,
      status: this.parseTransactionStatus(this.safeString(transaction, 'status')),
      updated: this.safeTimestamp(transaction, 'completedAt'),
      fee: feeCost === undefined ? undefined : { cost: feeCost, currency: code },
      comment: undefined,
      internal: undefined,
    };
  }
}

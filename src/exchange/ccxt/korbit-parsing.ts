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
import { KorbitBase } from './korbit-base.ts';
import { Precise } from './library.ts';

const ORDER_STATUSES: Dict = {
  pending: 'open',
  open: 'open',
  partiallyFilled: 'open',
  filled: 'closed',
  canceled: 'canceled',
  partiallyFilledCanceled: 'canceled',
  // Its placing failed: no balance, or a time in force that could not be kept.
  expired: 'rejected',
};

const TRANSACTION_STATUSES: Dict = {
  pending: 'pending',
  processing: 'pending',
  reviewing: 'pending',
  // Waits for a document or a confirmed mail.
  actionRequired: 'pending',
  canceling: 'pending',
  done: 'ok',
  canceled: 'canceled',
  refunded: 'failed',
  failed: 'failed',
};

/** Korbit's rows as ccxt's structures; `info` keeps the row. */
export class KorbitParsing extends KorbitBase {
  override parseMarket(market: Dict): Market {
    //
    //     {"symbol":"btc_krw","status":"launched","baseCurrency":"btc","quoteCurrency":"krw","minOrderValue":"5000","maxOrderValue":"1000000000"}
    //
    const id = this.safeString(market, 'symbol', '');
    const [baseOfId, quoteOfId] = id.split('_');
    const baseId = this.safeString(market, 'baseCurrency', baseOfId);
    const quoteId = this.safeString(market, 'quoteCurrency', quoteOfId);
    const base = this.safeCurrencyCode(baseId);
    const quote = this.safeCurrencyCode(quoteId);
    return this.safeMarketStructure({
      id,
      symbol: `${base}/${quote}`,
      base,
      quote,
      baseId,
      quoteId,
      type: 'spot',
      spot: true,
      margin: false,
      active: this.safeString(market, 'status') === 'launched',
      // Prices have steps that depend on the price, see `loadTickSizes`; of quantities no step is published.
      precision: { amount: undefined, price: undefined },
      limits: {
        leverage: { min: undefined, max: undefined },
        amount: { min: undefined, max: undefined },
        price: { min: undefined, max: undefined },
        cost: { min: this.safeNumber(market, 'minOrderValue'), max: this.safeNumber(market, 'maxOrderValue') },
      },
      info: market,
    });
  }

  override parseCurrency(rawCurrency: Dict): Currency {
    //
    //     {"name":"eth","fullName":"Ethereum","withdrawalMaxAmountPerRequest":"2000","defaultNetwork":"ETH","networkList":[{"name":"ETH",
    //      "fullName":"Ethereum","depositStatus":"launched","withdrawalStatus":"launched","confirmationCount":45,"withdrawalTxFee":"0.005",
    //      "withdrawalMinAmount":"0.0001","withdrawalPrecision":8,"hasSecondaryAddr":false}], ...deprecated fields of the default network}
    //
    const id = this.safeString(rawCurrency, 'name');
    const code = this.safeCurrencyCode(id);
    const networkList = this.safeList(rawCurrency, 'networkList', []);
    const isFiat = networkList.length === 0 && code === 'KRW';
    const networks: Dict = {};
    for (const network of networkList) {
      const parsed = this.parseNetwork(network, code);
      networks[parsed['network']] = parsed;
    }
    return this.safeCurrencyStructure({
      id,
      code,
      name: this.safeString(rawCurrency, 'fullName'),
      type: isFiat ? 'fiat' : 'crypto',
      deposit: isFiat ? this.isLaunched(rawCurrency, 'depositStatus') : undefined,
      withdraw: isFiat ? this.isLaunched(rawCurrency, 'withdrawalStatus') : undefined,
      fee: isFiat ? this.safeNumber(rawCurrency, 'withdrawalTxFee') : undefined,
      precision: isFiat ? this.parseNumber('1') : undefined,
      limits: {
        deposit: { min: undefined, max: undefined },
        withdraw: {
          min: isFiat ? this.safeNumber(rawCurrency, 'withdrawalMinAmount') : undefined,
          max: this.safeNumber(rawCurrency, 'withdrawalMaxAmountPerRequest'),
        },
      },
      networks,
      info: rawCurrency,
    });
  }

  private parseNetwork(network: Dict, code: Str): Dict {
    const id = this.safeString(network, 'name');
    const deposit = this.isLaunched(network, 'depositStatus');
    const withdraw = this.isLaunched(network, 'withdrawalStatus');
    return {
      id,
      network: this.networkIdToCode(id, code),
      active: deposit && withdraw,
      deposit,
      withdraw,
      fee: this.safeNumber(network, 'withdrawalTxFee'),
      precision: this.parseNumber(this.parsePrecision(this.safeString(network, 'withdrawalPrecision'))),
      limits: {
        deposit: { min: undefined, max: undefined },
        withdraw: { min: this.safeNumber(network, 'withdrawalMinAmount'), max: undefined },
      },
      info: network,
    };
  }

  private isLaunched(row: Dict, key: string): boolean {
    return this.safeString(row, key) === 'launched';
  }

  override parseTicker(ticker: Dict, market: Market = undefined): Ticker {
    //
    //     {"symbol":"btc_krw","open":"77060000","high":"79650000","low":"76550000","close":"77136000","prevClose":"77060000",
    //      "priceChange":"76000","priceChangePercent":"0.1","volume":"48.73739983","quoteVolume":"3785149733.32633",
    //      "bestBidPrice":"77136000","bestAskPrice":"77193000","lastTradedAt":1725525721041}
    //
    const timestamp = this.safeInteger(ticker, 'lastTradedAt');
    return this.safeTicker(
      {
        symbol: this.safeSymbol(this.safeString(ticker, 'symbol'), market, '_'),
        timestamp,
        datetime: this.iso8601(timestamp),
        high: this.safeString(ticker, 'high'),
        low: this.safeString(ticker, 'low'),
        bid: this.safeString(ticker, 'bestBidPrice'),
        bidVolume: undefined,
        ask: this.safeString(ticker, 'bestAskPrice'),
        askVolume: undefined,
        vwap: undefined,
        open: this.safeString(ticker, 'open'),
        close: this.safeString(ticker, 'close'),
        last: this.safeString(ticker, 'close'),
        previousClose: this.safeString(ticker, 'prevClose'),
        change: this.safeString(ticker, 'priceChange'),
        percentage: this.safeString(ticker, 'priceChangePercent'),
        average: undefined,
        baseVolume: this.safeString(ticker, 'volume'),
        quoteVolume: this.safeString(ticker, 'quoteVolume'),
        info: ticker,
      },
      market,
    );
  }

  override parseOHLCV(ohlcv: Dict): OHLCV {
    //
    //     {"timestamp":1708041600000,"open":"71211000","high":"71999000","low":"71000000","close":"71392000","volume":"1.932320026577213946"}
    //
    return [
      this.safeInteger(ohlcv, 'timestamp'),
      this.safeNumber(ohlcv, 'open'),
      this.safeNumber(ohlcv, 'high'),
      this.safeNumber(ohlcv, 'low'),
      this.safeNumber(ohlcv, 'close'),
      this.safeNumber(ohlcv, 'volume'),
    ];
  }

  override parseTrade(trade: Dict, market: Market = undefined): Trade {
    //
    // public
    //
    //     {"timestamp":1708057271149,"price":"70507000","qty":"0.00981535","isBuyerTaker":false,"tradeId":1004}
    //
    // own
    //
    //     {"symbol":"btc_krw","tradeId":52,"orderId":382312,"side":"buy","price":"5000","qty":"10","amt":"50000","tradedAt":1700000000000,
    //      "isTaker":true,"feeCurrency":"krw","feeQty":"50"}
    //
    const timestamp = this.safeInteger2(trade, 'timestamp', 'tradedAt');
    const isBuyerTaker = this.safeBool(trade, 'isBuyerTaker');
    const isTaker = this.safeBool(trade, 'isTaker');
    const feeCost = this.safeString(trade, 'feeQty');
    return this.safeTrade(
      {
        id: this.safeString(trade, 'tradeId'),
        order: this.safeString(trade, 'orderId'),
        timestamp,
        datetime: this.iso8601(timestamp),
        symbol: this.safeSymbol(this.safeString(trade, 'symbol'), market, '_'),
        type: undefined,
        side: isBuyerTaker === undefined ? this.safeString(trade, 'side') : isBuyerTaker ? 'buy' : 'sell',
        takerOrMaker: isTaker === undefined ? undefined : isTaker ? 'taker' : 'maker',
        price: this.safeString(trade, 'price'),
        amount: this.safeString(trade, 'qty'),
        cost: this.safeString(trade, 'amt'),
        fee: feeCost === undefined ? undefined : { cost: feeCost, currency: this.safeCurrencyCode(this.safeString(trade, 'feeCurrency')) },
        info: trade,
      },
      market,
    );
  }

  override parseBalance(response: Dict): Balances {
    //
    //     {"success":true,"data":[{"currency":"btc","balance":"100","available":"70","tradeInUse":"20","withdrawalInUse":"10","avgPrice":"5000"}]}
    //
    const result: Dict = { info: response, timestamp: undefined, datetime: undefined };
    for (const row of this.safeList(response, 'data', [])) {
      const account = this.account();
      account.free = this.safeString(row, 'available');
      account.used = Precise.stringAdd(this.safeString(row, 'tradeInUse', '0'), this.safeString(row, 'withdrawalInUse', '0'));
      account.total = this.safeString(row, 'balance');
      result[this.safeCurrencyCode(this.safeString(row, 'currency')) ?? ''] = account;
    }
    return this.safeBalance(result);
  }

  parseTradingFee(fee: Dict): TradingFeeInterface {
    //
    //     {"symbol":"btc_krw","buyFeeCurrency":"btc","sellFeeCurrency":"krw","maxFeeRate":"0.002","takerFeeRate":"0.0015","makerFeeRate":"0"}
    //
    return {
      info: fee,
      symbol: this.safeSymbol(this.safeString(fee, 'symbol'), undefined, '_'),
      maker: this.safeNumber(fee, 'makerFeeRate'),
      taker: this.safeNumber(fee, 'takerFeeRate'),
      percentage: true,
      tierBased: false,
    };
  }

  parseOrderStatus(status: Str): Str {
    return this.safeString(ORDER_STATUSES, status, status);
  }

  override parseOrder(order: Dict, market: Market = undefined): Order {
    //
    //     {"orderId":1234,"clientOrderId":"20141231-155959-abcdef","symbol":"btc_krw","orderType":"limit","side":"buy","timeInForce":"gtc",
    //      "avgPrice":"5000","price":"5000","qty":"10","filledQty":"1","filledAmt":"5000","createdAt":1700000000000,
    //      "lastFilledAt":1700000000000,"status":"partiallyFilled"}
    //
    const timestamp = this.safeInteger(order, 'createdAt');
    const filled = this.safeString(order, 'filledQty');
    return this.safeOrder(
      {
        id: this.safeString(order, 'orderId'),
        clientOrderId: this.safeString(order, 'clientOrderId'),
        timestamp,
        datetime: this.iso8601(timestamp),
        // The list of orders has been seen to tell one for an order that was not filled.
        lastTradeTimestamp: this.omitZero(filled) === undefined ? undefined : this.safeInteger(order, 'lastFilledAt'),
        // `filled` is said of an order that is over, however much of it was: what was filled is `filledQty`.
        status: this.parseOrderStatus(this.safeString(order, 'status')),
        symbol: this.safeSymbol(this.safeString(order, 'symbol'), market, '_'),
        type: this.safeString(order, 'orderType'),
        timeInForce: this.safeStringUpper(order, 'timeInForce'),
        side: this.safeString(order, 'side'),
        price: this.safeString(order, 'price'),
        // A market order to buy names won, not coins.
        amount: this.safeString(order, 'qty'),
        filled,
        cost: this.safeString(order, 'filledAmt'),
        average: this.safeString(order, 'avgPrice'),
        fee: undefined,
        info: order,
      },
      market,
    );
  }

  override parseDepositAddress(depositAddress: Dict): DepositAddress {
    //
    //     {"currency":"xrp","network":"XRP","address":"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa","secondaryAddress":"1234"}
    //
    const code = this.safeCurrencyCode(this.safeString(depositAddress, 'currency'));
    const address = this.safeString(depositAddress, 'address');
    this.checkAddress(address);
    return {
      info: depositAddress,
      currency: code,
      network: this.networkIdToCode(this.safeString(depositAddress, 'network'), code),
      address,
      tag: this.safeString(depositAddress, 'secondaryAddress'),
    };
  }

  parseTransactionStatus(status: Str): Str {
    return this.safeString(TRANSACTION_STATUSES, status, status);
  }

  override parseTransaction(transaction: Dict, currency: Currency = undefined): Transaction {
    //
    // coins; deposits without `fee`
    //
    //     {"id":1234,"quantity":"1.234","fee":"0.0001","currency":"btc","status":"done","network":"BTC","address":"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    //      "secondaryAddress":null,"transactionHash":"0x000000000019d668","createdAt":1700000000000}
    //
    // won
    //
    //     {"id":1234,"quantity":"50000","fee":"1000","status":"done","createdAt":1700000000000}
    //
    const timestamp = this.safeInteger(transaction, 'createdAt');
    const code = this.safeCurrencyCode(this.safeString(transaction, 'currency'), currency);
    const address = this.safeString(transaction, 'address');
    const tag = this.safeString(transaction, 'secondaryAddress');
    const feeCost = this.safeNumber(transaction, 'fee');
    return {
      info: transaction,
      id: this.safeString(transaction, 'id'),
      txid: this.safeString(transaction, 'transactionHash'),
      timestamp,
      datetime: this.iso8601(timestamp),
      network: this.networkIdToCode(this.safeString(transaction, 'network'), code),
      address,
      addressFrom: undefined,
      addressTo: address,
      tag,
      tagFrom: undefined,
      tagTo: tag,
      type: undefined,
      amount: this.safeNumber(transaction, 'quantity'),
      currency: code,
      status: this.parseTransactionStatus(this.safeString(transaction, 'status')),
      updated: undefined,
      fee: feeCost === undefined ? undefined : { cost: feeCost, currency: code },
      comment: undefined,
      internal: undefined,
    };
  }
}

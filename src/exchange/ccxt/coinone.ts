import { createHmac } from 'node:crypto';
import type {
  Balances,
  DepositAddress,
  Dict,
  Int,
  Market,
  Order,
  OrderSide,
  OrderType,
  Str,
  Strings,
  Trade,
  TradingFeeInterface,
  TradingFees,
  Transaction,
} from 'ccxt';
import { DESCRIPTION } from './coinone-description.ts';
import { CoinoneMarketData } from './coinone-market-data.ts';
import { errors, Precise } from './library.ts';

/** A figure as text is passed on digit for digit; as a number it may have lost some before it came here. */
type Figure = number | string;

/** Rows of one page of the account's history, and the longest time that it may cover. */
const HISTORY_SIZE_MAX = 100;
const HISTORY_WINDOW_MS = 90 * 86_400_000;
/** Read by `createOrder` and told to Coinone in its own words; whatever else a caller adds is passed on as it is. */
const UNIFIED_ORDER_PARAMS = [
  'clientOrderId',
  'timeInForce',
  'postOnly',
  'post_only',
  'triggerPrice',
  'stopPrice',
  'cost',
  'createMarketBuyOrderRequiresPrice',
];

/** Coinone over its public interface 2.0 and its private one 2.1 (docs.coinone.co.kr), in ccxt's conventions. */
export class coinone extends CoinoneMarketData {
  override describe(): Dict {
    return this.deepExtend(super.describe(), DESCRIPTION);
  }

  /** @see https://docs.coinone.co.kr/reference/find-balance */
  override async fetchBalance(params: Dict = {}): Promise<Balances> {
    await this.loadMarkets();
    return this.parseBalance(await this.v2_1PrivatePostAccountBalanceAll(params));
  }

  /** @see https://docs.coinone.co.kr/reference/find-trade-fee-by-pair */
  override async fetchTradingFee(symbol: string, params: Dict = {}): Promise<TradingFeeInterface> {
    await this.loadMarkets();
    const market = this.market(symbol);
    const request = this.extend(this.pairOf(market), params);
    const response = await this.v2_1PrivatePostAccountTradeFeeQuoteCurrencyTargetCurrency(request);
    return this.parseTradingFee(this.safeDict(this.safeList(response, 'fee_rates', []), 0, {}), market);
  }

  /** @see https://docs.coinone.co.kr/reference/find-all-trade-fees */
  override async fetchTradingFees(params: Dict = {}): Promise<TradingFees> {
    await this.loadMarkets();
    const response = await this.v2_1PrivatePostAccountTradeFee(params);
    const fees = this.safeList(response, 'fee_rates', []).map((fee) => this.parseTradingFee(fee));
    return this.indexBy(fees, 'symbol');
  }

  /**
   * `limit` rests, with `postOnly` (or `timeInForce: 'PO'`) it never takes. A `limit` sell with `timeInForce: 'IOC'` becomes Coinone's
   * only order that takes down to a price and cancels its rest: MARKET with `limit_price`.
   * @param amount units of the base currency; of a market buy won where `createMarketBuyOrderRequiresPrice` is false
   * @param params.clientOrderId 1 to 150 of `a-z 0-9 - _ .`, never used before in any market; sent in lower case
   * @param params.triggerPrice makes it a STOP_LIMIT order
   * @param params.cost won to spend on a market buy
   * @param params.limit_price bound of a `market` order's price, passed on as it is
   * @see https://docs.coinone.co.kr/reference/place-order
   */
  override async createOrder(
    symbol: string,
    type: OrderType,
    side: OrderSide,
    amount: Figure,
    price: Figure | undefined = undefined,
    params: Dict = {},
  ): Promise<Order> {
    await this.loadMarkets();
    const market = this.market(symbol);
    const orderType = String(type).toUpperCase();
    if (orderType === 'LIMIT') await this.loadPriceRanges(symbol);
    const request = this.createOrderRequest(symbol, orderType, String(side).toUpperCase(), amount, price, params);
    const response = await this.v2_1PrivatePostOrder(request);
    if (this.safeString(response, 'order_id') === undefined) {
      throw new errors.BadResponse(`${this.id} createOrder () was answered without an order id; look the order up by its clientOrderId`);
    }
    return this.withClientOrderId(this.parseOrder(response, market), request['user_order_id']);
  }

  createOrderRequest(symbol: string, type: string, side: string, amount: Figure, price: Figure | undefined, given: Dict): Dict {
    const [postOnly, params] = this.handlePostOnly(type === 'MARKET', this.safeBool(given, 'post_only', false), given);
    const timeInForce = this.safeStringUpper(params, 'timeInForce', 'GTC');
    const triggerPrice = this.safeString2(params, 'triggerPrice', 'stopPrice');
    const request = { side, ...this.pairOf(this.market(symbol)), ...this.userOrderId(params), ...this.omit(params, UNIFIED_ORDER_PARAMS) };
    if (type !== 'LIMIT' && type !== 'MARKET') throw new errors.InvalidOrder(`${this.id} has orders of type limit and market, got ${type}`);
    if (timeInForce === 'FOK') throw new errors.InvalidOrder(`${this.id} has no fill-or-kill order`);
    if (triggerPrice !== undefined && (type === 'MARKET' || timeInForce === 'IOC' || postOnly)) {
      throw new errors.InvalidOrder(`${this.id} has a trigger price for limit orders only, neither post-only nor immediate-or-cancel`);
    }
    if (type === 'MARKET' && side === 'BUY') return { ...request, type, amount: this.costOf(amount, price, params) };
    const qty = this.amountToPrecision(symbol, amount);
    if (type === 'MARKET') return { ...request, type, qty };
    if (price === undefined) throw new errors.ArgumentsRequired(`${this.id} createOrder () requires a price for limit orders`);
    const bound = this.priceToPrecision(symbol, price);
    if (timeInForce === 'IOC') {
      // A market buy is sized in won: bought at a better price it would end with more than the amount.
      if (side === 'BUY') throw new errors.InvalidOrder(`${this.id} has no immediate-or-cancel order for limit buys`);
      return { ...request, type: 'MARKET', qty, limit_price: bound };
    }
    if (triggerPrice === undefined) return { ...request, type, price: bound, qty, post_only: postOnly };
    return { ...request, type: 'STOP_LIMIT', price: bound, qty, trigger_price: this.priceToPrecision(symbol, triggerPrice) };
  }

  /** The won that a market buy may spend. Coinone cuts off what is beyond 0.0001. */
  costOf(amount: Figure, price: Figure | undefined, params: Dict): Str {
    const cost = this.safeString(params, 'cost');
    if (cost !== undefined) return cost;
    const text = this.numberToString(amount);
    const [requiresPrice] = this.handleOptionAndParams(params, 'createOrder', 'createMarketBuyOrderRequiresPrice', true);
    if (requiresPrice === false) return text;
    if (price === undefined) {
      throw new errors.InvalidOrder(
        `${this.id} createOrder () requires the price of a market buy to tell the won to spend (amount * price); or give params.cost, or ` +
          'set createMarketBuyOrderRequiresPrice to false and give the won as amount',
      );
    }
    return Precise.stringMul(text, this.numberToString(price));
  }

  /**
   * @param id Coinone's id, or undefined with `params.clientOrderId`; Coinone takes one of the two
   * @see https://docs.coinone.co.kr/reference/order-detail
   */
  override async fetchOrder(id: Str, symbol: Str = undefined, params: Dict = {}): Promise<Order> {
    const [market, request] = await this.orderRequest('fetchOrder', id, symbol, params);
    const response = await this.v2_1PrivatePostOrderDetail(request);
    const order = this.safeDict(response, 'order');
    if (order === undefined) throw new errors.BadResponse(`${this.id} fetchOrder () was answered without an order`);
    return this.withClientOrderId(this.parseOrder(order, market), request['user_order_id']);
  }

  /**
   * @param id as in `fetchOrder`
   * @see https://docs.coinone.co.kr/reference/cancel-order
   */
  override async cancelOrder(id: Str, symbol: Str = undefined, params: Dict = {}): Promise<Order> {
    const [market, request] = await this.orderRequest('cancelOrder', id, symbol, params);
    const response = await this.v2_1PrivatePostOrderCancel(request);
    const order = this.parseOrder(this.cancelAnswer(response), market);
    return this.withClientOrderId(this.extend(order, { info: response, id: order['id'] ?? id }), request['user_order_id']);
  }

  /** The answer to a cancel, completed as an order. Its times are said to be in ms, and are in seconds in its example (unverified). */
  cancelAnswer(response: Dict): Dict {
    const orderedAt = this.safeInteger(response, 'ordered_at');
    const isInSeconds = orderedAt !== undefined && orderedAt < 100_000_000_000;
    const status = this.safeString(response, 'remain_qty') === undefined ? undefined : 'PARTIALLY_CANCELED';
    return this.extend(response, { status, ordered_at: isInSeconds ? orderedAt * 1_000 : orderedAt });
  }

  /** @see https://docs.coinone.co.kr/reference/cancel-orders */
  override async cancelAllOrders(symbol: Str = undefined, params: Dict = {}): Promise<Order[]> {
    if (symbol === undefined) throw new errors.ArgumentsRequired(`${this.id} cancelAllOrders () requires a symbol argument`);
    await this.loadMarkets();
    const market = this.market(symbol);
    const response = await this.v2_1PrivatePostOrderCancelAll(this.extend(this.pairOf(market), params));
    return [this.safeOrder({ info: response }, market)];
  }

  /** @see https://docs.coinone.co.kr/reference/find-active-orders */
  override async fetchOpenOrders(
    symbol: Str = undefined,
    since: Int = undefined,
    limit: Int = undefined,
    params: Dict = {},
  ): Promise<Order[]> {
    await this.loadMarkets();
    const market = symbol === undefined ? undefined : this.market(symbol);
    const response = await this.v2_1PrivatePostOrderActiveOrders(this.extend(this.pairOf(market), params));
    const orders = this.safeList(response, 'active_orders', []);
    return this.parseOrders(orders, market, since, limit, { status: 'open' });
  }

  /**
   * The last 100 trades at most of a time of at most 90 days; earlier ones by `params.to_trade_id`, before which they are listed.
   * @param params.until timestamp in ms of the latest trade
   * @see https://docs.coinone.co.kr/reference/find-completed-orders
   * @see https://docs.coinone.co.kr/reference/find-all-completed-orders
   */
  override async fetchMyTrades(
    symbol: Str = undefined,
    since: Int = undefined,
    limit: Int = undefined,
    params: Dict = {},
  ): Promise<Trade[]> {
    await this.loadMarkets();
    const market = symbol === undefined ? undefined : this.market(symbol);
    const request = this.extend(this.pairOf(market), this.historyRequest(since, limit, params));
    const response =
      market === undefined
        ? await this.v2_1PrivatePostOrderCompletedOrdersAll(request)
        : await this.v2_1PrivatePostOrderCompletedOrders(request);
    return this.parseTrades(this.safeList(response, 'completed_orders', []), market, since, limit);
  }

  override fetchDeposits(code: Str = undefined, since: Int = undefined, limit: Int = undefined, params: Dict = {}): Promise<Transaction[]> {
    return this.fetchDepositsWithdrawals(code, since, limit, this.extend({ is_deposit: true }, params));
  }

  override fetchWithdrawals(
    code: Str = undefined,
    since: Int = undefined,
    limit: Int = undefined,
    params: Dict = {},
  ): Promise<Transaction[]> {
    return this.fetchDepositsWithdrawals(code, since, limit, this.extend({ is_deposit: false }, params));
  }

  /**
   * Coins, or won with the code KRW. Pages as of `fetchMyTrades`, by `params.to_id`. A key of a portfolio is refused (315).
   * @see https://docs.coinone.co.kr/reference/coin-transaction-history
   * @see https://docs.coinone.co.kr/reference/krw-transaction-history
   */
  override async fetchDepositsWithdrawals(
    code: Str = undefined,
    since: Int = undefined,
    limit: Int = undefined,
    params: Dict = {},
  ): Promise<Transaction[]> {
    await this.loadMarkets();
    const currency = code === undefined ? undefined : this.currency(code);
    const page = this.historyRequest(since, limit, params);
    const response =
      code === 'KRW'
        ? await this.v2_1PrivatePostTransactionKrwHistory(page)
        : await this.v2_1PrivatePostTransactionCoinHistory(this.extend(currency === undefined ? {} : { currency: currency['id'] }, page));
    // The table of the answer's fields calls the list `transaction`, its example `transactions`.
    return this.parseTransactions(this.safeList2(response, 'transactions', 'transaction', []), currency, since, limit);
  }

  /**
   * Assets that take no deposits at present are left out of the answer.
   * @see https://docs.coinone.co.kr/reference/virtual-asset-deposit-address
   */
  override async fetchDepositAddresses(codes: Strings = undefined, params: Dict = {}): Promise<DepositAddress[]> {
    await this.loadMarkets();
    const request = codes === undefined ? {} : { currencies: codes.map((code) => this.currency(code)['id']) };
    const response = await this.v2_1PrivatePostAccountDepositAddress(this.extend(request, params));
    return this.parseDepositAddresses(this.safeList(response, 'deposit_addresses', []), codes);
  }

  override async fetchDepositAddress(code: string, params: Dict = {}): Promise<DepositAddress> {
    const address: DepositAddress | undefined = this.safeValue(await this.fetchDepositAddresses([code], params), code);
    if (address === undefined)
      throw new errors.InvalidAddress(`${this.id} has no deposit address of ${code}, or takes no deposits of it now`);
    return address;
  }

  userOrderId(params: Dict): Dict {
    const clientOrderId = this.safeStringLower(params, 'clientOrderId');
    return clientOrderId === undefined ? {} : { user_order_id: clientOrderId };
  }

  /** Coinone repeats the owner's identifier in no documented answer. */
  withClientOrderId(order: Order, clientOrderId: Str): Order {
    return this.extend(order, { clientOrderId: order['clientOrderId'] ?? clientOrderId });
  }

  async orderRequest(method: string, id: Str, symbol: Str, params: Dict): Promise<[Market, Dict]> {
    if (symbol === undefined) throw new errors.ArgumentsRequired(`${this.id} ${method} () requires a symbol argument`);
    await this.loadMarkets();
    const market = this.market(symbol);
    const named = this.userOrderId(params);
    const by = 'user_order_id' in named ? named : { order_id: id };
    return [market, this.extend({ ...this.pairOf(market), ...by }, this.omit(params, 'clientOrderId'))];
  }

  /** Coinone refuses times in the future and more than 90 days at once. */
  historyRequest(since: Int, limit: Int, params: Dict): Dict {
    const now = this.milliseconds();
    const latest = since === undefined ? now : Math.min(since + HISTORY_WINDOW_MS, now);
    const until = this.safeInteger(params, 'until', latest);
    const request = {
      size: Math.min(limit ?? HISTORY_SIZE_MAX, HISTORY_SIZE_MAX),
      from_ts: since ?? until - HISTORY_WINDOW_MS,
      to_ts: until,
    };
    return this.extend(request, this.omit(params, 'until'));
  }

  /** Inside ccxt the signature is `this.hmac (this.encode (payload), this.encode (secret), sha512)`. */
  override sign(
    path: string,
    api = 'v2Public',
    method = 'GET',
    params: Dict = {},
    headers: Dict | undefined = undefined,
    body: Str = undefined,
  ): Dict {
    const query = this.omit(params, this.extractParams(path));
    const url = `${this.urls['api'][api]}/${this.implodeParams(path, params)}`;
    if (api === 'v2Public') {
      const search = Object.keys(query).length > 0 ? `?${this.urlencode(query)}` : '';
      return { url: url + search, method, body, headers };
    }
    this.checkRequiredCredentials();
    const payload = this.stringToBase64(this.json(this.extend({ access_token: this.apiKey, nonce: this.uuid() }, query)));
    const secret = this.options['uppercaseSecret'] === true ? this.secret.toUpperCase() : this.secret;
    const signature = createHmac('sha512', secret).update(payload).digest('hex');
    return {
      url,
      method,
      body: payload,
      headers: { 'Content-Type': 'application/json', 'X-COINONE-PAYLOAD': payload, 'X-COINONE-SIGNATURE': signature },
    };
  }

  /**
   * Coinone says no by a body, mostly under HTTP 200: `{"result": "error", "error_code": "105", "error_msg": "…"}`, of its older
   * interfaces with `errorCode`. Every answer that is no error says `"result": "success"`; anything else leaves the outcome open, and a
   * 429 or 5xx does so whatever its body says.
   */
  override handleErrors(
    code: number,
    reason: string,
    url: string,
    method: string,
    _headers: Dict,
    body: string,
    response: unknown,
  ): undefined {
    const feedback = `${this.id} ${body}`;
    if (code === 418 || code === 429 || code >= 500) {
      this.handleHttpStatusCode(code, reason, url, method, body);
      throw new errors.ExchangeNotAvailable(feedback);
    }
    const errorCode = this.safeString2(response, 'error_code', 'errorCode', '0');
    if (errorCode !== '0') {
      this.throwExactlyMatchedException(this.exceptions['exact'], errorCode, feedback);
      throw new errors.ExchangeError(feedback);
    }
    const result = this.safeString(response, 'result');
    if (result === 'error') throw new errors.ExchangeError(feedback);
    if (result !== 'success') {
      this.handleHttpStatusCode(code, reason, url, method, body);
      throw new errors.BadResponse(feedback);
    }
  }
}

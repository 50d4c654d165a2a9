import type {
  Balances,
  Currency,
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
  Transaction,
} from 'ccxt';
import { GopaxMarket } from './gopax-market.ts';
import { errors, Precise } from './library.ts';

const TRADES_A_CALL = 100;
const TRANSFERS_A_CALL = 20;
const SECOND_MS = 1_000;
/** Own trades of longer ago are found with `deepSearch` only. */
const DEEP_SEARCH_AFTER_MS = 30 * 24 * 60 * 60 * SECOND_MS;

/**
 * GOPAX in ccxt's conventions. Everything that needs a key is (unverified): it was written from gopax.github.io/API and from what ccxt's
 * former class tells, and no key was at hand. An order that is over is told for ten minutes, then its id is free again.
 */
export class gopax extends GopaxMarket {
  override async fetchBalance(params: Dict = {}): Promise<Balances> {
    await this.loadMarkets();
    return this.parseBalance(await this.privateGetBalances(params));
  }

  /**
   * `type` limit or market. `params`: `clientOrderId` (1 to 20 of `[A-Za-z0-9_-]`), `timeInForce` GTC, IOC, FOK or PO, `postOnly`,
   * `triggerPrice`, `cost` of a purchase at the market, `protection` `yes` or `no` (cancels what would trade more than ten percent from the
   * first price; not with IOC or FOK). Prices and amounts may be strings and are sent as JSON strings, as ccxt's former class did; the
   * documents show numbers (unverified). Error: `NullResponse` for a success without an id.
   */
  override async createOrder(
    symbol: string,
    type: OrderType,
    side: OrderSide,
    amount: number | string,
    price: number | string | undefined = undefined,
    params: Dict = {},
  ): Promise<Order> {
    await this.loadMarkets();
    const market = this.market(symbol);
    const request: Dict = { tradingPairName: market.id, side, type };
    const triggerPrice = this.safeString2(params, 'triggerPrice', 'stopPrice');
    if (type === 'limit') {
      if (price === undefined) throw new errors.ArgumentsRequired(`${this.id} createOrder() requires a price for a limit order`);
      await this.loadTickSizes(symbol);
      request['price'] = this.priceToPrecision(symbol, price);
    }
    if (triggerPrice !== undefined) request['stopPrice'] = this.priceToPrecision(symbol, triggerPrice);
    request['amount'] =
      type === 'market' && side === 'buy' ? this.amountToSpend(symbol, amount, price, params) : this.amountToPrecision(symbol, amount);
    const timeInForce = this.isPostOnly(type === 'market', false, params) ? 'po' : this.handleTimeInForce(params);
    if (timeInForce !== undefined) request['timeInForce'] = timeInForce;
    const omitted = ['timeInForce', 'postOnly', 'cost', 'triggerPrice', 'stopPrice'];
    const response = await this.privatePostOrders(this.extend(request, this.omit(params, omitted)));
    if (this.safeString(response, 'id') === undefined) {
      throw new errors.NullResponse(`${this.id} accepted an order without telling its id`);
    }
    return this.parseOrder(response, market);
  }

  override amountToPrecision(symbol: Str, amount: number | string): string {
    return super.amountToPrecision(symbol, this.numberToString(amount)) ?? '';
  }

  /** The won of a purchase at the market. */
  private amountToSpend(symbol: string, amount: number | string, price: number | string | undefined, params: Dict): Str {
    const cost = this.safeString(params, 'cost');
    if (cost !== undefined) return this.costToPrecision(symbol, cost);
    if (!this.safeBool(this.options, 'createMarketBuyOrderRequiresPrice', true)) {
      return this.costToPrecision(symbol, this.numberToString(amount));
    }
    if (price === undefined) {
      throw new errors.InvalidOrder(
        `${this.id} createOrder() requires the price of a purchase at the market, to tell its cost, or params.cost, or the option createMarketBuyOrderRequiresPrice set to false and the cost as amount`,
      );
    }
    return this.costToPrecision(symbol, Precise.stringMul(this.numberToString(amount), this.numberToString(price)));
  }

  /** By `id`, or by `params.clientOrderId`, which is then used alone. */
  override async fetchOrder(id: string, symbol: Str = undefined, params: Dict = {}): Promise<Order> {
    const market = await this.marketOf(symbol);
    const clientOrderId = this.safeString(params, 'clientOrderId');
    const response =
      clientOrderId === undefined
        ? await this.privateGetOrdersOrderId(this.extend({ orderId: id }, params))
        : await this.privateGetOrdersClientOrderIdClientOrderId(params);
    return this.parseOrder(response, market);
  }

  /** Answers when the venue has heard it. Look it up to know. */
  override async cancelOrder(id: string, symbol: Str = undefined, params: Dict = {}): Promise<Order> {
    const market = await this.marketOf(symbol);
    const clientOrderId = this.safeString(params, 'clientOrderId');
    const response =
      clientOrderId === undefined
        ? await this.privateDeleteOrdersOrderId(this.extend({ orderId: id }, params))
        : await this.privateDeleteOrdersClientOrderIdClientOrderId(params);
    //
    //     {}
    //
    const handle = clientOrderId === undefined ? { id } : { clientOrderId };
    return this.safeOrder({ ...handle, symbol: this.safeString(market, 'symbol'), info: response }, market);
  }

  private async marketOf(symbol: Str): Promise<Market> {
    await this.loadMarkets();
    return symbol === undefined ? undefined : this.market(symbol);
  }

  override async fetchOpenOrders(
    symbol: Str = undefined,
    since: Int = undefined,
    limit: Int = undefined,
    params: Dict = {},
  ): Promise<Order[]> {
    const market = await this.marketOf(symbol);
    const response = await this.privateGetOrders(this.ordersRequest(market, since, limit, params));
    return this.parseOrders(response, market, since, limit);
  }

  /** Orders that wait, and those that have been over for less than ten minutes. */
  override async fetchOrders(symbol: Str = undefined, since: Int = undefined, limit: Int = undefined, params: Dict = {}): Promise<Order[]> {
    const market = await this.marketOf(symbol);
    const request = this.extend({ includePast: 'true' }, this.ordersRequest(market, since, limit, params));
    return this.parseOrders(await this.privateGetOrders(request), market, since, limit);
  }

  /** Without `tail` the venue counts a limit from the oldest order. */
  private ordersRequest(market: Market, since: Int, limit: Int, params: Dict): Dict {
    const request: Dict = {};
    if (market !== undefined) request['tradingPairName'] = market.id;
    if (since !== undefined) request['since'] = since;
    if (limit !== undefined) {
      request['limit'] = limit;
      if (since === undefined) request['tail'] = 'true';
    }
    return this.extend(request, params);
  }

  override async fetchClosedOrders(symbol: Str = undefined, since: Int = undefined, limit: Int = undefined, params: Dict = {}) {
    return this.ordersThatAre('closed', symbol, since, limit, params);
  }

  override async fetchCanceledOrders(symbol: Str = undefined, since: Int = undefined, limit: Int = undefined, params: Dict = {}) {
    return this.ordersThatAre('canceled', symbol, since, limit, params);
  }

  private async ordersThatAre(status: string, symbol: Str, since: Int, limit: Int, params: Dict): Promise<Order[]> {
    const orders = await this.fetchOrders(symbol, since, undefined, params);
    return this.filterBySinceLimit(this.filterBy(orders, 'status', status), since, limit, 'timestamp');
  }

  override async fetchMyTrades(
    symbol: Str = undefined,
    since: Int = undefined,
    limit: Int = undefined,
    params: Dict = {},
  ): Promise<Trade[]> {
    const market = await this.marketOf(symbol);
    const request: Dict = {};
    if (market !== undefined) request['tradingPairName'] = market.id;
    if (since !== undefined) {
      request['after'] = Math.floor(since / SECOND_MS);
      if (since < this.nonce() - DEEP_SEARCH_AFTER_MS) request['deepSearch'] = 'true';
    }
    if (limit !== undefined) request['limit'] = Math.min(limit, TRADES_A_CALL);
    return this.parseTrades(await this.privateGetTrades(this.extend(request, params)), market, since, limit);
  }

  override async fetchDepositAddresses(codes: Strings = undefined, params: Dict = {}): Promise<DepositAddress[]> {
    await this.loadMarkets();
    return this.parseDepositAddresses(await this.privateGetCryptoDepositAddresses(params), codes, false);
  }

  override async fetchDepositAddress(code: string, params: Dict = {}): Promise<DepositAddress> {
    const addresses = await this.fetchDepositAddresses([code], params);
    const [address] = addresses;
    if (address === undefined) throw new errors.InvalidAddress(`${this.id} has no deposit address of ${code}; make one on its site`);
    // Which of them is on which network is not told.
    if (addresses.length > 1) throw new errors.InvalidAddress(`${this.id} has ${addresses.length} deposit addresses of ${code}`);
    return address;
  }

  /** Twenty at most; `params.until` in ms leads further back. */
  override async fetchDepositsWithdrawals(
    code: Str = undefined,
    since: Int = undefined,
    limit: Int = undefined,
    params: Dict = {},
  ): Promise<Transaction[]> {
    await this.loadMarkets();
    const currency: Currency = code === undefined ? undefined : this.currency(code);
    const request: Dict = {};
    const until = this.safeInteger(params, 'until');
    if (currency !== undefined) request['asset'] = currency.id;
    if (since !== undefined) request['after'] = since;
    if (until !== undefined) request['before'] = until;
    if (limit !== undefined) request['limit'] = Math.min(limit, TRANSFERS_A_CALL);
    const response = await this.privateGetDepositWithdrawalStatus(this.extend(request, this.omit(params, 'until')));
    return this.parseTransactions(response, currency, since, limit);
  }

  override async fetchDeposits(code: Str = undefined, since: Int = undefined, limit: Int = undefined, params: Dict = {}) {
    return this.transfersOf('deposit', code, since, limit, params);
  }

  override async fetchWithdrawals(code: Str = undefined, since: Int = undefined, limit: Int = undefined, params: Dict = {}) {
    return this.transfersOf('withdrawal', code, since, limit, params);
  }

  /** The venue lists both together, so as many as it gives are asked for and the limit is kept here. */
  private async transfersOf(type: string, code: Str, since: Int, limit: Int, params: Dict): Promise<Transaction[]> {
    const transfers = await this.fetchDepositsWithdrawals(code, since, TRANSFERS_A_CALL, params);
    return this.filterBySinceLimit(this.filterBy(transfers, 'type', type), since, limit, 'timestamp');
  }
}

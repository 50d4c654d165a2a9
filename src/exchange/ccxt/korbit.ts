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
  TradingFeeInterface,
  TradingFees,
  Transaction,
} from 'ccxt';
import { KorbitMarket } from './korbit-market.ts';
import { errors, Precise } from './library.ts';

/** What `fetchKeyInfo` tells of the key in use. */
export interface KorbitKeyInfo {
  readonly info: Dict;
  readonly keyType: Str;
  /** `readOrders`, `writeOrders`, `readBalances`, `readDeposits`, `writeDeposits`, `readWithdrawals`, `writeWithdrawals`. */
  readonly permissions: readonly string[];
  readonly ipWhitelist: readonly string[];
  readonly accountSeqs: readonly string[];
  readonly isActivated: boolean;
  readonly label: Str;
  readonly created: Int;
  readonly expires: Int;
}

/**
 * Korbit, since 2026 Digital X, in ccxt's conventions. Lists reach 36 hours back and are some seconds late; a sub-account is chosen by
 * `params.accountSeq`. Sources: docs.digitalx.miraeasset.com (Open API v2) and the venue's own client korbit-official/korbit-cli.
 */
export class korbit extends KorbitMarket {
  /** The only one of the won exchanges that tells what a key may do. Needs no market. */
  async fetchKeyInfo(params: Dict = {}): Promise<KorbitKeyInfo> {
    await this.ensureTimeDifference();
    const response = await this.privateGetCurrentKeyInfo(params);
    //
    //     {"success":true,"data":{"apiKey":"...","userUuid":"...","type":"ed25519","publicKey":"...","permissions":["readBalances","readOrders"],
    //      "whitelist":"1.2.3.4,5.6.7.8","allowedAccountSeqs":[1,2],"expiration":1700000000000,"status":"activated","label":"test key",
    //      "createdAt":1700000000000}}
    //
    const data = this.safeDict(response, 'data', {});
    return {
      info: data,
      keyType: this.safeString(data, 'type'),
      permissions: this.safeList(data, 'permissions', []).map(String),
      ipWhitelist: this.safeString(data, 'whitelist', '')
        .split(',')
        .map((address) => address.trim())
        .filter((address) => address !== ''),
      accountSeqs: this.safeList(data, 'allowedAccountSeqs', []).map(String),
      isActivated: this.safeString(data, 'status') === 'activated',
      label: this.safeString(data, 'label'),
      created: this.safeInteger(data, 'createdAt'),
      expires: this.safeInteger(data, 'expiration'),
    };
  }

  override async fetchBalance(params: Dict = {}): Promise<Balances> {
    await this.loadMarkets();
    return this.parseBalance(await this.privateGetBalance(params));
  }

  override async fetchTradingFees(params: Dict = {}): Promise<TradingFees> {
    await this.loadMarkets();
    const response = await this.privateGetTradingFeePolicy(params);
    const result: TradingFees = {};
    for (const row of this.safeList(response, 'data', [])) {
      const fee = this.parseTradingFee(row);
      result[fee.symbol ?? ''] = fee;
    }
    return result;
  }

  override async fetchTradingFee(symbol: string, params: Dict = {}): Promise<TradingFeeInterface> {
    await this.loadMarkets();
    const market = this.market(symbol);
    const fee = (await this.fetchTradingFees(this.extend({ symbol: market.id }, params)))[market.symbol];
    if (fee === undefined) throw new errors.BadSymbol(`${this.id} tells no fee of ${symbol}`);
    return fee;
  }

  /**
   * `type` limit, market or best. `params`: `clientOrderId` (1 to 36 of `[0-9a-zA-Z.:_-]`), `timeInForce` GTC, IOC, FOK or PO, `postOnly`,
   * `bestNth` 1 to 5, `cost` of a purchase at the market, `pp` and `ppPercent` (1 to 100): the guard that keeps an order that takes within
   * so many percent of the middle of the book. The venue does not guard unless `pp` is true, so a given `ppPercent` turns it on. Prices and
   * amounts may be strings and reach the wire as they are, a price rounded to its step. Error: `NullResponse` for a success without an id.
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
    const request = await this.orderRequest(market, type, side, amount, price, params);
    const response = await this.privatePostOrders(request);
    //
    //     {"success":true,"data":{"orderId":1234}}
    //
    const data = this.safeDict(response, 'data', {});
    const id = this.safeString(data, 'orderId');
    if (id === undefined) throw new errors.NullResponse(`${this.id} accepted an order without telling its id`);
    return this.extend(this.parseOrder(this.extend(request, { orderId: id }), market), { info: response });
  }

  private async orderRequest(
    market: Market,
    type: OrderType,
    side: OrderSide,
    amount: number | string,
    price: number | string | undefined,
    params: Dict,
  ): Promise<Dict> {
    const symbol = market?.symbol ?? '';
    const request: Dict = { symbol: market?.id, side, orderType: type };
    if (type === 'limit') {
      if (price === undefined) throw new errors.ArgumentsRequired(`${this.id} createOrder() requires a price for a limit order`);
      await this.loadTickSizes(symbol);
      request['price'] = this.priceToPrecision(symbol, price);
    }
    if (type !== 'limit' && side === 'buy') request['amt'] = this.amountToSpend(amount, price, params);
    else request['qty'] = this.amountToPrecision(symbol, amount);
    const timeInForce = this.isPostOnly(type === 'market', false, params) ? 'po' : this.handleTimeInForce(params);
    if (timeInForce !== undefined) request['timeInForce'] = timeInForce;
    if (type === 'best' && (timeInForce === undefined || this.safeString(params, 'bestNth') === undefined)) {
      throw new errors.ArgumentsRequired(`${this.id} createOrder() requires timeInForce and bestNth for an order of type best`);
    }
    const isGuarded = this.safeBool(params, 'pp', this.safeString(params, 'ppPercent') !== undefined);
    if (isGuarded) request['pp'] = 'true';
    return this.extend(request, this.omit(params, ['timeInForce', 'postOnly', 'pp', 'cost']));
  }

  /** The won of a purchase at the market. */
  private amountToSpend(amount: number | string, price: number | string | undefined, params: Dict): Str {
    const cost = this.safeString(params, 'cost');
    if (cost !== undefined) return cost;
    if (!this.safeBool(this.options, 'createMarketBuyOrderRequiresPrice', true)) return this.numberToString(amount);
    if (price === undefined) {
      throw new errors.InvalidOrder(
        `${this.id} createOrder() requires the price of a purchase at the market, to tell its cost, or params.cost, or the option createMarketBuyOrderRequiresPrice set to false and the cost as amount`,
      );
    }
    return Precise.stringMul(this.numberToString(amount), this.numberToString(price));
  }

  /** By `id`, or by `params.clientOrderId`, which is then used alone. Canceled and expired ones are gone about three days after. */
  override async fetchOrder(id: string, symbol: Str = undefined, params: Dict = {}): Promise<Order> {
    const market = await this.marketOf('fetchOrder', symbol);
    const response = await this.privateGetOrders(this.extend(this.handle(id, market, params), params));
    return this.parseOrder(this.safeDict(response, 'data', {}), market);
  }

  /** Answers when the venue has heard it; fills may still come. Look it up to know. `TRY_AGAIN` is an `OperationFailed`. */
  override async cancelOrder(id: string, symbol: Str = undefined, params: Dict = {}): Promise<Order> {
    const market = await this.marketOf('cancelOrder', symbol);
    const handle = this.handle(id, market, params);
    const response = await this.privateDeleteOrders(this.extend(handle, params));
    //
    //     {"success":true}
    //
    return this.extend(this.parseOrder(handle, market), { info: response });
  }

  private async marketOf(method: string, symbol: Str) {
    if (symbol === undefined) throw new errors.ArgumentsRequired(`${this.id} ${method}() requires a symbol argument`);
    await this.loadMarkets();
    return this.market(symbol);
  }

  private handle(id: string, market: Market, params: Dict): Dict {
    const clientOrderId = this.safeString(params, 'clientOrderId');
    return clientOrderId === undefined ? { symbol: market?.id, orderId: id } : { symbol: market?.id, clientOrderId };
  }

  /** Orders that wait in the book; one that is still `pending` is not among them. */
  override async fetchOpenOrders(
    symbol: Str = undefined,
    since: Int = undefined,
    limit: Int = undefined,
    params: Dict = {},
  ): Promise<Order[]> {
    const market = await this.marketOf('fetchOpenOrders', symbol);
    const request: Dict = { symbol: market.id };
    if (limit !== undefined) request['limit'] = limit;
    const response = await this.privateGetOpenOrders(this.extend(request, params));
    return this.parseOrders(this.safeList(response, 'data', []), market, since, limit);
  }

  /** Every order of the last 36 hours, the newest first on the wire; `params.until` is exclusive. */
  override async fetchOrders(symbol: Str = undefined, since: Int = undefined, limit: Int = undefined, params: Dict = {}): Promise<Order[]> {
    const market = await this.marketOf('fetchOrders', symbol);
    const response = await this.privateGetAllOrders(this.historyRequest(market, since, limit, params));
    return this.parseOrders(this.safeList(response, 'data', []), market, since, limit);
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

  override async fetchMyTrades(symbol: Str = undefined, since: Int = undefined, limit: Int = undefined, params: Dict = {}) {
    const market = await this.marketOf('fetchMyTrades', symbol);
    const response = await this.privateGetMyTrades(this.historyRequest(market, since, limit, params));
    return this.parseTrades(this.safeList(response, 'data', []), market, since, limit);
  }

  private historyRequest(market: Market, since: Int, limit: Int, params: Dict): Dict {
    const until = this.safeInteger(params, 'until');
    const request: Dict = { symbol: market?.id };
    if (since !== undefined) request['startTime'] = since;
    if (until !== undefined) request['endTime'] = until;
    if (limit !== undefined) request['limit'] = limit;
    return this.extend(request, this.omit(params, 'until'));
  }

  /** Of one currency and `params.network`. Without a network the venue takes a default that may change: always give it. */
  override async fetchDepositAddress(code: string, params: Dict = {}): Promise<DepositAddress> {
    await this.loadMarkets();
    const response = await this.privateGetCoinDepositAddress(this.addressRequest(code, params));
    return this.parseDepositAddress(this.safeDict(response, 'data', {}));
  }

  /** Makes the address, or tells the one there is. */
  override async createDepositAddress(code: string, params: Dict = {}): Promise<DepositAddress> {
    await this.loadMarkets();
    const response = await this.privatePostCoinDepositAddress(this.addressRequest(code, params));
    return this.parseDepositAddress(this.safeDict(response, 'data', {}));
  }

  private addressRequest(code: string, params: Dict): Dict {
    const networkCode = this.safeString(params, 'network');
    const request: Dict = { currency: this.currency(code).id };
    if (networkCode !== undefined) request['network'] = this.networkCodeToId(networkCode, code);
    return this.extend(request, this.omit(params, 'network'));
  }

  /** Every address there is, one row for each currency and network. */
  override async fetchDepositAddresses(codes: Strings = undefined, params: Dict = {}): Promise<DepositAddress[]> {
    await this.loadMarkets();
    const response = await this.privateGetCoinDepositAddresses(params);
    return this.parseDepositAddresses(this.safeList(response, 'data', []), codes, false);
  }

  /** The newest hundred at most of one currency; won when `code` is KRW. */
  override async fetchDeposits(code: Str = undefined, since: Int = undefined, limit: Int = undefined, params: Dict = {}) {
    return this.transfers('deposit', code, since, limit, params);
  }

  override async fetchWithdrawals(code: Str = undefined, since: Int = undefined, limit: Int = undefined, params: Dict = {}) {
    return this.transfers('withdrawal', code, since, limit, params);
  }

  private async transfers(type: 'deposit' | 'withdrawal', code: Str, since: Int, limit: Int, params: Dict): Promise<Transaction[]> {
    if (code === undefined) throw new errors.ArgumentsRequired(`${this.id} lists deposits and withdrawals by currency: give a code`);
    await this.loadMarkets();
    const currency = this.currency(code);
    const isWon = currency.code === 'KRW';
    const request: Dict = isWon ? {} : { currency: currency.id };
    if (limit !== undefined) request['limit'] = Math.min(limit, 100);
    const asked = this.extend(request, params);
    const response = await (type === 'deposit'
      ? isWon
        ? this.privateGetKrwRecentDeposits(asked)
        : this.privateGetCoinRecentDeposits(asked)
      : isWon
        ? this.privateGetKrwRecentWithdrawals(asked)
        : this.privateGetCoinRecentWithdrawals(asked));
    return this.parseTransactions(this.safeList(response, 'data', []), currency, since, limit, { type });
  }
}

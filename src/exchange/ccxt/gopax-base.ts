import { createHmac } from 'node:crypto';
import type { Dict, Int, List, NullableDict, Str } from 'ccxt';
import { GOPAX } from './gopax-description.ts';
import { Exchange, errors, roundedToTick, type TickRow } from './library.ts';

type Call = (params?: Dict) => Promise<Dict>;
type ListCall = (params?: Dict) => Promise<List>;

/** Of what may be sent twice a second, in shares of twenty a second. */
const TWICE_A_SECOND_COST = 10;

/** How GOPAX is spoken to: its endpoints, its signature, its clock and its errors. */
export class GopaxBase extends Exchange {
  declare publicGetAssets: ListCall;
  declare publicGetNotices: ListCall;
  declare publicGetPriceTickSize: ListCall;
  declare publicGetTickers: ListCall;
  declare publicGetTime: Call;
  declare publicGetTradingPairs: ListCall;
  declare publicGetTradingPairsCautions: ListCall;
  declare publicGetTradingPairsStats: ListCall;
  declare publicGetTradingPairsTradingPairBook: Call;
  declare publicGetTradingPairsTradingPairCandles: ListCall;
  declare publicGetTradingPairsTradingPairPriceTickSize: ListCall;
  declare publicGetTradingPairsTradingPairStats: Call;
  declare publicGetTradingPairsTradingPairTicker: Call;
  declare publicGetTradingPairsTradingPairTrades: ListCall;
  declare privateGetBalances: ListCall;
  declare privateGetBalancesAssetName: Call;
  declare privateGetCryptoDepositAddresses: ListCall;
  declare privateGetCryptoWithdrawalAddresses: ListCall;
  declare privateGetDepositWithdrawalStatus: ListCall;
  declare privateGetOrders: ListCall;
  declare privateGetOrdersOrderId: Call;
  declare privateGetOrdersClientOrderIdClientOrderId: Call;
  declare privateGetTrades: ListCall;
  declare privatePostOrders: Call;
  declare privatePostWithdrawals: Call;
  declare privateDeleteOrdersOrderId: Call;
  declare privateDeleteOrdersClientOrderIdClientOrderId: Call;

  /** By symbol, as `loadTickSizes` has read them. */
  private readonly tickSizes = new Map<string, readonly TickRow[]>();

  override describe(): Dict {
    return this.deepExtend(super.describe(), GOPAX);
  }

  /** The venue's time, as far as it was measured; what it errs, it errs to the past. */
  override nonce(): number {
    return this.milliseconds() - this.safeInteger(this.options, 'timeDifference', 0);
  }

  override async fetchTime(params: Dict = {}): Promise<Int> {
    const response = await this.publicGetTime(params);
    //
    //     {"serverTime":1601033421109}
    //
    return this.safeInteger(response, 'serverTime');
  }

  /** Measures the venue's clock unless that was done or is not wanted. */
  protected async ensureTimeDifference(): Promise<void> {
    const isMeasured = this.safeInteger(this.options, 'timeDifference') !== undefined;
    if (!isMeasured && this.safeBool(this.options, 'adjustForTimeDifference', true)) await this.loadTimeDifference();
  }

  /** Fill-or-kill orders, and own trades without `deepSearch`, may be sent twice a second. */
  override calculateRateLimiterCost(api: string, method: string, path: string, params: Dict, config: Dict = {}): number {
    if (api === 'private' && path === 'orders' && this.safeStringLower(params, 'timeInForce') === 'fok') return TWICE_A_SECOND_COST;
    if (api === 'private' && path === 'trades' && this.safeString(params, 'deepSearch') !== 'true') return TWICE_A_SECOND_COST;
    return super.calculateRateLimiterCost(api, method, path, params, config);
  }

  /** The query is signed for the list of orders only; a body is JSON and signed as it is sent. */
  override sign(
    path: string,
    api: 'public' | 'private' = 'public',
    method = 'GET',
    params: Dict = {},
    headers: NullableDict = undefined,
    _body: Str = undefined,
  ): Dict {
    const endpoint = `/${this.implodeParams(path, params)}`;
    const own = this.omit(params, this.extractParams(path));
    const isPost = method === 'POST';
    const encoded = isPost ? '' : this.urlencode(own);
    const query = encoded === '' ? '' : `?${encoded}`;
    const body = isPost ? this.json(own) : undefined;
    const url = `${this.implodeHostname(this.urls['api'][api])}${endpoint}${query}`;
    if (api === 'public') return { url, method, body, headers };
    const signedPath = method === 'GET' && endpoint === '/orders' ? `${endpoint}${query}` : endpoint;
    const signed = this.extend(headers, this.authentication(method, signedPath, body ?? ''));
    return { url, method, body, headers: isPost ? this.extend(signed, { 'Content-Type': 'application/json' }) : signed };
  }

  /** Inside ccxt the signature is `this.hmac (…, this.base64ToBinary (this.secret), sha512, 'base64')`. */
  private authentication(method: string, signedPath: string, body: string): Dict {
    this.checkRequiredCredentials();
    const timestamp = this.nonce().toString();
    const receiveWindow = this.safeString(this.options, 'receiveWindow');
    const message = `t${timestamp}${method}${signedPath}${receiveWindow ?? ''}${body}`;
    const signature = createHmac('sha512', Buffer.from(this.secret, 'base64')).update(message).digest('base64');
    const headers = { 'api-key': this.apiKey, timestamp, signature };
    return receiveWindow === undefined ? headers : { ...headers, 'receive-window': receiveWindow };
  }

  /** By the code in the body, whatever the status; then by the status. What is no JSON is left to ccxt. */
  override handleErrors(
    statusCode: number,
    _statusText: string,
    _url: string,
    _method: string,
    _responseHeaders: Dict,
    responseBody: string,
    response: unknown,
  ): undefined {
    //
    //     {"errorMessage":"Invalid trading pair: ZEC-KRW","errorCode":10059,"errorData":"ZEC-KRW"}
    //
    // older
    //
    //     {"errormsg":"..."}
    //
    if (response === undefined) return;
    const feedback = `${this.id} ${responseBody}`;
    if (statusCode === 429) throw new errors.RateLimitExceeded(feedback);
    const code = this.safeString(response, 'errorCode');
    const message = this.safeString2(response, 'errorMessage', 'errormsg');
    const isSuccess = statusCode >= 200 && statusCode < 300;
    if (isSuccess && code === undefined && message === undefined) return;
    this.throwExactlyMatchedException(this.exceptions['exact'], code, feedback);
    if (message !== undefined) this.throwBroadlyMatchedException(this.exceptions['broad'], message, feedback);
    if (statusCode >= 500) throw new errors.ExchangeNotAvailable(feedback);
    if (statusCode === 401) throw new errors.AuthenticationError(feedback);
    if (statusCode === 403) throw new errors.PermissionDenied(feedback);
    throw new errors.ExchangeError(feedback);
  }

  /** The price steps of one market, asked for once. */
  async loadTickSizes(symbol: string, params: Dict = {}): Promise<readonly TickRow[]> {
    const market = this.market(symbol);
    const known = this.tickSizes.get(market.symbol);
    if (known !== undefined) return known;
    const response = await this.publicGetTradingPairsTradingPairPriceTickSize(this.extend({ tradingPair: market.id }, params));
    //
    //     [{"startPrice":1,"tickSize":1},{"startPrice":5000,"tickSize":5}]
    //
    const rows: TickRow[] = response.map((row) => ({
      from: this.safeString(row, 'startPrice', '0'),
      tick: this.safeString(row, 'tickSize', '0'),
    }));
    this.tickSizes.set(market.symbol, rows);
    return rows;
  }

  /** By the steps of `loadTickSizes`, without floating point; as it is while they were not loaded. */
  override priceToPrecision(symbol: Str, price: number | string): string {
    const rows = this.tickSizes.get(this.market(symbol ?? '').symbol) ?? [];
    const rounded = roundedToTick(this.numberToString(price), rows);
    if (rounded === '0') throw new errors.InvalidOrder(`${this.id} price of ${symbol} is less than its smallest step`);
    return rounded;
  }
}

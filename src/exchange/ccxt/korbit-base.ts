import type { Dict, Int, NullableDict, Str } from 'ccxt';
import { KORBIT } from './korbit-description.ts';
import { korbitSignature } from './korbit-signing.ts';
import { Exchange, errors, roundedToTick, type TickRow } from './library.ts';

type Call = (params?: Dict) => Promise<Dict>;

/** How Korbit is spoken to: its endpoints, its signature, its clock and its errors. */
export class KorbitBase extends Exchange {
  declare publicGetTickers: Call;
  declare publicGetOrderbook: Call;
  declare publicGetTrades: Call;
  declare publicGetCandles: Call;
  declare publicGetCurrencyPairs: Call;
  declare publicGetTickSizePolicy: Call;
  declare publicGetCurrencies: Call;
  declare publicGetTime: Call;
  declare publicGetNotices: Call;
  declare publicGetMarketAlerts: Call;
  declare privateGetOrders: Call;
  declare privateGetOpenOrders: Call;
  declare privateGetAllOrders: Call;
  declare privateGetMyTrades: Call;
  declare privateGetBalance: Call;
  declare privateGetTradingFeePolicy: Call;
  declare privateGetCurrentKeyInfo: Call;
  declare privateGetCoinDepositAddresses: Call;
  declare privateGetCoinDepositAddress: Call;
  declare privateGetCoinRecentDeposits: Call;
  declare privateGetCoinDeposit: Call;
  declare privateGetCoinWithdrawableAddresses: Call;
  declare privateGetCoinWithdrawableAmount: Call;
  declare privateGetCoinWithdrawal: Call;
  declare privateGetCoinRecentWithdrawals: Call;
  declare privateGetKrwRecentDeposits: Call;
  declare privateGetKrwRecentWithdrawals: Call;
  declare privatePostOrders: Call;
  declare privatePostCoinDepositAddress: Call;
  declare privatePostCoinWithdrawal: Call;
  declare privatePostKrwSendKrwDepositPush: Call;
  declare privatePostKrwSendKrwWithdrawalPush: Call;
  declare privateDeleteOrders: Call;
  declare privateDeleteCoinWithdrawal: Call;

  /** By symbol, as `loadTickSizes` has read them. */
  private readonly tickSizes = new Map<string, readonly TickRow[]>();

  override describe(): Dict {
    return this.deepExtend(super.describe(), KORBIT);
  }

  /** The venue's time, as far as it was measured. `loadTimeDifference` errs by the way back, to the past, which the venue forgives. */
  override nonce(): number {
    return this.milliseconds() - this.safeInteger(this.options, 'timeDifference', 0);
  }

  override async fetchTime(params: Dict = {}): Promise<Int> {
    const response = await this.publicGetTime(params);
    //
    //     {"success":true,"data":{"time":1700000000000}}
    //
    return this.safeInteger(this.safeDict(response, 'data'), 'time');
  }

  /** Measures the venue's clock unless that was done or is not wanted. */
  protected async ensureTimeDifference(): Promise<void> {
    const isMeasured = this.safeInteger(this.options, 'timeDifference') !== undefined;
    if (!isMeasured && this.safeBool(this.options, 'adjustForTimeDifference', true)) await this.loadTimeDifference();
  }

  /**
   * `GET` and `DELETE` carry their parameters in the query, `POST` in a form. The signature covers exactly the encoded bytes before it and
   * comes last.
   */
  override sign(
    path: string,
    api: 'public' | 'private' = 'public',
    method = 'GET',
    params: Dict = {},
    headers: NullableDict = undefined,
    _body: Str = undefined,
  ): Dict {
    const url = `${this.implodeHostname(this.urls['api'][api])}/${this.version}/${this.implodeParams(path, params)}`;
    const isPrivate = api === 'private';
    const own = this.omit(params, this.extractParams(path));
    const encoded = isPrivate ? this.signedParameters(own) : this.urlencode(own);
    const sent = isPrivate ? this.extend(headers, { 'X-KAPI-KEY': this.apiKey }) : headers;
    if (method === 'POST') {
      return { url, method, body: encoded, headers: this.extend(sent, { 'Content-Type': 'application/x-www-form-urlencoded' }) };
    }
    return { url: encoded === '' ? url : `${url}?${encoded}`, method, body: undefined, headers: sent };
  }

  private signedParameters(params: Dict): string {
    this.checkRequiredCredentials();
    const recvWindow = this.safeString(this.options, 'recvWindow');
    const timed = this.extend(params, { timestamp: this.nonce().toString() }, recvWindow === undefined ? {} : { recvWindow });
    const encoded = this.urlencode(timed);
    const inferred = this.secret.includes('PRIVATE KEY') ? 'ed25519' : 'hmac-sha256';
    const keyType = this.safeString(this.options, 'keyType', inferred);
    if (keyType !== 'ed25519' && keyType !== 'hmac-sha256') throw new errors.NotSupported(`${this.id} knows no keyType ${keyType}`);
    return `${encoded}&signature=${this.encodeURIComponent(korbitSignature(keyType, this.secret, encoded))}`;
  }

  /** By the code in the body, then by the status: a refusal in a 200 is one, and a 503 in JSON is none. What is no JSON is left to ccxt. */
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
    //     {"success":false,"error":{"code":400,"message":"NO_BALANCE"}}
    //
    if (response === undefined) return;
    const feedback = `${this.id} ${responseBody}`;
    if (statusCode === 429) throw new errors.RateLimitExceeded(feedback);
    const isSuccess = statusCode >= 200 && statusCode < 300;
    if (isSuccess && this.safeBool(response, 'success') !== false) return;
    const code = this.safeString(this.safeDict(response, 'error'), 'message');
    this.throwExactlyMatchedException(this.exceptions['exact'], code, feedback);
    if (code !== undefined) this.throwBroadlyMatchedException(this.exceptions['broad'], code, feedback);
    if (statusCode >= 500) throw new errors.ExchangeNotAvailable(feedback);
    if (statusCode === 401) throw new errors.AuthenticationError(feedback);
    if (statusCode === 403) throw new errors.PermissionDenied(feedback);
    throw new errors.ExchangeError(feedback);
  }

  /** The price steps of one market, asked for once: the venue tells them market by market. */
  async loadTickSizes(symbol: string, params: Dict = {}): Promise<readonly TickRow[]> {
    const market = this.market(symbol);
    const known = this.tickSizes.get(market.symbol);
    if (known !== undefined) return known;
    const response = await this.publicGetTickSizePolicy(this.extend({ symbol: market.id }, params));
    //
    //     {"success":true,"data":[{"symbol":"xrp_krw","tickSizePolicy":[{"priceGte":"0","tickSize":"0.0001"}],"orderbookLevels":["0.1"]}]}
    //
    const rows: TickRow[] = [];
    for (const policy of this.safeList(response, 'data', [])) {
      if (this.safeString(policy, 'symbol') !== market.id) continue;
      for (const row of this.safeList(policy, 'tickSizePolicy', [])) {
        rows.push({ from: this.safeString(row, 'priceGte', '0'), tick: this.safeString(row, 'tickSize', '0') });
      }
    }
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

  /** As it is: Korbit publishes no step of quantities. What it does with more than eight decimals is (unverified). */
  override amountToPrecision(_symbol: Str, amount: number | string): string {
    return this.numberToString(amount);
  }
}

import { coinone } from '../../../src/exchange/ccxt/coinone.ts';
import { type Reply, type ScriptedVenue, type SeenRequest, startScriptedVenue } from '../scripted-venue.ts';

export const ACCESS_TOKEN = '5d0a3a3e-sample-access-token';
/** Of mixed case, so that a test can tell whether it is signed with as it was issued. */
export const SECRET = 'Sample-Secret-9f41c2';

/** The example bodies of docs.coinone.co.kr, by path; of `markets` and `range_units` everything that trading is checked against. */
export const DOCUMENTED = {
  markets: `{"result":"success","error_code":"0","server_time":1416895635000,"markets":[
    {"quote_currency":"KRW","target_currency":"BTC","price_unit":"1000.0","qty_unit":"0.0001","max_order_amount":"1000000000.0","max_price":"1000000000000.0","max_qty":"100000000.0","min_order_amount":"0.0001","min_price":"0.0001","min_qty":"0.00000001","order_book_units":["0.0","10000.0","100000.0"],"maintenance_status":0,"trade_status":1,"order_types":["limit","market"]},
    {"quote_currency":"KRW","target_currency":"ETH","price_unit":"10000.0","qty_unit":"0.0001","max_order_amount":"1000000000.0","max_price":"100000000.0","max_qty":"100.0","min_order_amount":"500.0","min_price":"0.0001","min_qty":"0.00000001","order_book_units":["50000.0","100000.0"],"maintenance_status":0,"trade_status":1,"order_types":["limit","market"]}]}`,
  currencies: `{"result":"success","error_code":"0","server_time":1644541746590,"currencies":[
    {"name":"Bitcoin","symbol":"BTC","deposit_status":"normal","withdraw_status":"normal","deposit_confirm_count":2,"max_precision":8,"deposit_fee":"0.0","withdrawal_min_amount":"0.0001","withdrawal_fee":"0.0015"},
    {"name":"Ethereum","symbol":"ETH","deposit_status":"normal","withdraw_status":"suspended","deposit_confirm_count":24,"max_precision":8,"deposit_fee":"0.0","withdrawal_min_amount":"0.0001","withdrawal_fee":"0.0051"},
    {"name":"Won","symbol":"KRW","deposit_status":"normal","withdraw_status":"normal","deposit_confirm_count":0,"max_precision":0,"deposit_fee":"0.0","withdrawal_min_amount":"5000.0","withdrawal_fee":"0.0"}]}`,
  rangeUnits: `{"result":"success","error_code":"0","range_price_units":[
    {"range_min":0,"next_range_min":1,"price_unit":0.0001},{"range_min":1,"next_range_min":10,"price_unit":0.001},
    {"range_min":10,"next_range_min":100,"price_unit":0.01},{"range_min":100,"next_range_min":1000,"price_unit":0.1},
    {"range_min":1000,"next_range_min":5000,"price_unit":1},{"range_min":5000,"next_range_min":10000,"price_unit":5},
    {"range_min":10000,"next_range_min":50000,"price_unit":10},{"range_min":50000,"next_range_min":100000,"price_unit":50},
    {"range_min":100000,"next_range_min":500000,"price_unit":100},{"range_min":500000,"next_range_min":1000000,"price_unit":500},
    {"range_min":1000000,"next_range_min":10000000000,"price_unit":1000}]}`,
} as const;

/** The envelope of every answer that is no error. */
export function success(fields: string): string {
  return `{"result":"success","error_code":"0",${fields}}`;
}

export interface LocalCoinone {
  readonly venue: ScriptedVenue;
  /** A client with the sample keys. Its answers come from `answers`. */
  open(config?: Readonly<Record<string, unknown>>): coinone;
  /** Sets the body of a path for all further requests; markets, currencies and price units of Bitcoin are answered as documented. */
  answers(byPath: Readonly<Record<string, string | Reply>>): void;
  /** The requests since `answers`, without those for markets and currencies. */
  sent(): readonly SeenRequest[];
}

const LOADING = new Set(['/public/v2/markets/KRW', '/public/v2/currencies']);

export async function startCoinone(): Promise<LocalCoinone> {
  const venue = await startScriptedVenue();
  let replies: Readonly<Record<string, string | Reply>> = {};
  let from = 0;
  return {
    venue,
    open: (config = {}) =>
      new coinone({
        apiKey: ACCESS_TOKEN,
        secret: SECRET,
        enableRateLimit: false,
        urls: { api: { v2Public: `${venue.baseUrl}/public/v2`, v2_1Private: `${venue.baseUrl}/v2.1` } },
        ...config,
      }),
    answers(byPath) {
      replies = {
        '/public/v2/markets/KRW': DOCUMENTED.markets,
        '/public/v2/currencies': DOCUMENTED.currencies,
        '/public/v2/range_units/KRW/BTC': DOCUMENTED.rangeUnits,
        ...byPath,
      };
      from = venue.seen.length;
      venue.script((request) => {
        const reply = replies[request.path];
        if (reply === undefined) throw new Error(`No answer was prepared for ${request.method} ${request.path}.`);
        return typeof reply === 'string' ? { body: reply } : reply;
      });
    },
    sent: () => venue.seen.slice(from).filter((request) => !LOADING.has(request.path)),
  };
}

import { CheongsanError } from '../../kernel/errors.ts';
import type { Market, MarketFlag, OrderBook, SellingTerms } from '../port.ts';
import { readTermsWithoutTicks, toOrderBook } from '../upbit-like/market.ts';
import { assetOf } from '../upbit-like/wire.ts';
import { BITHUMB, type BithumbConnection } from './connection.ts';
import { priceSteps } from './price-steps.ts';
import { bookRows, marketRows, warningRows } from './wire.ts';

/** In the order of their weight. */
const FLAGS: readonly MarketFlag[] = ['delisting', 'danger', 'warning', 'caution'];

/** Won markets only. */
export async function readMarkets(connection: BithumbConnection): Promise<Market[]> {
  const [rows, alarms] = await Promise.all([
    connection.read('markets', marketRows, { isDetails: true }),
    connection.read('warnings', warningRows),
  ]);
  return rows
    .filter(({ market }) => market.startsWith('KRW-'))
    .map(({ market, market_warning }) => {
      const flags = new Set([
        designation(market_warning ?? 'NONE'),
        ...alarms.filter((row) => row.market === market).map(({ warning_step }) => alarm(warning_step ?? 'CAUTION')),
      ]);
      return { asset: assetOf(market, BITHUMB), symbol: market, flags: FLAGS.filter((flag) => flags.has(flag)) };
    });
}

/**
 * What Bithumb decided of a coin: `CAUTION` is 거래유의 (apidocs.bithumb.com, 거래 대상 목록), before which comes nothing and after which the
 * end of support, told by notice. A word nobody has read up is not played down.
 */
function designation(word: string): MarketFlag | undefined {
  if (word === 'NONE') return undefined;
  if (word === 'CAUTION') return 'warning';
  return /delist|terminat/i.test(word) ? 'delisting' : 'danger';
}

/** The step of an automatic alarm (경보제): 주의, 경고, 위험. */
function alarm(step: string): MarketFlag {
  if (step === 'CAUTION') return 'caution';
  return step === 'WARNING' ? 'warning' : 'danger';
}

/**
 * `ask_types` of the documents' example names `limit` alone although orders of a won market may be immediate or post-only since
 * 30 June 2026, so `limit` is what must be there.
 */
export async function readSellingTerms(connection: BithumbConnection, symbol: string): Promise<SellingTerms> {
  const asset = assetOf(symbol, BITHUMB);
  return { ...(await readTermsWithoutTicks(connection, BITHUMB, { symbol, sellType: 'limit' })), ticks: priceSteps(asset) };
}

/**
 * One market a request: alone it is shown 30 levels deep, several together only 15 (apidocs.bithumb.com, 호가 정보 조회), and with 150
 * requests a second nothing is gained by asking together.
 */
export async function readOrderBook(connection: BithumbConnection, symbol: string): Promise<OrderBook> {
  assetOf(symbol, BITHUMB);
  const book = (await connection.read('orderBook', bookRows, { markets: symbol })).find(({ market }) => market === symbol);
  if (book === undefined) throw new CheongsanError('EXCHANGE_UNAVAILABLE', `Bithumb's answer about ${symbol} does not contain it.`);
  return toOrderBook(symbol, BITHUMB, book);
}

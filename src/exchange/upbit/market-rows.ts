import DataLoader from 'dataloader';
import { type ZodType, z } from 'zod';
import { CheongsanError } from '../../kernel/errors.ts';
import { type Endpoint, parseAnswer, type RequestParameters, type UpbitConnection } from './connection.ts';
import { krwSymbol } from './wire.ts';

const MARKETS_AT_ONCE = 50;
/** Of each row only whose it is: one that cannot be read leaves the others readable. */
const namedRows = z.array(z.looseObject({ market: krwSymbol }));

/**
 * Rows that Upbit answers for several markets at once: what is asked at the same time goes in one request, since Upbit grants only so
 * many a second whatever they ask.
 */
export class MarketRows<Row> {
  readonly #rows: DataLoader<string, unknown>;
  readonly #endpoint: Endpoint;
  readonly #schema: ZodType<Row>;

  constructor(connection: UpbitConnection, endpoint: Endpoint, schema: ZodType<Row>, parameters: RequestParameters = {}) {
    this.#endpoint = endpoint;
    this.#schema = schema;
    const ask = (symbols: readonly string[]) => connection.read(endpoint, namedRows, { markets: symbols.join(','), ...parameters });
    this.#rows = new DataLoader((symbols) => rowsFor(symbols, ask), {
      // An answer serves those who asked together and nobody later: it ages.
      cache: false,
      batchScheduleFn: (send) => setImmediate(send),
      maxBatchSize: MARKETS_AT_ONCE,
    });
  }

  /** Errors as of `UpbitConnection.read`; what concerns one market keeps no other from being read. */
  async of(symbol: string): Promise<Row> {
    const row = await this.#rows.load(symbol);
    if (row === undefined) throw new CheongsanError('EXCHANGE_UNAVAILABLE', `Upbit's answer about ${symbol} does not contain it.`);
    return parseAnswer(this.#endpoint, this.#schema, row);
  }
}

type Ask = (symbols: readonly string[]) => Promise<z.infer<typeof namedRows>>;

async function rowsFor(symbols: readonly string[], ask: Ask): Promise<unknown[]> {
  try {
    const rows = new Map((await ask([...new Set(symbols)])).map((row) => [row.market, row]));
    return symbols.map((symbol) => rows.get(symbol));
  } catch (thrown) {
    if (symbols.length === 1 || !(thrown instanceof CheongsanError) || thrown.code !== 'EXCHANGE_REFUSED') throw thrown;
    // One market that Upbit does not know makes it refuse them all.
    return Promise.all(symbols.map(async (symbol) => (await rowsFor([symbol], ask).catch((reason: Error) => [reason]))[0]));
  }
}

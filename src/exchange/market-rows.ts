import DataLoader from 'dataloader';
import { CheongsanError } from '../kernel/errors.ts';

const MARKETS_AT_ONCE = 50;

/** How a venue answers about several markets at once. */
export interface ManyMarkets<Row> {
  /** One request. Of each row only whose it is need be read: one that cannot be read leaves the others readable. */
  ask(symbols: readonly string[]): Promise<readonly { readonly market: string }[]>;
  /** Error: `EXCHANGE_UNAVAILABLE`. */
  read(row: unknown): Row;
}

/**
 * Rows that a venue answers for several markets at once: what is asked at the same time goes in one request, since venues grant only so
 * many a second whatever they ask.
 */
export class MarketRows<Row> {
  readonly #rows: DataLoader<string, unknown>;
  readonly #many: ManyMarkets<Row>;

  constructor(many: ManyMarkets<Row>) {
    this.#many = many;
    this.#rows = new DataLoader((symbols) => rowsFor(symbols, many.ask), {
      // An answer serves those who asked together and nobody later: it ages.
      cache: false,
      batchScheduleFn: (send) => setImmediate(send),
      maxBatchSize: MARKETS_AT_ONCE,
    });
  }

  /** Errors as of `ask` and `read`; what concerns one market keeps no other from being read. */
  async of(symbol: string): Promise<Row> {
    const row = await this.#rows.load(symbol);
    if (row === undefined) throw new CheongsanError('EXCHANGE_UNAVAILABLE', `The venue's answer about ${symbol} does not contain it.`);
    return this.#many.read(row);
  }
}

async function rowsFor(symbols: readonly string[], ask: ManyMarkets<unknown>['ask']): Promise<unknown[]> {
  try {
    const rows = new Map((await ask([...new Set(symbols)])).map((row) => [row.market, row]));
    return symbols.map((symbol) => rows.get(symbol));
  } catch (thrown) {
    if (symbols.length === 1 || !(thrown instanceof CheongsanError) || thrown.code !== 'EXCHANGE_REFUSED') throw thrown;
    // One market that the venue does not know makes it refuse them all.
    return Promise.all(symbols.map(async (symbol) => (await rowsFor([symbol], ask).catch((reason: Error) => [reason]))[0]));
  }
}

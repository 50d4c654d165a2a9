import type { ZodType } from 'zod';
import { CheongsanError } from '../../kernel/errors.ts';
import type { KorbitConnection } from './connection.ts';

/** Orders and trades are listed for so long after they were made. */
export const HISTORY_MS = 36 * 3_600_000;
/** Clocks may differ, and requests take their time: what is nearly so old counts as gone. */
export const HISTORY_MARGIN_MS = 3_600_000;
export const HISTORY_PAGE = 1_000;

export interface HistorySpan<Row> {
  readonly endpoint: 'allOrders' | 'ownTrades';
  readonly schema: ZodType<Row[]>;
  readonly symbol: string;
  /** By the venue's clock, inclusive; undefined for as far back as it goes. */
  readonly fromMs: number | undefined;
  readonly instantOf: (row: Row) => Date;
  readonly idOf: (row: Row) => string;
}

/**
 * All rows from an instant on, each once. Korbit gives the newest ones, at most so many, and excludes the end that it is asked for; so a
 * full page is continued from its oldest row's instant, whose other rows may be on the next page. What comes meanwhile is newer and
 * changes nothing. The lists are some seconds late.
 */
export async function readHistory<Row>(connection: KorbitConnection, span: HistorySpan<Row>): Promise<Row[]> {
  const { endpoint, schema, symbol, fromMs, instantOf, idOf } = span;
  const rows = new Map<string, Row>();
  for (let endMs: number | undefined; ; ) {
    const page = await connection.read(endpoint, schema, {
      symbol,
      ...(fromMs === undefined ? {} : { startTime: fromMs }),
      ...(endMs === undefined ? {} : { endTime: endMs }),
      limit: HISTORY_PAGE,
    });
    for (const row of page) rows.set(idOf(row), row);
    if (page.length < HISTORY_PAGE) return [...rows.values()];
    const nextMs = Math.min(...page.map((row) => instantOf(row).getTime())) + 1;
    if (endMs !== undefined && nextMs >= endMs) {
      throw new CheongsanError(
        'EXCHANGE_UNAVAILABLE',
        `Korbit lists ${HISTORY_PAGE} rows of ${symbol} of one instant; the rest cannot be read.`,
      );
    }
    endMs = nextMs;
  }
}

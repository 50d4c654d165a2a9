import { CheongsanError } from '../../kernel/errors.ts';

/** Most rows of a page and the longest time that one question may cover (docs.coinone.co.kr, completed-orders and transaction history). */
const PAGE = 100;
const WINDOW_MS = 90 * 86_400_000;

/** Both ends inclusive. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface PageQuestion {
  readonly size: number;
  readonly from_ts: number;
  readonly to_ts: number;
}

/** A list of Coinone's that is asked for by time. */
export interface HistoryList<Row> {
  readonly name: string;
  /** Newest first; those before a row, where one is named. */
  readonly ask: (question: PageQuestion, beforeId: string | undefined) => Promise<readonly Row[]>;
  readonly idOf: (row: Row) => string;
  readonly at: (row: Row) => Date;
}

/** A time in pieces that may be asked for. They share their ends, so that nothing falls between them. */
export function spansOf({ fromMs, toMs }: Span): Span[] {
  const spans: Span[] = [];
  for (let startMs = fromMs; startMs < toMs || spans.length === 0; startMs += WINDOW_MS) {
    spans.push({ fromMs: startMs, toMs: Math.min(startMs + WINDOW_MS, toMs) });
  }
  return spans;
}

/** Every row of a list within some spans, each once, though rows that arrive meanwhile push others to a later page. */
export async function* readHistory<Row>(list: HistoryList<Row>, spans: readonly Span[]): AsyncGenerator<Row, void> {
  const seen = new Set<string>();
  for (const { fromMs, toMs } of spans) {
    for (let beforeId: string | undefined; ; ) {
      const rows = await list.ask({ size: PAGE, from_ts: fromMs, to_ts: toMs }, beforeId);
      for (const row of rows) {
        const id = list.idOf(row);
        if (seen.has(id)) continue;
        seen.add(id);
        yield row;
      }
      const [first, last] = [rows[0], rows.at(-1)];
      if (first === undefined || last === undefined || rows.length < PAGE) break;
      if (list.idOf(last) === beforeId || list.at(first) < list.at(last)) {
        throw new CheongsanError(
          'EXCHANGE_UNAVAILABLE',
          `Coinone repeats its ${list.name} or does not list the newest first; the list cannot be read to its end.`,
        );
      }
      beforeId = list.idOf(last);
    }
  }
}

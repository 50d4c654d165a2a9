import type { BookRecording } from './book-recording.ts';
import { type BookSale, type BookSaleRules, isUsable, sellIntoBook } from './book-replay.ts';
import { krwPerQuote } from './market-name.ts';

/** Sales of one amount into one recorded book, begun at moments evenly spread over its first half. */
export interface BookResult {
  readonly kind: 'book';
  readonly file: string;
  readonly venue: string;
  readonly set: string;
  readonly notionalKrw: number;
  /** `cross`: orders that are immediate or cancelled; `rest`: first behind the queue at the best ask. */
  readonly way: 'cross' | 'rest';
  readonly snapshots: number;
  /** Without two sides, or crossed: nothing is sold at them. */
  readonly unusable: number;
  readonly hasTrades: boolean;
  readonly sales: number;
  /** Sold in full before the recording ended. */
  readonly complete: number;
  readonly soldShare: number;
  /** Below the mid at the start, mean and worst, and below the mids of the moments of the fills. */
  readonly belowArrivalBps: number;
  readonly worstBps: number;
  readonly belowMidBps: number;
  readonly orders: number;
  readonly seconds: number;
}

const STARTS = 20;
/** Guideline of the FSC of May 2025: quotes within a hundredth of the market. */
const BAND = 0.01;
const REST_MS = 30_000;
const COMPLETE = 1 - 1e-6;

const WAYS: readonly { readonly way: BookResult['way']; readonly rules: BookSaleRules }[] = [
  { way: 'cross', rules: { band: BAND, restMs: 0 } },
  { way: 'rest', rules: { band: BAND, restMs: REST_MS } },
];

/** Nothing for a recording that never shows a mid. */
export function measureBook(recording: BookRecording, notionals: readonly number[]): BookResult[] {
  const { snapshots, file, venue, name } = recording;
  const usable = snapshots.flatMap((snapshot, index) => (isUsable(snapshot) ? [{ snapshot, index }] : []));
  const half = usable.slice(0, Math.max(1, Math.floor(usable.length / 2)));
  const count = Math.min(STARTS, half.length);
  const starts = Array.from({ length: count }, (_, place) => half[Math.floor((place * half.length) / count)]).filter(
    (start) => start !== undefined,
  );
  if (starts.length === 0) return [];
  return notionals.flatMap((notionalKrw) =>
    WAYS.map(({ way, rules }): BookResult => {
      const sales = starts.map(({ snapshot, index }) => {
        const bid = snapshot.bids[0]?.price ?? Number.NaN;
        return sellIntoBook(recording, index, notionalKrw / krwPerQuote(recording.quote) / bid, rules);
      });
      return {
        kind: 'book',
        file,
        venue,
        set: name,
        notionalKrw,
        way,
        snapshots: snapshots.length,
        unusable: snapshots.length - usable.length,
        hasTrades: recording.bought !== undefined,
        ...summaryOf(sales),
      };
    }),
  );
}

function summaryOf(sales: readonly BookSale[]) {
  const mean = (figure: (sale: BookSale) => number) => sales.reduce((sum, sale) => sum + figure(sale), 0) / sales.length;
  return {
    sales: sales.length,
    complete: sales.filter(({ sold }) => sold >= COMPLETE).length,
    soldShare: mean(({ sold }) => sold),
    belowArrivalBps: mean(({ belowArrival }) => belowArrival * 1e4),
    worstBps: Math.max(...sales.map(({ belowArrival }) => belowArrival * 1e4)),
    belowMidBps: mean(({ belowMid }) => belowMid * 1e4),
    orders: mean(({ orders }) => orders),
    seconds: mean(({ seconds }) => seconds),
  };
}

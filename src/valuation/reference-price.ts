import { Decimal } from '../kernel/decimal.ts';

/** What one venue showed: decimals as text, instants in ISO 8601 by the venue's clock. */
export interface VenueQuotation {
  readonly venue: string;
  readonly bestBid: string | null;
  readonly bestAsk: string | null;
  readonly bookAt: string;
  readonly lastTradePrice: string | null;
  readonly lastTradeAt: string | null;
}

export interface ReferenceLimits {
  readonly bookAgeSecondsMax: number;
  readonly tradeAgeSecondsMax: number;
  /** Of best ask and best bid, as a share of their middle: a plain decimal such as "0.01". */
  readonly spreadMax: string;
  /** With fewer usable venues there is no reference. */
  readonly venuesMin: number;
}

/** Why a venue's quotation is not used. */
export type Unusable = 'one_sided' | 'crossed' | 'book_old' | 'trade_old' | 'spread_wide';

export type ReferencePrice =
  | {
      readonly kind: 'reference';
      /** Won for a unit: the median of the mids, exact. */
      readonly price: string;
      readonly venues: readonly string[];
      readonly leftOut: readonly { readonly venue: string; readonly reason: Unusable }[];
    }
  | { readonly kind: 'no_reference'; readonly leftOut: readonly { readonly venue: string; readonly reason: Unusable }[] };

/**
 * The price of a coin according to other venues: the median of the middles of their books. A book counts while it is fresh, narrow and
 * somebody trades there; one that is dated ahead of now by as much as it may be old is as useless. Plain JSON in and out; the same
 * quotations give the same answer whatever their order.
 */
export function referencePrice(quotations: readonly VenueQuotation[], now: string, limits: ReferenceLimits): ReferencePrice {
  const sorted = quotations.toSorted((a, b) => (a.venue < b.venue ? -1 : a.venue > b.venue ? 1 : 0));
  const leftOut: { venue: string; reason: Unusable }[] = [];
  const usable: { venue: string; middle: Decimal }[] = [];
  for (const quotation of sorted) {
    const judged = judge(quotation, Date.parse(now), limits);
    if (typeof judged === 'string') leftOut.push({ venue: quotation.venue, reason: judged });
    else usable.push({ venue: quotation.venue, middle: judged });
  }
  if (usable.length === 0 || usable.length < limits.venuesMin) return { kind: 'no_reference', leftOut };
  return {
    kind: 'reference',
    price: median(usable.map(({ middle }) => middle)).toFixed(),
    venues: usable.map(({ venue }) => venue),
    leftOut,
  };
}

/** The middle of its book, or why that is not used. */
function judge(quotation: VenueQuotation, nowMs: number, limits: ReferenceLimits): Decimal | Unusable {
  if (quotation.bestBid === null || quotation.bestAsk === null) return 'one_sided';
  const [bid, ask] = [new Decimal(quotation.bestBid), new Decimal(quotation.bestAsk)];
  if (!bid.isLessThan(ask) || !bid.isGreaterThan(0)) return 'crossed';
  if (!isFresh(quotation.bookAt, nowMs, limits.bookAgeSecondsMax)) return 'book_old';
  if (quotation.lastTradeAt === null || !isFresh(quotation.lastTradeAt, nowMs, limits.tradeAgeSecondsMax)) return 'trade_old';
  const middle = bid.plus(ask).div(2);
  return ask.minus(bid).isGreaterThan(middle.times(limits.spreadMax)) ? 'spread_wide' : middle;
}

function isFresh(at: string, nowMs: number, ageSecondsMax: number): boolean {
  return Math.abs(nowMs - Date.parse(at)) <= ageSecondsMax * 1_000;
}

/** Of an even number of values the middle between the two in the middle. */
function median(values: readonly Decimal[]): Decimal {
  const sorted = values.toSorted((a, b) => a.comparedTo(b) ?? 0);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? new Decimal(0);
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? upper;
  return lower.plus(upper).div(2);
}

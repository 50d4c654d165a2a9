import type { ValuationOccasion } from '../database/generated/enums.ts';
import type { Work } from '../database/work.ts';
import type { Canonical } from '../kernel/digest.ts';
import type { CoinAmount } from '../kernel/money.ts';
import { VENUES } from '../venue/venue-directory.ts';
import type { BookSnapshot } from './book-snapshot.ts';
import { valueAgainstBook } from './book-value.ts';

export interface HoldingToValue {
  readonly caseId: number;
  readonly holdingId: number;
  readonly quantity: CoinAmount;
  readonly snapshot: BookSnapshot;
}

/**
 * Stores what holdings were worth at an occasion: source, time and depth of the price with each. Rows are evidence and never
 * change. Belongs to the caller's act: what is returned goes into the digest of his audit event.
 */
export async function recordValuations(work: Work, occasion: ValuationOccasion, holdings: readonly HoldingToValue[]): Promise<Canonical[]> {
  const rows = holdings.map(({ caseId, holdingId, quantity, snapshot }) => {
    const { price, value, depth, depthCovers } = valueAgainstBook(quantity, snapshot);
    return {
      caseId,
      holdingId,
      occasion,
      takenAt: snapshot.takenAt,
      priceSource: priceSource(snapshot),
      priceAt: snapshot.changedAt,
      quantity: quantity.toString(),
      price: price.toString(),
      depthKrw: depth.toBigInt(),
      depthCovers,
      valueKrw: value.toBigInt(),
    };
  });
  await work.tx.valuation.createMany({ data: rows });
  return rows.map((row) => ({
    ...row,
    takenAt: row.takenAt.toISOString(),
    priceAt: row.priceAt.toISOString(),
    depthKrw: row.depthKrw.toString(),
    valueKrw: row.valueKrw.toString(),
  }));
}

/** Where the price comes from, as printed on letters. */
function priceSource({ venue, symbol, bids }: BookSnapshot): string {
  return `${VENUES[venue].title} ${symbol} 매수 호가 ${bids.length}단계`;
}

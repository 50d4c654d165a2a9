import type { Valuation } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { type CivilDate, dayFromColumn, seoulDay } from '../kernel/civil-date.ts';
import { CoinAmount, Price, Won } from '../kernel/money.ts';
import { balances } from '../ledger/balance.ts';
import { CHART } from '../ledger/chart.ts';
import { readPolicy } from '../policy/book.ts';
import { voluntaryWindowDays } from '../policy/definitions/sale.ts';
import { appealFilingDays, thirdPartyClaimDays } from '../policy/definitions/service.ts';
import type { CaseWithParts } from '../seizure/locked-case.ts';
import { loadBillStates, owedOnBills } from '../tax/bill-state.ts';
import type { OwedLine } from '../tax/owed.ts';
import { taxRules } from '../tax/rules.ts';
import { VENUES, venueCode } from '../venue/venue-directory.ts';

/** What a letter says about one asset to be sold. */
export interface SaleHolding {
  readonly holdingId: number;
  readonly asset: string;
  /** What the city holds of it now. */
  readonly quantity: CoinAmount;
  /** The newest valuation; undefined for an asset that has no market. */
  readonly valuation: HoldingValuation | undefined;
}

export interface HoldingValuation {
  readonly price: Price;
  readonly value: Won;
  readonly priceAt: Date;
  /** True when the bids shown then would have taken the whole quantity. */
  readonly depthCovers: boolean;
}

/** Everything a letter about the sale of a case states, as of one day. */
export interface SaleFacts {
  readonly caseNumber: string;
  readonly asOf: CivilDate;
  readonly seizedOn: CivilDate | undefined;
  /** Korean name of the exchange through which it is sold. */
  readonly venueTitle: string;
  /** Unpaid tax items of the bills the seizure covers, with penalty as of the day. */
  readonly owed: readonly OwedLine[];
  readonly owedTotal: Won;
  readonly holdings: readonly SaleHolding[];
  readonly windowDays: number;
  readonly appealFilingDays: number;
  readonly thirdPartyClaimDays: number;
}

/** Reads what letters about a locked case's sale state. */
export async function readSaleFacts(work: Work, seizureCase: CaseWithParts): Promise<SaleFacts> {
  const asOf = seoulDay(work.at);
  const policy = await readPolicy(work.tx);
  const bills = await loadBillStates(
    work.tx,
    seizureCase.bills.map(({ billId }) => billId),
  );
  const owed = owedOnBills(bills, asOf, taxRules(policy));
  return {
    caseNumber: seizureCase.number,
    asOf,
    seizedOn: seizureCase.seizedOn === null ? undefined : dayFromColumn(seizureCase.seizedOn),
    venueTitle: VENUES[venueCode(seizureCase.venueCode)].title,
    owed: owed.lines.filter(({ total }) => total.isPositive()),
    owedTotal: owed.total,
    holdings: await readHoldings(work, seizureCase),
    windowDays: policy.get(voluntaryWindowDays, asOf),
    appealFilingDays: policy.get(appealFilingDays, asOf),
    thirdPartyClaimDays: policy.get(thirdPartyClaimDays, asOf),
  };
}

async function readHoldings(work: Work, { id, holdings }: CaseWithParts): Promise<SaleHolding[]> {
  const valuations = await work.tx.valuation.findMany({ where: { caseId: id }, orderBy: { id: 'asc' } });
  const held = await heldCoins(work, holdings);
  return holdings.flatMap(({ id: holdingId, asset }) => {
    const quantity = held.get(holdingId);
    if (quantity === undefined || quantity.isZero()) return [];
    const newest = valuations.findLast((valuation) => valuation.holdingId === holdingId);
    return [{ holdingId, asset, quantity, valuation: newest === undefined ? undefined : valuationOf(asset, newest) }];
  });
}

/** Coins of these holdings that lie free in the city's account, by holding. */
export async function heldCoins(
  work: Work,
  holdings: readonly { readonly id: number; readonly asset: string }[],
): Promise<ReadonlyMap<number, CoinAmount>> {
  const held = new Map<number, CoinAmount>();
  for (const { id, asset } of holdings) {
    const rows = await balances(work.tx, { chart: CHART.coinsHeld, asset, subject: `holding:${id}` });
    held.set(
      id,
      CoinAmount.sum(
        asset,
        rows.map(({ balance }) => CoinAmount.of(asset, balance)),
      ),
    );
  }
  return held;
}

function valuationOf(asset: string, { price, valueKrw, priceAt, depthCovers }: Valuation): HoldingValuation {
  return { price: Price.of(asset, price.toFixed()), value: Won.of(valueKrw), priceAt, depthCovers };
}

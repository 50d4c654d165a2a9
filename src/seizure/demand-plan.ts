import { appendAudit } from '../audit/append.ts';
import type { Work } from '../database/work.ts';
import { Decimal } from '../kernel/decimal.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount, Rate, Won } from '../kernel/money.ts';
import { loadBillStates, owedOnBills } from '../tax/bill-state.ts';
import type { BookSnapshots } from '../valuation/book-snapshot.ts';
import { recordValuations } from '../valuation/valuation-record.ts';
import { type ClaimRules, claimOn } from './claim.ts';
import type { CaseWithParts } from './locked-case.ts';
import { limitUnder, planScope } from './scope.ts';

export interface DemandTerms {
  readonly venueAccountId: number;
  readonly snapshots: BookSnapshots;
  /** Why up to the city's margin more than the need is demanded from an old seizure. */
  readonly marginReason?: string | undefined;
}

/**
 * Fixes how much of each holding is to be transferred and to which account. A seizure that was scoped when it was proposed is
 * demanded whole. An old one was not: of it no more is demanded than its bills need by now (LTCA 43, LTCA-D 60-2(3)); the rest
 * stays seized where it is. Errors: `SEIZURE_NOTHING_OWED`, `SEIZURE_EXCESSIVE` when other demands cover all, `SEIZURE_NOTHING_TO_SEIZE`.
 */
export async function planDemand(work: Work, seizureCase: CaseWithParts, terms: DemandTerms, rules: ClaimRules): Promise<void> {
  const quantities =
    seizureCase.origin === 'inquiry'
      ? seizureCase.holdings.map(({ asset, seizedQuantity }) => CoinAmount.of(asset, seizedQuantity.toFixed()))
      : await scopeOldSeizure(work, seizureCase, terms, rules);
  for (const holding of seizureCase.holdings) {
    const demanded = quantities.find(({ asset }) => asset === holding.asset) ?? CoinAmount.zero(holding.asset);
    await work.tx.holding.update({
      where: { id: holding.id },
      data: { demandedQuantity: demanded.toString(), venueAccountId: demanded.isZero() ? null : terms.venueAccountId },
    });
  }
  await appendAudit(work, {
    stream: `case:${seizureCase.id}`,
    action: 'demand.planned',
    subject: `case:${seizureCase.id}`,
    payload: {
      account: terms.venueAccountId,
      quantities: quantities.map((quantity) => ({ asset: quantity.asset, quantity: quantity.toString() })),
      marginReason: seizureCase.origin === 'old_seizure' ? terms.marginReason : undefined,
    },
  });
}

async function scopeOldSeizure(work: Work, seizureCase: CaseWithParts, terms: DemandTerms, rules: ClaimRules): Promise<CoinAmount[]> {
  const others = await demandingCases(work, seizureCase);
  const billIds = [seizureCase, ...others].flatMap(({ bills }) => bills.map(({ billId }) => billId));
  const bills = await loadBillStates(work.tx, billIds);
  if (owedOnBills(bills, rules.today, rules.tax).total.isZero()) {
    throw new CheongsanError('SEIZURE_NOTHING_OWED', `The bills of case ${seizureCase.number} owe nothing; release the seizure.`);
  }
  const fee = [...terms.snapshots.values()].reduce((highest, { takerFeeRate }) => highest.larger(takerFeeRate), Rate.zero);
  const need = claimOn(bills, fee, rules).total.minus(Won.sum(others.map(({ demandedValue }) => demandedValue)));
  if (!need.isPositive()) {
    throw new CheongsanError('SEIZURE_EXCESSIVE', `Other demands already cover what the person of case ${seizureCase.number} owes.`);
  }
  const limit = limitUnder(need, terms.marginReason === undefined ? Rate.zero : rules.marginMax);
  const holdings = seizureCase.holdings.map(({ asset, seizedQuantity }) => ({
    quantity: CoinAmount.of(asset, seizedQuantity.toFixed()),
    snapshot: terms.snapshots.get(asset),
  }));
  const scope = planScope(holdings, { need, limit });
  if (scope.lines.length === 0) {
    throw new CheongsanError('SEIZURE_NOTHING_TO_SEIZE', `Case ${seizureCase.number} holds nothing that can be sold at the exchange.`, {
      facts: { leftOut: scope.leftOut },
    });
  }
  await recordSeizedValuations(work, seizureCase, terms.snapshots);
  return scope.lines.map(({ quantity }) => quantity);
}

/** All that was seized is valued, not only what is demanded of it: the letters state both. */
async function recordSeizedValuations(work: Work, seizureCase: CaseWithParts, snapshots: BookSnapshots): Promise<void> {
  await recordValuations(
    work,
    'seizure',
    seizureCase.holdings.flatMap(({ id, asset, seizedQuantity }) => {
      const snapshot = snapshots.get(asset);
      const quantity = CoinAmount.of(asset, seizedQuantity.toFixed());
      return snapshot === undefined ? [] : [{ caseId: seizureCase.id, holdingId: id, quantity, snapshot }];
    }),
  );
}

interface DemandingCase {
  readonly bills: readonly { readonly billId: number }[];
  /** What the demanded holdings were last worth. */
  readonly demandedValue: Won;
}

/** Other open cases of the person from which something is demanded already. */
async function demandingCases(work: Work, { id, personId }: CaseWithParts): Promise<DemandingCase[]> {
  const cases = await work.tx.seizureCase.findMany({
    where: {
      personId,
      id: { not: id },
      phase: { notIn: ['refused', 'settled', 'closed'] },
      holdings: { some: { demandedQuantity: { gt: 0 } } },
    },
    include: { bills: true, holdings: true, valuations: { orderBy: { id: 'asc' } } },
  });
  return cases.map(({ bills, holdings, valuations }) => ({
    bills,
    demandedValue: Won.sum(
      holdings.map(({ id: holdingId, demandedQuantity }) => {
        const last = valuations.findLast((valuation) => valuation.holdingId === holdingId);
        return last === undefined ? Won.zero : shareOf(last, demandedQuantity.toFixed());
      }),
    ),
  }));
}

/** The part of a valuation that belongs to the demanded part of what was valued, rounded down. */
function shareOf({ valueKrw, quantity }: { readonly valueKrw: bigint; readonly quantity: { toFixed(): string } }, demanded: string): Won {
  const share = new Decimal(demanded).div(quantity.toFixed());
  return Won.of(new Decimal(valueKrw.toString()).times(share).integerValue(Decimal.ROUND_DOWN));
}

import type { Distribution } from '../database/generated/client.ts';
import type { Transaction, Work } from '../database/work.ts';
import { type CivilDate, dayFromColumn, earlier, seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { VenueWon, Won } from '../kernel/money.ts';
import { CHART } from '../ledger/chart.ts';
import { readPolicy } from '../policy/book.ts';
import { distributionClaimsDay, receiptInstant } from '../policy/definitions/treasury.ts';
import type { CaseWithParts } from '../seizure/locked-case.ts';
import { loadBillStates } from '../tax/bill-state.ts';
import { taxRules } from '../tax/rules.ts';
import { arrivedProceeds, type CaseLedger, ENTRY_KIND, readCaseLedger } from './case-ledger.ts';
import { type DistributableMoney, type DistributionPlan, type PaidCost, planDistribution } from './distribution-plan.ts';
import { planPayment } from './payable-claims.ts';

/** Where the money of a case stands, as far as it decides what comes next. */
export interface CaseMoneyState {
  /** At a venue, on its way from there, or in an order whose outcome is open. */
  readonly isUnderWay: boolean;
  /** At the bank and not distributed. */
  readonly undistributed: Won;
}

export async function readMoneyState(
  tx: Transaction,
  { id: caseId, venueCode }: Pick<CaseWithParts, 'id' | 'venueCode'>,
): Promise<CaseMoneyState> {
  const ledger = await readCaseLedger(tx, caseId, venueCode);
  const openShares = await tx.withdrawalShare.count({
    where: { caseId, withdrawal: { state: { in: ['requested', 'approved', 'confirmed'] } } },
  });
  const openOrders = await tx.orderShare.count({ where: { caseId, order: { closedAt: null } } });
  const atVenue = [CHART.venueWonHeld, CHART.proceedsAtVenue].some((chart) => !ledger.venueWonBalance(chart).isZero());
  return { isUnderWay: atVenue || openShares + openOrders > 0, undistributed: ledger.wonBalance(CHART.undistributed).negated() };
}

/** What a distribution of a case on a day would look like as the books stand now. The taxpayer and the case must be locked. */
export async function planCase(work: Work, seizureCase: CaseWithParts, distributionOn: CivilDate): Promise<DistributionPlan> {
  const money = await distributableMoney(work, seizureCase);
  const policy = await readPolicy(work.tx);
  const today = seoulDay(work.at);
  const claimsOn = policy.get(distributionClaimsDay, today) === 'receipt_day' ? await firstReceiptOn(work, seizureCase.id) : distributionOn;
  const rules = taxRules(policy);
  const bills = await loadBillStates(
    work.tx,
    seizureCase.bills.map(({ billId }) => billId),
  );
  const owner = new Map(bills.flatMap(({ billId, lines }) => lines.map(({ lineId }) => [lineId, billId] as const)));
  const { appropriation, claims } = planPayment(money.net, bills, { on: claimsOn, today, rules });
  return planDistribution(money, claims, appropriation, {
    claimsOn,
    billOf: (lineId) => {
      const billId = owner.get(lineId);
      if (billId === undefined)
        throw new CheongsanError('INTERNAL', `Claim ${lineId} is on none of the bills of case ${seizureCase.number}.`);
      return billId;
    },
  });
}

/** What has arrived and was not in an earlier final distribution. */
async function distributableMoney(work: Work, { id: caseId, venueCode }: CaseWithParts): Promise<DistributableMoney> {
  const ledger = await readCaseLedger(work.tx, caseId, venueCode);
  const earlierOnes = await work.tx.distribution.findMany({ where: { caseId, state: 'final' }, include: { lines: true } });
  const arrived = arrivedProceeds(ledger);
  const sum = (part: (final: Distribution) => { toFixed(): string }) =>
    VenueWon.sum(
      venueCode,
      earlierOnes.map((final) => VenueWon.of(venueCode, part(final).toFixed())),
    );
  const gross = arrived.gross.minus(sum(({ grossKrw }) => grossKrw));
  const costs = arrived.costs.minus(sum(({ costsKrw }) => costsKrw));
  const residue = arrived.residue.minus(sum(({ residueKrw }) => residueKrw));
  const booked = ledger.won(ENTRY_KIND.interest, CHART.bankDeposit);
  const interest = booked.minus(Won.sum(earlierOnes.map(({ interestKrw }) => Won.of(interestKrw))));
  const paidBefore = (reason: string) =>
    VenueWon.sum(
      venueCode,
      earlierOnes.flatMap(({ lines }) =>
        lines.filter((line) => line.reason === reason).map(({ amountKrw }) => VenueWon.of(venueCode, amountKrw.toFixed())),
      ),
    );
  return { gross, costs: paidCosts(ledger, costs, paidBefore), residue, interest, net: ledger.wonBalance(CHART.undistributed).negated() };
}

const WITHDRAWAL_COST = '지방세징수법 제4조제1항제1호, 지방세기본법 제2조제1항제25호: 체납처분비(원화 출금 수수료), 입금 전 지급.';
const TRADING_COST = '지방세징수법 제4조제1항제1호, 지방세기본법 제2조제1항제25호: 체납처분비(거래소 매매 수수료), 입금 전 지급.';

/** The venue's fees by what they were for: those of withdrawals, and the rest for trading. */
function paidCosts(ledger: CaseLedger, total: VenueWon, paidBefore: (reason: string) => VenueWon): PaidCost[] {
  const withdrawals = ledger.venueWon(ENTRY_KIND.withdrawalSent, CHART.dispositionCost).minus(paidBefore(WITHDRAWAL_COST)).smaller(total);
  const costs = [
    { reason: TRADING_COST, amount: total.minus(withdrawals) },
    { reason: WITHDRAWAL_COST, amount: withdrawals },
  ];
  return costs.filter(({ amount }) => amount.isPositive());
}

/**
 * The day from which the law counts the days to the distribution: the first receipt of what is distributed now, at the bank or by
 * the city's reading already at the exchange.
 */
export async function firstReceiptOn(work: Work, caseId: number): Promise<CivilDate> {
  const last = await work.tx.distribution.findFirst({ where: { caseId, state: 'final' }, orderBy: { id: 'desc' } });
  const after = last?.ledgerEntryId ?? 0n;
  const instant = (await readPolicy(work.tx)).get(receiptInstant, seoulDay(work.at));
  const withdrawals = await work.tx.wonWithdrawal.findMany({
    where: { shares: { some: { caseId } }, receivedEntryId: { gt: after } },
    select: { receivedOn: true },
  });
  const interest = await work.tx.bankLine.findMany({
    where: { matchedTo: `interest:${caseId}`, ledgerEntryId: { gt: after } },
    select: { occurredOn: true },
  });
  const fills =
    instant === 'bank'
      ? []
      : await work.tx.orderFill.findMany({ where: { caseId, ledgerEntryId: { gt: after } }, select: { filledAt: true } });
  const days = [
    ...withdrawals.flatMap(({ receivedOn }) => (receivedOn === null ? [] : [dayFromColumn(receivedOn)])),
    ...interest.map(({ occurredOn }) => dayFromColumn(occurredOn)),
    ...fills.map(({ filledAt }) => seoulDay(filledAt)),
  ];
  return days.reduce((first, day) => earlier(first, day), seoulDay(work.at));
}

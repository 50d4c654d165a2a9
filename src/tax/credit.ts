import { appendAudit } from '../audit/append.ts';
import type { Work } from '../database/work.ts';
import { type CivilDate, dayToColumn, yearOf } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { Won } from '../kernel/money.ts';
import { CHART } from '../ledger/chart.ts';
import { entry } from '../ledger/entry.ts';
import { post } from '../ledger/post.ts';
import type { Allocation } from './appropriation.ts';
import type { BillState } from './bill-state.ts';

export interface Credited {
  readonly caseId: number;
  readonly bills: readonly BillState[];
  readonly allocations: readonly Allocation[];
  readonly occurredOn: CivilDate;
  /** `distribution:ID` or `bank_line:ID`; money of one source is credited once. */
  readonly source: string;
}

const RECEIVABLE = {
  tax: CHART.receivableTax,
  surcharge: CHART.receivableSurcharge,
  late_penalty: CHART.receivableLatePenalty,
} as const;

/**
 * Credits money of a case that has been distributed on its bills: receipts, and one entry that lowers the receivables and moves
 * the money to the treasury. The late penalty is assessed with its receipt and never before. The caller holds the taxpayer's
 * lock. Errors: `LEDGER_OVERDRAFT` when less was distributed than is credited, `LEDGER_KEY_CONFLICT`.
 */
export async function postCredit(work: Work, { caseId, bills, allocations, occurredOn, source }: Credited): Promise<void> {
  const owners = new Map(bills.flatMap(({ billId, lines }) => lines.map(({ lineId, level }) => [lineId, { billId, level }] as const)));
  const building = entry({ key: `appropriation:${source}`, kind: 'appropriation', occurredOn, cause: source, memo: '' });
  const receipts = allocations.map(({ claimId, component, amount }) => {
    const owner = owners.get(claimId);
    if (owner === undefined || component === 'cost') {
      throw new CheongsanError('INTERNAL', `${source} credits ${component} ${claimId}, which is on none of the bills given.`);
    }
    const account = { subject: `bill_line:${claimId}`, place: `bill:${owner.billId}` };
    if (component === 'late_penalty') {
      building.debit(CHART.receivableLatePenalty, account, amount).credit(CHART.latePenaltyAssessed, account, amount);
    }
    building
      .debit(CHART.distributed, { subject: `case:${caseId}` }, amount)
      .credit(RECEIVABLE[component], account, amount)
      .debit(CHART.treasury, { subject: `level:${owner.level}` }, amount)
      .credit(CHART.bankDeposit, { subject: `case:${caseId}` }, amount);
    return { ...owner, billLineId: Number(claimId), tier: component, amountKrw: amount.toBigInt() };
  });
  const posting = building.buildUnlessEmpty();
  if (posting === undefined) return;
  const posted = await post(work, posting);
  if (posted.replayed) return;
  await work.tx.billReceipt.createMany({
    data: receipts.map(({ billId, billLineId, tier, amountKrw }) => ({
      receiptNumber: `${yearOf(occurredOn)}-${source.replace(':', '-')}-${billId}`,
      billId,
      billLineId,
      tier,
      amountKrw,
      occurredOn: dayToColumn(occurredOn),
      source,
      caseId,
      ledgerEntryId: posted.entryId,
      createdAt: work.at,
    })),
  });
  await appendAudit(work, {
    stream: `case:${caseId}`,
    action: 'bills.credited',
    subject: source,
    recordDigest: posted.digest,
    payload: { creditedKrw: Won.sum(allocations.map(({ amount }) => amount)).toString(), receipts: receipts.length },
  });
}

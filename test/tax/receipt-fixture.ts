import type { Database } from '../../src/database/work.ts';
import { civilDate, seoulDay } from '../../src/kernel/civil-date.ts';
import { Won } from '../../src/kernel/money.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { entry } from '../../src/ledger/entry.ts';
import { post } from '../../src/ledger/post.ts';
import { appropriate } from '../../src/tax/appropriation.ts';
import { claimsOnBills, loadBillStates } from '../../src/tax/bill-state.ts';
import { postCredit } from '../../src/tax/credit.ts';
import { testActor } from '../support/database.ts';
import { storeLawfulCase } from '../support/sale-case.ts';
import { defaultRules } from './sample.ts';

/** Credits so much on a bill, as the distribution of a case would. `source` is one money, credited once. */
export async function creditBill(
  database: Database,
  noticeNumber: string,
  amountKrw: string,
  source: string,
  on = '2026-01-05',
): Promise<void> {
  const { id: billId, personId } = await database.read.bill.findUniqueOrThrow({ where: { noticeNumber } });
  const amount = Won.of(amountKrw);
  await database.work(testActor, async (work) => {
    const caseId = await storeLawfulCase(work, { personId, officerId: 1, billIds: [billId] });
    const subject = `case:${caseId}`;
    await post(
      work,
      entry({ key: `test:${source}`, kind: 'test', occurredOn: seoulDay(work.at), cause: source, memo: '' })
        .debit(CHART.bankDeposit, { subject }, amount)
        .credit(CHART.distributed, { subject }, amount)
        .build(),
    );
    const bills = await loadBillStates(work.tx, [billId]);
    const day = civilDate(on);
    const { allocations } = appropriate(amount, [], claimsOnBills(bills, day, defaultRules), defaultRules.appropriationRulesFor(day));
    await postCredit(work, { caseId, bills, allocations, occurredOn: day, source });
  });
}

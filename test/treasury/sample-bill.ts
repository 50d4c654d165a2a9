import type { TaxLevel } from '../../src/database/generated/client.ts';
import type { Work } from '../../src/database/work.ts';
import { type CivilDate, civilDate, dayToColumn } from '../../src/kernel/civil-date.ts';
import { Won } from '../../src/kernel/money.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { entry } from '../../src/ledger/entry.ts';
import { post } from '../../src/ledger/post.ts';

export interface SampleBill {
  readonly billId: number;
  readonly lineIds: readonly number[];
}

export interface SampleLine {
  readonly level?: TaxLevel;
  readonly principal: string;
  readonly surcharge?: string;
}

/** A bill with its items and opening entry, as an import leaves it. */
export async function storeSampleBill(
  work: Work,
  { personId, noticeNumber, bookedOn }: { readonly personId: number; readonly noticeNumber: string; readonly bookedOn: CivilDate },
  lines: readonly SampleLine[],
): Promise<SampleBill> {
  const bill = await work.tx.bill.create({
    data: {
      personId,
      noticeNumber,
      taxYear: 2025,
      arisenOn: dayToColumn(civilDate('2025-06-01')),
      dueOn: dayToColumn(civilDate('2025-07-31')),
      figuresDigest: '',
      importFileId: 1,
      createdAt: work.at,
      lines: {
        create: lines.map(({ level, principal, surcharge }, index) => ({
          lineNumber: index + 1,
          taxItemCode: String(105 + index),
          taxItemName: '재산세',
          level: level ?? 'city',
          principalKrw: BigInt(principal),
          surchargeKrw: BigInt(surcharge ?? '0'),
        })),
      },
    },
    include: { lines: { orderBy: { lineNumber: 'asc' } } },
  });
  const building = entry({ key: `bill:${bill.id}:opening`, kind: 'opening', occurredOn: bookedOn, cause: `bill:${bill.id}`, memo: '' });
  for (const line of bill.lines) {
    const account = { subject: `bill_line:${line.id}`, place: `bill:${bill.id}` };
    building
      .debit(CHART.receivableTax, account, Won.of(line.principalKrw))
      .debit(CHART.receivableSurcharge, account, Won.of(line.surchargeKrw))
      .credit(CHART.assessed, account, Won.of(line.principalKrw + line.surchargeKrw));
  }
  await post(work, building.build());
  return { billId: bill.id, lineIds: bill.lines.map(({ id }) => id) };
}

import type { Work } from '../../src/database/work.ts';
import { addDays, civilDate, dayToColumn, seoulDay } from '../../src/kernel/civil-date.ts';
import { CoinAmount, Won } from '../../src/kernel/money.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { entry } from '../../src/ledger/entry.ts';
import { post } from '../../src/ledger/post.ts';

const SEIZED_ON = civilDate('2025-11-25');
const SERVED_ON = addDays(SEIZED_ON, 4);
let serial = 0;

/** A taxpayer's bill of so much tax, due in summer 2025 and dunned in vain, opened in the ledger. */
export async function storeBill(work: Work, personId: number, principalKrw: string): Promise<number> {
  serial += 1;
  const { id, lines } = await work.tx.bill.create({
    data: {
      personId,
      noticeNumber: `2025-${String(serial).padStart(7, '0')}`,
      taxYear: 2025,
      arisenOn: dayToColumn(civilDate('2025-06-01')),
      dueOn: dayToColumn(civilDate('2025-07-31')),
      dunningIssuedOn: dayToColumn(civilDate('2025-09-01')),
      dunningServedOn: dayToColumn(civilDate('2025-09-05')),
      dunningDeadlineOn: dayToColumn(civilDate('2025-09-30')),
      figuresDigest: '',
      importFileId: 1,
      createdAt: work.at,
      lines: {
        create: {
          lineNumber: 1,
          taxItemCode: '105',
          taxItemName: '재산세',
          level: 'city',
          principalKrw: BigInt(principalKrw),
          surchargeKrw: 0n,
        },
      },
    },
    include: { lines: true },
  });
  const account = { subject: `bill_line:${lines[0]?.id}`, place: `bill:${id}` };
  const building = entry({ key: `bill:${id}:opening`, kind: 'opening', occurredOn: seoulDay(work.at), cause: `bill:${id}`, memo: '' });
  const amount = Won.of(principalKrw);
  await post(work, building.debit(CHART.receivableTax, account, amount).credit(CHART.assessed, account, amount).build());
  return id;
}

/** A case over bills, past its window: seized after the dunning, the sale notice served on the taxpayer, the window passed. */
export async function storeLawfulCase(
  work: Work,
  { personId, officerId, billIds }: { readonly personId: number; readonly officerId: number; readonly billIds: readonly number[] },
): Promise<number> {
  serial += 1;
  const { id: caseId } = await work.tx.seizureCase.create({
    data: {
      number: `표본-${String(serial).padStart(6, '0')}`,
      personId,
      venueCode: 'upbit',
      origin: 'inquiry',
      phase: 'voluntary_window',
      phaseSince: work.at,
      officerId,
      openedAt: work.at,
      seizedOn: dayToColumn(SEIZED_ON),
      bills: { create: billIds.map((billId) => ({ billId, amountAtSeizure: 1n })) },
    },
  });
  await work.tx.notice.create({
    data: {
      number: `표본 매각통지 ${caseId}`,
      kind: 'sale_notice',
      subject: `case:${caseId}`,
      recipientKind: 'delinquent',
      recipientId: personId,
      templateVersion: 'sample',
      contentCipher: Buffer.from(''),
      contentDigest: '',
      state: 'served',
      issuedOn: dayToColumn(addDays(SERVED_ON, -1)),
      servedOn: dayToColumn(SERVED_ON),
      provenAt: new Date('2025-12-01T00:00:00Z'),
      createdAt: new Date('2025-11-28T00:00:00Z'),
    },
  });
  await work.tx.saleWindow.create({
    data: {
      caseId,
      opensOn: dayToColumn(SERVED_ON),
      endsOn: dayToColumn(addDays(SERVED_ON, 30)),
      windowDays: 30,
      state: 'passed',
      closedAt: new Date('2025-12-31T00:00:00Z'),
      createdAt: new Date('2025-12-01T00:00:00Z'),
    },
  });
  return caseId;
}

/** Coins of a case that the exchange was told to transfer to the city's account. */
export async function storeDemandedHolding(
  work: Work,
  {
    caseId,
    accountId,
    asset,
    quantity,
  }: { readonly caseId: number; readonly accountId: number; readonly asset: string; readonly quantity: string },
): Promise<number> {
  const { id } = await work.tx.holding.create({
    data: {
      caseId,
      asset,
      venueAccountId: accountId,
      accountReference: `taxpayer-${caseId}`,
      seizedQuantity: quantity,
      demandedQuantity: quantity,
      state: 'demanded',
      stateSince: work.at,
    },
  });
  const subject = `holding:${id}`;
  const demanded = CoinAmount.of(asset, quantity);
  await post(
    work,
    entry({ key: `demand:${id}`, kind: 'demand', occurredOn: seoulDay(work.at), cause: subject, memo: '' })
      .debit(CHART.coinsOutstanding, { subject }, demanded)
      .credit(CHART.dutyToOwner, { subject }, demanded)
      .build(),
  );
  return id;
}

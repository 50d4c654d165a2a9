import type { Work } from '../../database/work.ts';
import { addDays, type CivilDate, dayToColumn, seoulDay } from '../../kernel/civil-date.ts';
import { CoinAmount, Won } from '../../kernel/money.ts';
import { CHART } from '../../ledger/chart.ts';
import { entry } from '../../ledger/entry.ts';
import { post } from '../../ledger/post.ts';

/*
 * A case as the law leaves it when its sale may begin, but for the coins, which are demanded and have not come: a bill dunned in vain, the
 * seizure, the notice served, the window passed.
 */

const WINDOW_DAYS = 30;

/** When a bill was dunned in vain. */
export interface DunningDays {
  readonly taxYear: number;
  readonly arisenOn: CivilDate;
  readonly dueOn: CivilDate;
  readonly issuedOn: CivilDate;
  readonly servedOn: CivilDate;
  readonly deadlineOn: CivilDate;
}

/** When the coins were seized and their sale was announced. */
export interface SaleNoticeDays {
  readonly seizedOn: CivilDate;
  readonly issuedOn: CivilDate;
  /** The window opens on that day. */
  readonly servedOn: CivilDate;
  readonly writtenAt: Date;
  readonly provenAt: Date;
  readonly windowClosedAt: Date;
}

export interface SampleBill {
  /** Unlike every other. */
  readonly noticeNumber: string;
  readonly personId: number;
  /** Won of tax. */
  readonly taxKrw: string;
  readonly dunning: DunningDays;
}

/** A taxpayer's bill, dunned in vain and opened in the ledger. */
export async function storeDunnedBill(work: Work, { noticeNumber, personId, taxKrw, dunning }: SampleBill): Promise<number> {
  const { id, lines } = await work.tx.bill.create({
    data: {
      personId,
      noticeNumber,
      taxYear: dunning.taxYear,
      arisenOn: dayToColumn(dunning.arisenOn),
      dueOn: dayToColumn(dunning.dueOn),
      dunningIssuedOn: dayToColumn(dunning.issuedOn),
      dunningServedOn: dayToColumn(dunning.servedOn),
      dunningDeadlineOn: dayToColumn(dunning.deadlineOn),
      figuresDigest: '',
      importFileId: 1,
      createdAt: work.at,
      lines: {
        create: {
          lineNumber: 1,
          taxItemCode: '105',
          taxItemName: '재산세',
          level: 'city',
          principalKrw: BigInt(taxKrw),
          surchargeKrw: 0n,
        },
      },
    },
    select: { id: true, lines: { select: { id: true } } },
  });
  const account = { subject: `bill_line:${lines[0]?.id}`, place: `bill:${id}` };
  const opening = entry({ key: `bill:${id}:opening`, kind: 'opening', occurredOn: seoulDay(work.at), cause: `bill:${id}`, memo: '' });
  const amount = Won.of(taxKrw);
  await post(work, opening.debit(CHART.receivableTax, account, amount).credit(CHART.assessed, account, amount).build());
  return id;
}

export interface SampleCase {
  /** Unlike every other; sample cases are plainly sample. */
  readonly number: string;
  readonly personId: number;
  readonly officerId: number;
  readonly venueCode: string;
  readonly billIds: readonly number[];
  readonly days: SaleNoticeDays;
}

/** A case over bills: seized after the dunning, the sale notice served on the taxpayer, the window passed. */
export async function storeNoticedCase(work: Work, sample: SampleCase): Promise<number> {
  const { number, personId, venueCode, officerId, billIds, days } = sample;
  const { id } = await work.tx.seizureCase.create({
    data: {
      number,
      personId,
      venueCode,
      origin: 'inquiry',
      phase: 'voluntary_window',
      phaseSince: work.at,
      officerId,
      openedAt: work.at,
      seizedOn: dayToColumn(days.seizedOn),
      bills: { create: billIds.map((billId) => ({ billId, amountAtSeizure: 1n })) },
    },
    select: { id: true },
  });
  await storeNoticeAndWindow(work, sample, id);
  return id;
}

async function storeNoticeAndWindow(work: Work, { number, personId, days }: SampleCase, caseId: number): Promise<void> {
  const servedOn = dayToColumn(days.servedOn);
  await work.tx.notice.create({
    data: {
      number: `${number} 매각통지`,
      kind: 'sale_notice',
      subject: `case:${caseId}`,
      recipientKind: 'delinquent',
      recipientId: personId,
      templateVersion: 'sample',
      contentCipher: Buffer.from(''),
      contentDigest: '',
      state: 'served',
      issuedOn: dayToColumn(days.issuedOn),
      servedOn,
      provenAt: days.provenAt,
      createdAt: days.writtenAt,
    },
  });
  await work.tx.saleWindow.create({
    data: {
      caseId,
      opensOn: servedOn,
      endsOn: dayToColumn(addDays(days.servedOn, WINDOW_DAYS)),
      windowDays: WINDOW_DAYS,
      state: 'passed',
      closedAt: days.windowClosedAt,
      createdAt: days.provenAt,
    },
  });
}

export interface SampleHolding {
  readonly caseId: number;
  readonly accountId: number;
  readonly asset: string;
  readonly quantity: string;
}

/** Coins of a case that the exchange was told to transfer to the city's account. */
export async function storeDemandedHolding(work: Work, { caseId, accountId, asset, quantity }: SampleHolding): Promise<number> {
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
    select: { id: true },
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

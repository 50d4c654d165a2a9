import type { Work } from '../../database/work.ts';
import { addDays, dayToColumn, seoulDay } from '../../kernel/civil-date.ts';
import { CoinAmount, Won } from '../../kernel/money.ts';
import { CHART } from '../../ledger/chart.ts';
import { entry } from '../../ledger/entry.ts';
import { post } from '../../ledger/post.ts';

const ARISEN_DAYS_AGO = 300;
const DUE_DAYS_AGO = 240;
const DUNNED_DAYS_AGO = 200;
const DUNNING_SERVED_DAYS_AGO = 195;
const DUNNING_EXPIRED_DAYS_AGO = 170;
const SEIZED_DAYS_AGO = 60;
const NOTICED_DAYS_AGO = 51;
const SERVED_DAYS_AGO = 50;
const WINDOW_DAYS = 30;

export interface CaseFacts {
  /** Unlike every other; sample cases are plainly sample. */
  readonly number: string;
  /** The same taxpayer as an earlier case's. */
  readonly personId: number | undefined;
  /** One of that taxpayer's that another case covers already. */
  readonly billId: number | undefined;
  readonly officerId: number;
  readonly venueCode: string;
  readonly accountId: number;
  readonly asset: string;
  /** Units that the exchange was told to transfer. */
  readonly quantity: string;
  /** Won of tax on its bill, where that is new. */
  readonly taxKrw: string;
}

export interface StoredCase {
  readonly caseId: number;
  readonly personId: number;
  readonly holdingId: number;
  readonly billId: number;
}

/**
 * A case as the law leaves it when its sale may begin, but for the coins, which are demanded and have not come: a bill dunned in vain, the
 * seizure, the notice served, the window passed.
 */
export async function storeLawfulCase(work: Work, facts: CaseFacts): Promise<StoredCase> {
  const personId =
    facts.personId ??
    (await work.tx.person.create({ data: { kind: 'natural', sample: true, createdAt: work.at }, select: { id: true } })).id;
  const billId = facts.billId ?? (await storeBill(work, facts, personId));
  const caseId = await storeCase(work, facts, { personId, billId });
  await storeNoticeAndWindow(work, facts, { personId, caseId });
  return { caseId, personId, billId, holdingId: await storeDemand(work, facts, caseId) };
}

async function storeBill(work: Work, { number, taxKrw }: CaseFacts, personId: number): Promise<number> {
  const today = seoulDay(work.at);
  const [year] = today.split('-');
  const { id, lines } = await work.tx.bill.create({
    data: {
      personId,
      noticeNumber: `${number}-고지`,
      taxYear: Number(year),
      arisenOn: dayToColumn(addDays(today, -ARISEN_DAYS_AGO)),
      dueOn: dayToColumn(addDays(today, -DUE_DAYS_AGO)),
      dunningIssuedOn: dayToColumn(addDays(today, -DUNNED_DAYS_AGO)),
      dunningServedOn: dayToColumn(addDays(today, -DUNNING_SERVED_DAYS_AGO)),
      dunningDeadlineOn: dayToColumn(addDays(today, -DUNNING_EXPIRED_DAYS_AGO)),
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
  const opening = entry({ key: `bill:${id}:opening`, kind: 'opening', occurredOn: today, cause: `bill:${id}`, memo: '' });
  const amount = Won.of(taxKrw);
  await post(work, opening.debit(CHART.receivableTax, account, amount).credit(CHART.assessed, account, amount).build());
  return id;
}

async function storeCase(
  work: Work,
  { number, venueCode, officerId }: CaseFacts,
  { personId, billId }: { readonly personId: number; readonly billId: number },
): Promise<number> {
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
      seizedOn: dayToColumn(addDays(seoulDay(work.at), -SEIZED_DAYS_AGO)),
      bills: { create: { billId, amountAtSeizure: 1n } },
    },
    select: { id: true },
  });
  return id;
}

async function storeNoticeAndWindow(
  work: Work,
  { number }: CaseFacts,
  { personId, caseId }: { readonly personId: number; readonly caseId: number },
): Promise<void> {
  const today = seoulDay(work.at);
  const servedOn = dayToColumn(addDays(today, -SERVED_DAYS_AGO));
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
      issuedOn: dayToColumn(addDays(today, -NOTICED_DAYS_AGO)),
      servedOn,
      provenAt: work.at,
      createdAt: work.at,
    },
  });
  await work.tx.saleWindow.create({
    data: {
      caseId,
      opensOn: servedOn,
      endsOn: dayToColumn(addDays(today, WINDOW_DAYS - SERVED_DAYS_AGO)),
      windowDays: WINDOW_DAYS,
      state: 'passed',
      closedAt: work.at,
      createdAt: work.at,
    },
  });
}

async function storeDemand(work: Work, { accountId, asset, quantity }: CaseFacts, caseId: number): Promise<number> {
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

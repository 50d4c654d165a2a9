import type { Work } from '../src/database/work.ts';
import { addDays, type CivilDate, dayToColumn, seoulDay } from '../src/kernel/civil-date.ts';
import { CoinAmount, Won } from '../src/kernel/money.ts';
import { CHART } from '../src/ledger/chart.ts';
import { type Entry, entry } from '../src/ledger/entry.ts';
import { postMany } from '../src/ledger/post.ts';
import { benchActor } from './ledger-workload.ts';
import type { SellingCity } from './selling-city.ts';

const BATCH = 500;
const BATCH_TIMEOUT_MS = 120_000;
const SEIZED_DAYS_AGO = 60;
const SERVED_DAYS_AGO = 50;
const WINDOW_DAYS = 30;
const MANDATE_DAYS = 60;

/** One case that is being sold. */
export interface SampleCase {
  readonly coins: readonly { readonly asset: string; readonly quantity: string; readonly priceFloor: string }[];
  /** Won of tax on its bill. */
  readonly taxKrw: string;
  readonly nextStepAt: Date;
}

/**
 * Open sales as the law leaves them: a bill dunned in vain, the seizure, the notice served, the window passed, the mandate approved, the
 * coins come. Written in bulk and posted to the ledger, so that every balance and invariant holds. Returns the sales' numbers.
 */
export async function openSales(city: SellingCity, cases: readonly SampleCase[]): Promise<number[]> {
  const saleIds: number[] = [];
  for (let from = 0; from < cases.length; from += BATCH) {
    const batch = cases.slice(from, from + BATCH);
    saleIds.push(...(await city.database.work(benchActor, (work) => storeBatch(work, city, batch), { timeoutMs: BATCH_TIMEOUT_MS })));
  }
  const units = new Map<string, CoinAmount>();
  for (const { asset, quantity } of cases.flatMap(({ coins }) => coins)) {
    units.set(asset, (units.get(asset) ?? CoinAmount.zero(asset)).plus(CoinAmount.of(asset, quantity)));
  }
  for (const [asset, quantity] of units) await city.fund(asset, quantity.toString());
  return saleIds;
}

async function storeBatch(work: Work, city: SellingCity, cases: readonly SampleCase[]): Promise<number[]> {
  const today = seoulDay(work.at);
  const persons = await work.tx.person.createManyAndReturn({
    data: cases.map(() => ({ kind: 'natural', sample: true, createdAt: work.at })),
    select: { id: true },
  });
  const rows = cases.map((each, index) => ({ ...each, personId: persons[index]?.id ?? 0 }));
  const bills = await storeBills(work, rows, today);
  const seizures = await work.tx.seizureCase.createManyAndReturn({
    data: rows.map(({ personId }) => ({
      number: `표본-${String(personId).padStart(6, '0')}`,
      personId,
      venueCode: 'upbit',
      origin: 'inquiry',
      phase: 'selling',
      phaseSince: work.at,
      officerId: city.officerId,
      openedAt: work.at,
      seizedOn: dayToColumn(addDays(today, -SEIZED_DAYS_AGO)),
    })),
    select: { id: true },
  });
  const stored = rows.map((row, index) => ({ ...row, caseId: seizures[index]?.id ?? 0, ...(bills[index] ?? NO_BILL) }));
  await work.tx.caseBill.createMany({ data: stored.map(({ caseId, billId }) => ({ caseId, billId, amountAtSeizure: 1n })) });
  await storeServedNotices(work, stored, today);
  const postings = [...stored.flatMap((row) => billOpening(row, today)), ...(await storeCoins(work, city, stored, today))];
  await postMany(work, postings);
  return storeLiquidations(work, city, stored, today);
}

type StoredCase = SampleCase & { readonly personId: number; readonly caseId: number } & StoredBill;

interface StoredBill {
  readonly billId: number;
  readonly billLineId: number;
}
const NO_BILL: StoredBill = { billId: 0, billLineId: 0 };

async function storeBills(
  work: Work,
  rows: readonly (SampleCase & { readonly personId: number })[],
  today: CivilDate,
): Promise<StoredBill[]> {
  const [year] = today.split('-');
  const bills = await work.tx.bill.createManyAndReturn({
    data: rows.map(({ personId }) => ({
      personId,
      noticeNumber: `${year}-${String(personId).padStart(7, '0')}`,
      taxYear: Number(year),
      arisenOn: dayToColumn(addDays(today, -300)),
      dueOn: dayToColumn(addDays(today, -240)),
      dunningIssuedOn: dayToColumn(addDays(today, -200)),
      dunningServedOn: dayToColumn(addDays(today, -195)),
      dunningDeadlineOn: dayToColumn(addDays(today, -170)),
      figuresDigest: '',
      importFileId: 1,
      createdAt: work.at,
    })),
    select: { id: true },
  });
  const lines = await work.tx.billLine.createManyAndReturn({
    data: bills.map(({ id }, index) => ({
      billId: id,
      lineNumber: 1,
      taxItemCode: '105',
      taxItemName: '재산세',
      level: 'city',
      principalKrw: BigInt(rows[index]?.taxKrw ?? '0'),
      surchargeKrw: 0n,
    })),
    select: { id: true, billId: true },
  });
  return lines.map(({ id, billId }) => ({ billId, billLineId: id }));
}

function billOpening({ billId, billLineId, taxKrw }: StoredCase, today: CivilDate): Entry[] {
  const account = { subject: `bill_line:${billLineId}`, place: `bill:${billId}` };
  const [amount, cause] = [Won.of(taxKrw), `bill:${billId}`];
  const opening = entry({ key: `bill:${billId}:opening`, kind: 'opening', occurredOn: today, cause, memo: '' });
  return [opening.debit(CHART.receivableTax, account, amount).credit(CHART.assessed, account, amount).build()];
}

async function storeServedNotices(work: Work, rows: readonly StoredCase[], today: CivilDate): Promise<void> {
  const servedOn = dayToColumn(addDays(today, -SERVED_DAYS_AGO));
  await work.tx.notice.createMany({
    data: rows.map(({ caseId, personId }) => ({
      number: `표본 매각통지 ${caseId}`,
      kind: 'sale_notice',
      subject: `case:${caseId}`,
      recipientKind: 'delinquent',
      recipientId: personId,
      templateVersion: 'sample',
      contentCipher: Buffer.from(''),
      contentDigest: '',
      state: 'served',
      issuedOn: dayToColumn(addDays(today, -SERVED_DAYS_AGO - 1)),
      servedOn,
      provenAt: work.at,
      createdAt: work.at,
    })),
  });
  await work.tx.saleWindow.createMany({
    data: rows.map(({ caseId }) => ({
      caseId,
      opensOn: servedOn,
      endsOn: dayToColumn(addDays(today, WINDOW_DAYS - SERVED_DAYS_AGO)),
      windowDays: WINDOW_DAYS,
      state: 'passed',
      closedAt: work.at,
      createdAt: work.at,
    })),
  });
}

/** Demanded and come: the entries of both. */
async function storeCoins(work: Work, { accountId }: SellingCity, rows: readonly StoredCase[], today: CivilDate): Promise<Entry[]> {
  const holdings = await work.tx.holding.createManyAndReturn({
    data: rows.flatMap(({ caseId, coins }) =>
      coins.map(({ asset, quantity }) => ({
        caseId,
        asset,
        venueAccountId: accountId,
        accountReference: `taxpayer-${caseId}`,
        seizedQuantity: quantity,
        demandedQuantity: quantity,
        state: 'selling' as const,
        stateSince: work.at,
      })),
    ),
    select: { id: true, asset: true, demandedQuantity: true },
  });
  return holdings.flatMap(({ id, asset, demandedQuantity }) => {
    const [subject, place, units] = [`holding:${id}`, `account:${accountId}`, CoinAmount.of(asset, demandedQuantity.toFixed())];
    const posting = (kind: string) => entry({ key: `${kind}:${id}`, kind, occurredOn: today, cause: subject, memo: '' });
    return [
      posting('demand').debit(CHART.coinsOutstanding, { subject }, units).credit(CHART.dutyToOwner, { subject }, units).build(),
      posting('deposit').debit(CHART.coinsHeld, { subject, place }, units).credit(CHART.coinsOutstanding, { subject }, units).build(),
    ];
  });
}

async function storeLiquidations(work: Work, { accountId }: SellingCity, rows: readonly StoredCase[], today: CivilDate): Promise<number[]> {
  const mandates = await work.tx.mandate.createManyAndReturn({
    data: rows.map(({ caseId }) => ({
      caseId,
      state: 'approved',
      endsOn: dayToColumn(addDays(today, MANDATE_DAYS)),
      policyVersion: 'bench',
      createdAt: work.at,
    })),
    select: { id: true },
  });
  await work.tx.mandateAsset.createMany({
    data: rows.flatMap(({ coins }, index) =>
      coins.map(({ asset, quantity, priceFloor }) => ({
        mandateId: mandates[index]?.id ?? 0,
        asset,
        maximumQuantity: quantity,
        priceFloor,
      })),
    ),
  });
  const sales = await work.tx.liquidation.createManyAndReturn({
    data: rows.map(({ caseId, nextStepAt }, index) => ({
      caseId,
      mandateId: mandates[index]?.id ?? 0,
      venueAccountId: accountId,
      state: 'running',
      nextStepAt,
      startedAt: work.at,
    })),
    select: { id: true },
  });
  return sales.map(({ id }) => id);
}

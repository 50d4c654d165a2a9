import { z } from 'zod';
import { type TransferReportRow, transferReportFile } from '../sample/files.ts';
import { caseRow, casesIn, handIn, listAll, toAll } from './answers.ts';
import { correspondenceWith, minutesLater, type Stage, type StageVenue, today } from './stage.ts';

const releasable = z.array(z.object({ caseId: z.int() }));
const notice = z.object({ id: z.int(), kind: z.string(), state: z.string(), subject: z.string(), recipientKind: z.string() });
export type NoticeRow = z.output<typeof notice>;

export function noticesOf(stage: Stage, kind: string, state: string): Promise<NoticeRow[]> {
  return listAll(stage, `/notices?kind=${kind}&state=${state}`, stage.cast.officer, notice);
}

/** Seizures of years ago whose bills have been paid since are released at once (LTCA 63(1)). */
export async function releasePaid(stage: Stage): Promise<void> {
  const { office, cast } = stage;
  const due = releasable.parse(await office.get('/cases/releasable', cast.officer));
  const dueIds = new Set(due.map(({ caseId }) => caseId));
  for (const venue of stage.venues) {
    const there = await listAll(stage, `/cases?venueCode=${venue.code}`, cast.officer, caseRow);
    await toAllCases(
      stage,
      '/cases/releases',
      there.flatMap(({ id }) => (dueIds.has(id) ? [id] : [])),
      { ground: 'nothing_owed', reason: '체납액을 모두 납부함 (표본)', correspondence: correspondenceWith(venue) },
    );
  }
  stage.tell(`체납이 없어진 이전 압류 ${due.length}건을 해제하였습니다.`);
}

const outcome = z.object({
  done: z.array(z.object({ id: z.int() })),
  refused: z.array(z.object({ id: z.int(), code: z.string(), detail: z.string() })),
});

/** For calls that name cases by id beside other members. Answers the cases that were refused, with their codes. */
export async function toAllCases(
  stage: Stage,
  path: string,
  caseIds: readonly number[],
  common: object,
): Promise<readonly { id: number; code: string }[]> {
  const refused: { id: number; code: string }[] = [];
  for (let start = 0; start < caseIds.length; start += 100) {
    const answer = outcome.parse(
      await stage.office.post(path, { ...common, caseIds: caseIds.slice(start, start + 100) }, stage.cast.officer),
    );
    refused.push(...answer.refused);
  }
  return refused;
}

/**
 * Record, notice and demand go to each exchange as official documents; with its receipt the seizure takes effect, and with the
 * demand's receipt the coins are owed to the city's account.
 */
export async function serveExchanges(stage: Stage): Promise<void> {
  const { venues } = stage;
  const refusedAt = new Map<StageVenue, readonly { id: number; code: string }[]>();
  for (const venue of venues) refusedAt.set(venue, await writeDocuments(stage, venue, ['approved', 'seized']));
  await serveByDocument(stage, 'venue_seizure_notice');
  await serveByDocument(stage, 'transfer_demand');
  await stage.driver.untilIdle();
  // What took effect now is told to the delinquent.
  for (const venue of venues) await writeDocuments(stage, venue, ['transfer_demanded']);
  for (const [venue, refused] of refusedAt) await letGoWhatIsWorthNothing(stage, venue, refused);
  stage.tell(`거래소에 압류통지와 이전요구를 송달하였습니다 (${(await casesIn(stage, 'transfer_demanded')).length}건).`);
}

async function writeDocuments(stage: Stage, venue: StageVenue, phases: readonly string[]) {
  const owing: number[] = [];
  for (const phase of phases) owing.push(...(await casesIn(stage, phase, venue)).map(({ id }) => id));
  return toAllCases(stage, '/seizures/documents', owing, {
    venueAccountId: venue.venueAccountId,
    correspondence: correspondenceWith(venue),
    marginReason: '매각까지 가격이 떨어질 수 있음 (표본)',
  });
}

/** A holding below the smallest order can never be sold: keeping it seized would only cost. Somebody else than the officer says so. */
async function letGoWhatIsWorthNothing(stage: Stage, venue: StageVenue, refused: readonly { id: number; code: string }[]): Promise<void> {
  const dust = refused.filter(({ code }) => code === 'SEIZURE_NOTHING_TO_SEIZE').map(({ id }) => id);
  if (dust.length === 0) return;
  const reason = '팔 수 있는 최소 금액에 미치지 못함 (표본)';
  await toAll(stage, '/cases/seizure-endings', {
    items: dust,
    common: { ground: 'not_needed', reason },
    official: stage.cast.approver,
    result: z.unknown(),
  });
  await toAllCases(stage, '/cases/releases', dust, {
    ground: 'not_needed',
    reason,
    correspondence: correspondenceWith(venue),
  });
  stage.tell(`최소 주문금액에 미치지 못하는 압류 ${dust.length}건을 해제하였습니다.`);
}

/** The exchange answers an official document with a receipt number on the same day. */
async function serveByDocument(stage: Stage, kind: string): Promise<void> {
  await dispatchDocuments(stage, await noticesOf(stage, kind, 'issued'));
  const sent = await noticesOf(stage, kind, 'sent');
  await toAll(stage, '/notices/service-results', {
    items: sent.map(({ id }) => ({
      noticeId: id,
      result: 'served',
      resultOn: today(stage),
      receivedBy: 'document_office',
      reference: `표본-접수-${id}`,
    })),
    official: stage.cast.officer,
    result: z.unknown(),
  });
}

export async function dispatchDocuments(stage: Stage, documents: readonly NoticeRow[]): Promise<void> {
  for (let start = 0; start < documents.length; start += 500) {
    const items = documents.slice(start, start + 500).map(({ id }) => ({ noticeId: id }));
    const dispatch = { method: 'official_document', dispatchedOn: today(stage), items };
    await stage.office.post('/notices/dispatches', dispatch, stage.cast.officer);
  }
}

/** GOPAX shows twenty transfers of a second, and none that came with more. */
const GOPAX_TRANSFERS_A_SECOND = 10;

const caseHoldings = caseRow.extend({
  holdings: z.array(z.object({ asset: z.string(), accountReference: z.string(), demandedQuantity: z.string() })),
});

/** Each exchange moves the coins into the city's account there and says by which transactions. */
export async function receiveCoins(stage: Stage): Promise<void> {
  const { office, cast, venues } = stage;
  const reports: TransferReportRow[][] = [];
  for (const venue of venues) reports.push(await transferDemanded(stage, venue));
  await minutesLater(stage, 5);
  for (const report of reports) {
    if (report.length > 0) await handIn(stage, '/imports/transfer-report', await transferReportFile(report), cast.officer);
  }
  for (const { venueAccountId } of venues) await office.post(`/venue-accounts/${venueAccountId}/readings`, {}, cast.officer);
  await stage.driver.untilIdle();
  const inCustody = await casesIn(stage, 'in_custody');
  stage.tell(`가상자산 ${reports.flat().length}건이 시 계정에 들어와 ${inCustody.length}건의 사건에 기록되었습니다.`);
}

async function transferDemanded(stage: Stage, venue: StageVenue): Promise<TransferReportRow[]> {
  const { office, cast } = stage;
  const { exchange, cityAccountId, venueAccountId } = venue;
  await office.post(`/venue-accounts/${venueAccountId}/addresses`, {}, cast.officer);
  const demanded = await casesIn(stage, 'transfer_demanded', venue);
  const report: TransferReportRow[] = [];
  const atOnce = venue.code === 'gopax' ? GOPAX_TRANSFERS_A_SECOND : Number.POSITIVE_INFINITY;
  for (const { id, number } of demanded) {
    const { holdings } = caseHoldings.parse(await office.get(`/cases/${id}`, cast.officer));
    for (const { asset, accountReference, demandedQuantity } of holdings) {
      if (/^0(\.0*)?$/.test(demandedQuantity)) continue;
      const move = { fromAccountId: accountReference, toAccountId: cityAccountId, asset, quantity: demandedQuantity, by: 'staff' } as const;
      const { transactionId } = await exchange.operator.transferInternally(move);
      if ((report.length + 1) % atOnce === 0) await stage.driver.advanceTo(new Date(stage.clock.now().getTime() + 1_000));
      report.push({
        caseNumber: number,
        accountId: accountReference,
        asset,
        quantity: demandedQuantity,
        transactionId,
        transferredOn: today(stage),
      });
    }
  }
  return report;
}

export async function tellSeized(stage: Stage): Promise<void> {
  await postLetters(stage, 'seizure_notice', await noticesOf(stage, 'seizure_notice', 'issued'));
}

/** Registered letters: printed, listed, handed to the post. The tracking number is the post's; here it is made from the notice. */
export async function postLetters(stage: Stage, kind: string, letters: readonly NoticeRow[]): Promise<void> {
  const { office, cast } = stage;
  for (let start = 0; start < letters.length; start += 100) {
    const batch = letters.slice(start, start + 100);
    const noticeIds = batch.map(({ id }) => id);
    const printed = await office.print('/notices/print', { noticeIds }, cast.officer);
    if (printed.length === 0) throw new RangeError(`${kind} was printed empty.`);
    const items = batch.map(({ id }) => ({ noticeId: id, trackingNumber: trackingNumber(id, 1) }));
    await office.post('/notices/dispatches', { method: 'registered_mail', dispatchedOn: today(stage), items }, cast.officer);
  }
}

export function trackingNumber(noticeId: number, attempt: number): string {
  return `9${attempt}${String(noticeId).padStart(11, '0')}`;
}

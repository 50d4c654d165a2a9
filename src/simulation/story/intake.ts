import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { civilDate } from '../../kernel/civil-date.ts';
import type { SampleTaxpayer } from '../sample/city.ts';
import { ledgerFile, oldSeizuresFile, type ReplyRow, replyFile } from '../sample/files.ts';
import { approveAll, casesIn, handIn, listAll, toAll } from './answers.ts';
import { nextWorkingMorning, type Stage, type StageVenue, titleOf, today } from './stage.ts';

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** The tax ledger in CP949 and the old seizures as a workbook, as the neighbouring divisions send them. */
export async function importFiles(stage: Stage): Promise<void> {
  const { city, cast, clock, officerId } = stage;
  const lines = await handIn(stage, '/imports/delinquent-ledger?mode=store', await ledgerFile(city), cast.officer);
  const seizures = await handIn(
    stage,
    `/imports/old-seizures?officerId=${officerId}`,
    await oldSeizuresFile(city, clock.now()),
    cast.officer,
    XLSX,
  );
  stage.tell(`체납 자료 ${lines}행, 이전 압류 ${seizures}행을 반입하였습니다.`);
}

const inquiry = z.object({ id: z.int(), number: z.string(), subjectCount: z.int() });
const inquiryFileRow = z.object({ 요청번호: z.string(), 순번: z.string(), 성명: z.string(), 등록번호: z.string() });
const replyRow = z.object({ id: z.int(), state: z.string() });

interface SentInquiry {
  readonly venue: StageVenue;
  readonly id: number;
  readonly file: Uint8Array;
}

/** Asks every exchange about everybody who owes and has no case yet, and has the answers matched. */
export async function inquire(stage: Stage): Promise<void> {
  const sent: SentInquiry[] = [];
  for (const venue of stage.venues) sent.push(await ask(stage, venue));
  await nextWorkingMorning(stage, 2);
  for (const each of sent) await takeAnswer(stage, each);
}

async function ask(stage: Stage, venue: StageVenue): Promise<SentInquiry> {
  const { office, cast } = stage;
  const { id, subjectCount } = inquiry.parse(
    await office.post('/inquiries', { venueCode: venue.code, identification: 'registration_number', bills: 'seizable' }, cast.officer),
  );
  const file = await office.download(`/inquiries/${id}/file?format=csv`, cast.officer);
  await office.post(`/inquiries/${id}/sent`, { sentOn: today(stage), reference: `표본-징수과-${id}` }, cast.officer);
  stage.tell(`${titleOf(venue)}에 ${subjectCount}명의 보유 내역을 물었습니다.`);
  return { venue, id, file };
}

async function takeAnswer(stage: Stage, { venue, id: inquiryId, file }: SentInquiry): Promise<void> {
  const { office, cast } = stage;
  const rows = await answerOf(stage, venue, file);
  if (rows.length === 0) {
    const answer = { repliedOn: today(stage), reference: `표본-회신-${inquiryId}` };
    await office.post(`/inquiries/${inquiryId}/nothing-found`, answer, cast.officer);
    return stage.tell(`${titleOf(venue)}에는 조회한 사람의 계정이 없습니다.`);
  }
  await handIn(stage, '/imports/holdings-reply', await replyFile(rows), cast.officer);
  const probable = await listAll(stage, `/reply-rows?inquiryId=${inquiryId}&state=probable`, cast.officer, replyRow);
  for (const { id } of probable.slice(0, 1)) await office.get(`/reply-rows/${id}/comparison`, cast.officer);
  await toAll(stage, '/reply-rows/decisions', {
    items: probable.map(({ id }) => ({
      rowId: id,
      decision: 'confirm',
      reason: '거래소가 신분증으로 확인함',
      venueConfirmation: `표본-회신-${inquiryId}`,
    })),
    official: cast.officer,
    result: z.unknown(),
  });
  stage.tell(`${titleOf(venue)}의 회신 ${rows.length}행을 대조하였고, 그 가운데 ${probable.length}행은 담당자가 확인하였습니다.`);
}

/** The exchange's compliance desk looks up its customers. Some it knows by name, birth and telephone only. */
async function answerOf(stage: Stage, venue: StageVenue, file: Uint8Array): Promise<ReplyRow[]> {
  const lines = z.array(inquiryFileRow).parse(parse(Buffer.from(file), { columns: true, bom: true }));
  const byNumber = new Map(stage.city.map((taxpayer) => [taxpayer.registrationNumber.replace(/\D/g, ''), taxpayer]));
  const asked = lines.flatMap((line) => {
    const taxpayer = byNumber.get(line.등록번호.replace(/\D/g, ''));
    return taxpayer === undefined || taxpayer.oldSeizure !== undefined ? [] : [{ line, taxpayer }];
  });
  const items = asked.map(({ line, taxpayer }) => ({ reference: line.순번, ...identityOf(taxpayer) }));
  const { rows } = await venue.exchange.operator.answerInquiry({ items });
  const known = new Map(asked.map(({ line, taxpayer }) => [line.순번, { line, taxpayer }]));
  return rows.flatMap((row): ReplyRow[] => {
    const found = known.get(row.reference);
    if (found === undefined) return [];
    const registrationNumber = found.taxpayer.knownByNameOnly ? undefined : found.taxpayer.registrationNumber;
    return [
      {
        requestNumber: found.line.요청번호,
        line: Number(row.reference),
        registrationNumber,
        name: row.name,
        birthDate: civilDate(row.birthDate),
        phone: row.phone,
        accountId: row.accountId,
        asset: row.asset,
        quantity: row.quantity,
      },
    ];
  });
}

export function identityOf({ name, birthDate, phone, registrationNumber, knownByNameOnly }: SampleTaxpayer) {
  return { name, birthDate, phone, ...(knownByNameOnly ? {} : { registrationNumber }) };
}

const proposals = z.object({
  proposed: z.array(z.object({ caseId: z.int(), isPartial: z.boolean() })),
  refused: z.array(z.object({ code: z.string() })),
});

/** Proposes a seizure for every confirmed account; somebody else approves. */
export async function seize(stage: Stage): Promise<void> {
  const { office, cast, venues } = stage;
  let partialCount = 0;
  let refusedCount = 0;
  for (const { venueAccountId } of venues) {
    const { proposed, refused } = proposals.parse(await office.post('/seizures/proposals', { venueAccountId }, cast.officer));
    partialCount += proposed.filter(({ isPartial }) => isPartial).length;
    refusedCount += refused.length;
  }
  // What was proposed is read from the list: the answer may have been lost with a service that died while it gave it.
  await toAll(stage, '/seizures/approval-requests', {
    items: (await casesIn(stage, 'proposed')).map(({ id }) => id),
    common: { reason: '독촉 기한이 지난 체납 (표본)' },
    official: cast.officer,
    result: z.object({ approvalId: z.int() }),
  });
  const approved = await approveAll(stage, 'seizure');
  stage.tell(`압류 ${approved}건을 결재하였습니다 (일부 압류 ${partialCount}건, 기안하지 않은 계정 ${refusedCount}개).`);
}

import { z } from 'zod';
import type { SampleTaxpayer } from '../sample/city.ts';
import { type PostResultRow, postResultsFile } from '../sample/files.ts';
import { casesIn, handIn, listAll, toAll } from './answers.ts';
import { type NoticeRow, noticesOf, postLetters, trackingNumber } from './coins.ts';
import { AGENCY, nextWorkingMorning, type Stage, today } from './stage.ts';

const noticed = z.object({ id: z.int(), kind: z.string(), state: z.string(), subject: z.string(), recipientKind: z.string() });
const account = z.object({ holdings: z.array(z.object({ accountReference: z.string() })) });

/** Sale notices to everybody the law names, by registered mail; what comes back is sent again or posted publicly. */
export async function giveSaleNotice(stage: Stage): Promise<void> {
  const { cast, venues } = stage;
  let written = 0;
  for (const venue of venues) {
    const ready = await casesIn(stage, 'in_custody', venue);
    await toAll(stage, '/sale-notices', {
      items: ready.map(({ id }) => id),
      common: { venueAccountId: venue.venueAccountId, agency: AGENCY },
      official: cast.officer,
      result: z.object({ noticeIds: z.array(z.int()) }),
    });
    written += ready.length;
  }
  await postLetters(stage, 'sale_notice', await noticesOf(stage, 'sale_notice', 'issued'));
  stage.tell(`매각 통지서 ${written}건을 등기로 보냈습니다.`);
  await nextWorkingMorning(stage, 2);
  await reportPost(stage, 'sale_notice', 1);
  await reportPost(stage, 'seizure_notice', 1);
  const returned = await listAll(stage, '/notices?kind=sale_notice&state=returned', cast.officer, noticed);
  await sendAgain(stage, returned);
  await nextWorkingMorning(stage, 2);
  await reportPost(stage, 'sale_notice', 2);
  await stage.driver.untilIdle();
  stage.tell(`돌아온 통지 ${returned.length}건을 다시 보내거나 공시송달하였습니다.`);
}

/** What the post says of the letters under way, by the sample's own story of each addressee. */
export async function reportPost(stage: Stage, kind: string, attempt: number): Promise<void> {
  const sent = await listAll(stage, `/notices?kind=${kind}&state=sent`, stage.cast.officer, noticed);
  const rows: PostResultRow[] = [];
  for (const each of sent) {
    const taxpayer = await taxpayerOf(stage, each);
    if (attempt === 2 && taxpayer.post === 'address_unknown') continue;
    rows.push({
      trackingNumber: trackingNumber(each.id, attempt),
      on: today(stage),
      reference: `표본-배달-${each.id}-${attempt}`,
      ...resultOf(taxpayer, attempt, kind),
    });
  }
  if (rows.length > 0) await handIn(stage, '/imports/service-results', await postResultsFile(rows), stage.cast.officer);
}

function resultOf({ post }: SampleTaxpayer, attempt: number, kind: string): Pick<PostResultRow, 'result' | 'receivedBy'> {
  if (post === 'address_unknown') return { result: '수취인불명', receivedBy: undefined };
  if (post === 'absent_first' && attempt === 1 && kind === 'sale_notice') return { result: '폐문부재', receivedBy: undefined };
  return { result: '배달완료', receivedBy: attempt === 1 ? '본인' : '동거인' };
}

async function sendAgain(stage: Stage, returned: readonly z.output<typeof noticed>[]): Promise<void> {
  const { office, cast } = stage;
  const again: { noticeId: number; trackingNumber: string }[] = [];
  for (const each of returned) {
    if ((await taxpayerOf(stage, each)).post !== 'address_unknown')
      again.push({ noticeId: each.id, trackingNumber: trackingNumber(each.id, 2) });
    else await postPublicly(stage, each);
  }
  if (again.length > 0)
    await office.post('/notices/dispatches', { method: 'registered_mail', dispatchedOn: today(stage), items: again }, cast.officer);
}

/** The printed letter itself is what was put up on the notice board. */
async function postPublicly(stage: Stage, { id }: NoticeRow): Promise<void> {
  const { office, cast } = stage;
  const paper = await office.print('/notices/print', { noticeIds: [id] }, cast.officer);
  const query = `postedOn=${today(stage)}&ground=mail_returned&media=city_network,notice_board`;
  await office.upload(`/notices/${id}/public-notice?${query}`, paper, 'application/pdf', cast.officer);
}

const known = new WeakMap<Stage, Map<number, SampleTaxpayer>>();

/** Whom a letter of a case is to, found by the case's account at the exchange, which names nobody else. */
export async function taxpayerOf(stage: Stage, { subject }: { readonly subject: string }): Promise<SampleTaxpayer> {
  const cache = known.get(stage) ?? new Map<number, SampleTaxpayer>();
  known.set(stage, cache);
  const caseId = Number(subject.replace('case:', ''));
  const remembered = cache.get(caseId);
  if (remembered !== undefined) return remembered;
  const { holdings } = account.parse(await stage.office.get(`/cases/${caseId}`, stage.cast.officer));
  const found = stage.city.find(({ accountId }) => holdings.some(({ accountReference }) => accountReference === accountId));
  if (found === undefined) throw new RangeError(`No sample taxpayer has the account of ${subject}.`);
  cache.set(caseId, found);
  return found;
}

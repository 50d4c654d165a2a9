import type { Notice } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import type { Work } from '../database/work.ts';
import { addDays, type CivilDate, dayFromColumn, dayToColumn, seoulDay, startOfDay } from '../kernel/civil-date.ts';
import { digestOf } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount } from '../kernel/money.ts';
import { CHART } from '../ledger/chart.ts';
import { type Entry, entry } from '../ledger/entry.ts';
import { postMany } from '../ledger/post.ts';
import { readPolicy } from '../policy/book.ts';
import { transferDemandProvisionFrom } from '../policy/definitions/seizure.ts';
import { needsSupplement } from './documents-due.ts';
import { type CaseWithParts, lockCase } from './locked-case.ts';
import { moveCase } from './phase.ts';
import { isStageDue } from './rest-served.ts';
import type { Sight } from './settle.ts';

type ServedKind = 'venue_seizure_notice' | 'transfer_demand';
type ServedNotice = Pick<Notice, 'id' | 'number' | 'servedOn' | 'deadlineOn' | 'contentDigest'> & { readonly servedOn: Date };

/**
 * Records at which instant the exchange received the seizure, where its receipt says so; the proof of service must be recorded
 * before. From then on the coins are seized (LTCA 52). Errors: `NOTICE_UNSERVED`, `PHASE_WRONG`, `INPUT_INVALID` for an instant on
 * another day than the proof's, `NOT_FOUND`.
 */
export async function recordServedOnVenue(work: Work, service: { readonly caseId: number; readonly servedAt: Date }): Promise<void> {
  const seizureCase = await lockCase(work, service.caseId);
  const notice = await servedNotice(work, seizureCase.id, 'venue_seizure_notice');
  if (notice === undefined) {
    throw new CheongsanError('NOTICE_UNSERVED', `The seizure notice of case ${seizureCase.number} is not proven served on the exchange.`);
  }
  const servedOn = dayFromColumn(notice.servedOn);
  if (seoulDay(service.servedAt) !== servedOn || service.servedAt > work.at) {
    throw new CheongsanError(
      'INPUT_INVALID',
      `The proof says ${servedOn}, so the exchange cannot have received it at ${service.servedAt.toISOString()}.`,
    );
  }
  await takeEffect(work, seizureCase, notice, service.servedAt);
}

/** The seizure takes effect when the exchange is served. Without a receipt that tells the instant, the end of the day stands for it. */
export async function seizeWhenServed(work: Work, seizureCase: CaseWithParts): Promise<boolean> {
  const notice = await readySeizure(work, seizureCase);
  if (notice === undefined) return false;
  const dayAfter = startOfDay(addDays(dayFromColumn(notice.servedOn), 1));
  await takeEffect(work, seizureCase, notice, dayAfter < work.at ? new Date(dayAfter.getTime() - 1) : work.at);
  return true;
}

async function takeEffect(work: Work, seizureCase: CaseWithParts, notice: ServedNotice, servedAt: Date): Promise<void> {
  await moveCase(work, seizureCase.id, ['approved'], 'seized', {
    action: 'seizure.took_effect',
    recordDigest: notice.contentDigest,
    payload: { notice: notice.id, servedAt: servedAt.toISOString() },
    changes: { seizedOn: notice.servedOn, servedOnVenueAt: servedAt },
  });
  await work.tx.holding.updateMany({
    where: { caseId: seizureCase.id, state: 'proposed' },
    data: { state: 'seized', stateSince: work.at },
  });
}

/**
 * The demand runs from its service: what is demanded is outstanding from then on and owed to its owner (`demand:HOLDING`). An old
 * seizure from before the provision is demanded only together with its supplementary seizure.
 */
export async function demandWhenServed(work: Work, seizureCase: CaseWithParts): Promise<boolean> {
  const ready = await readyDemand(work, seizureCase);
  if (ready === undefined) return false;
  const { notice, supplement } = ready;
  const demanded = seizureCase.holdings.filter(({ demandedQuantity }) => demandedQuantity.greaterThan(0));
  await lockRows(
    work,
    'holding',
    demanded.map(({ id }) => id),
  );
  const entries = demanded.map((holding) => demandEntry(holding, dayFromColumn(notice.servedOn)));
  const posted = await postMany(work, entries);
  await work.tx.holding.updateMany({
    where: { id: { in: demanded.map(({ id }) => id) }, state: { in: ['proposed', 'seized'] } },
    data: { state: 'demanded', stateSince: work.at },
  });
  await work.tx.testTransfer.updateMany({ where: { noticeId: notice.id, demandedAt: null }, data: { demandedAt: work.at } });
  await moveCase(work, seizureCase.id, ['seized'], 'transfer_demanded', {
    action: 'transfer.demanded',
    deadlineOn: notice.deadlineOn === null ? undefined : dayFromColumn(notice.deadlineOn),
    recordDigest: digestOf(posted.map(({ digest }) => digest)),
    payload: {
      notice: notice.id,
      holdings: demanded.map(({ asset, demandedQuantity }) => ({ asset, quantity: demandedQuantity.toFixed() })),
    },
    changes: supplement === undefined ? {} : { supplementedOn: dayToColumn(supplement) },
  });
  return true;
}

/** The served notice by which an approved seizure takes effect; undefined while there is none. */
async function readySeizure(sight: Sight, { id, phase }: CaseWithParts): Promise<ServedNotice | undefined> {
  return phase === 'approved' ? servedNotice(sight, id, 'venue_seizure_notice') : undefined;
}

interface ReadyDemand {
  readonly notice: ServedNotice;
  /** Day of the supplementary seizure, where one was needed. */
  readonly supplement: CivilDate | undefined;
}

/** The served demand of a seizure; undefined while it, or the supplementary seizure it needs, is unserved. */
async function readyDemand(sight: Sight, seizureCase: CaseWithParts): Promise<ReadyDemand | undefined> {
  if (seizureCase.phase !== 'seized') return undefined;
  const notice = await servedNotice(sight, seizureCase.id, 'transfer_demand');
  if (notice === undefined) return undefined;
  const supplement = await supplementOf(sight, seizureCase);
  return supplement === 'missing' ? undefined : { notice, supplement };
}

/** True when a proof of service moves the case. */
export async function isServiceDue(sight: Sight, seizureCase: CaseWithParts): Promise<boolean> {
  const isFirst = (await readySeizure(sight, seizureCase)) !== undefined || (await readyDemand(sight, seizureCase)) !== undefined;
  return isFirst || isStageDue(sight, seizureCase);
}

function demandEntry(holding: CaseWithParts['holdings'][number], occurredOn: CivilDate): Entry {
  const subject = `holding:${holding.id}`;
  const quantity = CoinAmount.of(holding.asset, holding.demandedQuantity.toFixed());
  return entry({ key: `demand:${holding.id}`, kind: 'demand', occurredOn, cause: subject, memo: '' })
    .debit(CHART.coinsOutstanding, { subject }, quantity)
    .credit(CHART.dutyToOwner, { subject }, quantity)
    .build();
}

/** Day of the supplementary seizure; undefined where none is needed, `missing` where it is needed and unserved. */
async function supplementOf(sight: Sight, seizureCase: CaseWithParts): Promise<CivilDate | undefined | 'missing'> {
  const { origin, seizedOn, supplementedOn } = seizureCase;
  const provisionFrom = (await readPolicy(sight.tx)).get(transferDemandProvisionFrom, seoulDay(sight.at));
  const needed = needsSupplement({
    origin,
    seizedOn: seizedOn === null ? undefined : dayFromColumn(seizedOn),
    supplementedOn: supplementedOn === null ? undefined : dayFromColumn(supplementedOn),
    provisionFrom,
  });
  if (!needed) return undefined;
  const notice = await servedNotice(sight, seizureCase.id, 'venue_seizure_notice');
  return notice === undefined ? 'missing' : dayFromColumn(notice.servedOn);
}

async function servedNotice({ tx }: Sight, caseId: number, kind: ServedKind): Promise<ServedNotice | undefined> {
  const notice = await tx.notice.findFirst({
    where: { subject: `case:${caseId}`, kind, state: 'served' },
    select: { id: true, number: true, servedOn: true, deadlineOn: true, contentDigest: true },
    orderBy: { id: 'desc' },
  });
  return notice === null || notice.servedOn === null ? undefined : { ...notice, servedOn: notice.servedOn };
}

import type { Approval } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import type { Database, Work } from '../database/work.ts';
import type { ExchangePort } from '../exchange/port.ts';
import { raiseAlert } from '../intent/alert.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { readPolicy } from '../policy/book.ts';
import { transferOverdueDays, unreadableVenuePolls } from '../policy/definitions/custody.ts';
import { keyExpiryWarningDays } from '../policy/definitions/venue.ts';
import { warnOfKeyExpiry } from '../venue/key-expiry.ts';
import { rereadKey } from '../venue/key-proof.ts';
import { CUSTODIAN } from './custodian.ts';
import { applyAllocationDecisions } from './deposit-allocation-decision.ts';
import { warnOfHeldUpTransfers } from './held-up-transfer.ts';
import { warnOfIdleAssets } from './idle-asset.ts';
import { type AssetReading, reconcileAccount } from './reconcile.ts';
import { applyTransferApproval, TRANSFER_SUBJECT } from './return.ts';
import { warnOfStuckTransfers } from './transfer-recovery.ts';
import { noteReadable, noteUnreadable, watchVenue } from './venue-watch.ts';
import { applyAddressApproval } from './withdrawal-address.ts';
import { ADDRESS_SUBJECT } from './withdrawal-address-row.ts';

const DAY_MS = 86_400_000;

/**
 * Everything an account needs from time to time, the answer to a ring on the `custody` queue: its books are read from the venue
 * and compared, then, whether or not the venue answered, what was decided is taken over, and a person is told of a key that ends, a
 * transfer that is stuck, coins that lie idle, or what is the matter with the venue. Errors: those of the port, after they were counted.
 */
export async function tendAccount(database: Database, port: ExchangePort, accountId: number): Promise<AssetReading[]> {
  const isNewDay = await beginPoll(database, accountId);
  try {
    return await readAccount(database, port, accountId);
  } finally {
    await lookAfter(database, accountId, isNewDay);
  }
}

/** What needs nothing from the venue. It comes second, so that nothing here keeps the books from being compared. */
async function lookAfter(database: Database, accountId: number, isNewDay: boolean): Promise<void> {
  await database.work(CUSTODIAN, async (work) => {
    const policy = await readPolicy(work.tx);
    await warnOfKeyExpiry(work, accountId, policy.get(keyExpiryWarningDays, seoulDay(work.at)));
    await lockRows(work, 'venue_account', [accountId]);
    await warnOfHeldUpTransfers(work, accountId);
  });
  await takeDecisionsOver(database, accountId);
  await warnOfOverdueTransfers(database, accountId);
  await watchVenue(database, accountId);
  if (isNewDay) await database.work(CUSTODIAN, (work) => warnOfIdleAssets(work, accountId));
}

async function readAccount(database: Database, port: ExchangePort, accountId: number): Promise<AssetReading[]> {
  try {
    const readings = await reconcileAccount(database, port, accountId);
    await rereadKey(database, CUSTODIAN, port, accountId);
    await warnOfStuckTransfers(database, accountId);
    await countPoll(database, accountId, true);
    return readings;
  } catch (thrown) {
    const isVenue = thrown instanceof CheongsanError && (thrown.code === 'EXCHANGE_UNAVAILABLE' || thrown.code === 'EXCHANGE_REFUSED');
    if (isVenue) await countPoll(database, accountId, false);
    throw thrown;
  }
}

/** True for the first poll of a day. */
async function beginPoll(database: Database, accountId: number): Promise<boolean> {
  return database.work(CUSTODIAN, async (work) => {
    await lockRows(work, 'venue_account', [accountId]);
    const { pollStartedAt } = await work.tx.venueAccount.findUniqueOrThrow({ where: { id: accountId }, select: { pollStartedAt: true } });
    await work.tx.venueAccount.update({ where: { id: accountId }, data: { pollStartedAt: work.at } });
    return pollStartedAt === null || seoulDay(pollStartedAt) !== seoulDay(work.at);
  });
}

/** Decisions are taken over where they are made; one that expired, or whose taker died, is found here. */
async function takeDecisionsOver(database: Database, accountId: number): Promise<void> {
  const transfers = await database.read.coinTransfer.findMany({
    where: { venueAccountId: accountId, state: 'requested' },
    select: { approvalId: true },
  });
  const addresses = await database.read.withdrawalAddress.findMany({
    where: { venueAccountId: accountId, state: 'requested' },
    select: { approvalId: true },
  });
  const allocations = await database.read.depositAllocation.findMany({
    where: { deposit: { venueAccountId: accountId }, state: 'requested' },
    select: { approvalId: true },
  });
  const decided = await database.read.approval.findMany({
    where: {
      id: { in: [...transfers, ...addresses, ...allocations].flatMap(({ approvalId }) => approvalId ?? []) },
      state: { not: 'pending' },
    },
    orderBy: { id: 'asc' },
  });
  for (const approval of decided) {
    await database.work(CUSTODIAN, (work) => takeOver(work, approval));
  }
}

function takeOver(work: Work, approval: Approval): Promise<void> {
  switch (approval.subjectType) {
    case TRANSFER_SUBJECT:
      return applyTransferApproval(work, approval);
    case ADDRESS_SUBJECT:
      return applyAddressApproval(work, approval);
    default:
      return applyAllocationDecisions(work, [approval]);
  }
}

async function warnOfOverdueTransfers(database: Database, accountId: number): Promise<void> {
  await database.work(CUSTODIAN, async (work) => {
    await lockRows(work, 'venue_account', [accountId]);
    const days = (await readPolicy(work.tx)).get(transferOverdueDays, seoulDay(work.at));
    const before = new Date(work.at.getTime() - days * DAY_MS);
    const overdue = await work.tx.coinTransfer.findMany({
      where: {
        venueAccountId: accountId,
        overdueAlertedAt: null,
        OR: [
          { state: 'instructed', instructedAt: { lte: before } },
          { state: 'approved', createdAt: { lte: before } },
        ],
      },
      orderBy: { id: 'asc' },
    });
    for (const transfer of overdue) {
      await work.tx.coinTransfer.update({ where: { id: transfer.id }, data: { overdueAlertedAt: work.at } });
      await raiseAlert(work, {
        code: 'transfer_overdue',
        severity: 'warning',
        subject: `coin_transfer:${transfer.id}`,
        text: `가상자산 반환 이체가 ${days}일이 지나도록 끝나지 않았습니다. 거래소에서 보냈는지 확인하십시오.`,
        facts: { transferId: transfer.id, state: transfer.state, isConfirmed: transfer.confirmedAt !== null },
      });
    }
  });
}

async function countPoll(database: Database, accountId: number, isRead: boolean): Promise<void> {
  await database.work(CUSTODIAN, async (work) => {
    await lockRows(work, 'venue_account', [accountId]);
    const { failedPolls } = await work.tx.venueAccount.update({
      where: { id: accountId },
      data: { failedPolls: isRead ? 0 : { increment: 1 } },
    });
    if (isRead) await noteReadable(work, accountId);
    else await noteUnreadable(work, accountId);
    const pollsUntilTold = (await readPolicy(work.tx)).get(unreadableVenuePolls, seoulDay(work.at));
    if (failedPolls !== pollsUntilTold) return;
    await raiseAlert(work, {
      code: 'venue_unreadable',
      severity: 'warning',
      subject: `venue_account:${accountId}`,
      text: `거래소 계정을 ${failedPolls}회 연속 읽지 못했습니다. 거래소 상태와 키를 확인하십시오.`,
      facts: { accountId, failedPolls },
    });
  });
}

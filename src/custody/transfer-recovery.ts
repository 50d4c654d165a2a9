import { appendAudit } from '../audit/append.ts';
import type { CoinTransfer } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import { type Actor, type Database, userIdOf, type Work } from '../database/work.ts';
import type { ExchangePort } from '../exchange/port.ts';
import { raiseAlert } from '../intent/alert.ts';
import { recordLookUp, settleIntent } from '../intent/intent.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { Decimal } from '../kernel/decimal.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { readPolicy } from '../policy/book.ts';
import { transferStuckHours } from '../policy/definitions/custody.ts';
import { isFrozen } from '../venue/freeze.ts';
import { ledgerAsset } from '../venue/ledger-asset.ts';
import { bookedBalances } from './booked-balances.ts';
import { CUSTODIAN } from './custodian.ts';
import { requireReason } from './deposit-decision.ts';
import { readDeposits } from './deposits.ts';
import { assertNothingElseLeft } from './instruction.ts';
import { type BookedBalance, NOTHING_BOOKED } from './reconcile-rules.ts';
import { endUnsent, lockTransfer, transferStream, withdrawalKey } from './transfer-progress.ts';
import { readWithdrawals } from './withdrawals.ts';

const HOUR_MS = 3_600_000;

/**
 * Tells a person, once, of each transfer that was instructed or said to be sent so many hours ago and that the venue does not show as done.
 * To be called when the venue has just been read.
 */
export async function warnOfStuckTransfers(database: Database, accountId: number): Promise<void> {
  await database.work(CUSTODIAN, async (work) => {
    await lockRows(work, 'venue_account', [accountId]);
    const hours = await stuckHours(work);
    const before = new Date(work.at.getTime() - hours * HOUR_MS);
    const stuck = await work.tx.coinTransfer.findMany({
      where: {
        venueAccountId: accountId,
        state: 'instructed',
        stuckAlertedAt: null,
        OR: [{ confirmedAt: { lte: before } }, { confirmedAt: null, instructedAt: { lte: before } }],
      },
      orderBy: { id: 'asc' },
    });
    for (const transfer of stuck) await tellStuck(work, transfer, hours);
  });
}

async function tellStuck(work: Work, transfer: CoinTransfer, hours: number): Promise<void> {
  const { id, confirmedAt, venueAccountId, asset } = transfer;
  const isConfirmed = confirmedAt !== null;
  const isHeldUp = !isConfirmed && (await isFrozen(work.tx, venueAccountId, asset));
  const listed = await work.tx.venueWithdrawal.findUnique({ where: { matchedTo: withdrawalKey(id) }, select: { state: true } });
  await work.tx.coinTransfer.update({ where: { id }, data: { stuckAlertedAt: work.at } });
  await raiseAlert(work, {
    code: 'transfer_stuck',
    severity: 'warning',
    subject: `coin_transfer:${id}`,
    text: `가상자산 반환 이체가 ${hours}시간이 지나도록 ${whatIsMissing({ isConfirmed, isHeldUp }, listed?.state)}`,
    facts: { transferId: id, isConfirmed, isHeldUp, listed: listed?.state ?? null },
  });
}

function whatIsMissing(
  { isConfirmed, isHeldUp }: { readonly isConfirmed: boolean; readonly isHeldUp: boolean },
  listed: string | undefined,
): string {
  if (listed === 'done') return '보낸 사람의 확인이 없습니다. 지시한 이전이 맞으면 보냈음을 기록하십시오.';
  if (listed !== undefined) return '거래소에서 처리 중입니다. 거래소에 진행 상황을 확인하십시오.';
  if (isConfirmed) return '거래소의 출금 내역에 없습니다. 거래소 화면을 확인하고, 보내지지 않았으면 다른 담당자가 이전을 되돌리십시오.';
  if (isHeldUp) return '보내지지 않았고, 가상자산이 동결되어 보낼 수 없습니다. 동결의 까닭을 밝혀 풀거나 이전을 그만두십시오.';
  return '보내지지 않았습니다. 지시서대로 보내거나 이전을 그만두십시오.';
}

/**
 * Whether an asset's balance at the venue shows that a transfer of this quantity has not left, by the books from before and after the venue
 * was asked, which both count the transfer as perhaps gone. More must be there than could be if it had left and everything else that may be under
 * way had come; and neither more nor less than the books say without it: what nobody has booked might fill the gap.
 */
export function isStillThere(held: Decimal, before: BookedBalance, after: BookedBalance, quantity: Decimal): boolean {
  const most = Decimal.max(before.quantity.plus(before.more), after.quantity.plus(after.more));
  const least = Decimal.min(before.quantity.minus(before.less), after.quantity.minus(after.less)).plus(quantity);
  return held.isGreaterThan(most.minus(quantity)) && held.isLessThanOrEqualTo(most) && held.isGreaterThanOrEqualTo(least);
}

/**
 * Takes a transfer back that its sender said he had sent, and of which the venue shows nothing: the coins are held again and may be
 * asked for anew. Another official than the sender says so, some hours after it, and the venue is read first: it must list no such
 * withdrawal, and its balance must be what the books say, and more than it could be if the coins had left. If they leave after all, that is a withdrawal which
 * nobody instructed. Errors: `TRANSFER_MAY_HAVE_LEFT`, `CONFLICT` unless it is confirmed and under way or when something else left since that may be it, `FORBIDDEN`, those of the port.
 */
export async function recoverTransfer(
  database: Database,
  actor: Actor,
  port: ExchangePort,
  input: { readonly transferId: number; readonly reason: string },
): Promise<void> {
  requireReason(input.reason);
  const found = await database.read.coinTransfer.findUnique({ where: { id: input.transferId } });
  if (found === null) throw new CheongsanError('NOT_FOUND', `There is no coin transfer ${input.transferId}.`);
  const before = await database.work(actor, (work) => bookedAt(work, port, found));
  const held = await heldAt(port, found.asset);
  // In this order: what came in before the balance was read is booked by then, and what left after it is listed.
  await readDeposits(database, port, found.venueAccountId);
  await readWithdrawals(database, port, found.venueAccountId);
  await database.work(actor, async (work) => {
    const transfer = await lockTransfer(work, input.transferId);
    const intentId = assertRecoverable(work, transfer);
    await assertWaitedFor(work, transfer);
    const listed = await work.tx.venueWithdrawal.findUnique({ where: { matchedTo: withdrawalKey(transfer.id) }, select: { id: true } });
    if (listed !== null) throw mayHaveLeft(transfer, `the venue lists it (row ${listed.id})`);
    await assertNothingElseLeft(work, transfer);
    const booked = await bookedAt(work, port, transfer);
    const isThere = isStillThere(held, before, booked, new Decimal(transfer.quantity.toFixed()));
    if (!isThere) throw mayHaveLeft(transfer, `the venue's balance of ${held.toFixed()} does not show that the coins are still there`);
    const answer = { listed: false, held: held.toFixed(), booked: booked.quantity.toFixed() };
    await recordLookUp(work, intentId, { outcome: 'not_found', answer, nextLookAt: null });
    await endUnsent(work, transfer, input.reason);
    await settleIntent(work, intentId, 'dead', { recovered: input.reason, ...answer });
    await appendAudit(work, {
      stream: transferStream(transfer),
      action: 'transfer.recovered',
      subject: `coin_transfer:${transfer.id}`,
      before: { state: transfer.state },
      after: { state: 'failed' },
      payload: { reason: input.reason, ...answer },
    });
  });
}

async function bookedAt(work: Work, port: ExchangePort, { venueAccountId, asset }: CoinTransfer): Promise<BookedBalance> {
  return (await bookedBalances(work.tx, venueAccountId, port.venue)).get(asset) ?? NOTHING_BOOKED;
}

async function heldAt(port: ExchangePort, wanted: string): Promise<Decimal> {
  const own = (await port.balances()).find(({ asset }) => ledgerAsset(port.venue, asset) === wanted);
  return own === undefined ? new Decimal(0) : new Decimal(own.free).plus(new Decimal(own.locked));
}

/** Answers the transfer's intent. */
function assertRecoverable(work: Work, transfer: CoinTransfer): number {
  if (transfer.state !== 'instructed' || transfer.confirmedAt === null || transfer.intentId === null) {
    throw new CheongsanError(
      'CONFLICT',
      `Transfer ${transfer.id} is ${transfer.state}; only one that is said to be sent and not done is taken back.`,
    );
  }
  const userId = userIdOf(work.actor);
  if (userId !== null && userId !== transfer.confirmedById) return transfer.intentId;
  throw new CheongsanError(
    'FORBIDDEN',
    `User ${transfer.confirmedById} said that transfer ${transfer.id} was sent; another official takes it back.`,
  );
}

async function assertWaitedFor(work: Work, transfer: CoinTransfer): Promise<void> {
  if (transfer.confirmedAt === null) return;
  const until = new Date(transfer.confirmedAt.getTime() + (await stuckHours(work)) * HOUR_MS);
  if (work.at < until) throw mayHaveLeft(transfer, `its withdrawal may still come to be listed until ${until.toISOString()}`);
}

function mayHaveLeft({ id }: CoinTransfer, why: string): CheongsanError {
  return new CheongsanError('TRANSFER_MAY_HAVE_LEFT', `Transfer ${id} is not taken back: ${why}.`, { facts: { transferId: id } });
}

async function stuckHours(work: Work): Promise<number> {
  return (await readPolicy(work.tx)).get(transferStuckHours, seoulDay(work.at));
}

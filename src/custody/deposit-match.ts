import { appendAudit } from '../audit/append.ts';
import type { MatchGround, VenueDeposit } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import { userIdOf, type Work } from '../database/work.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { Decimal } from '../kernel/decimal.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount } from '../kernel/money.ts';
import { balances } from '../ledger/balance.ts';
import { CHART } from '../ledger/chart.ts';
import { type Posted, post } from '../ledger/post.ts';
import { ENDED_PHASES } from '../seizure/phase-table.ts';
import { accountPlace, isVenueWon } from '../venue/ledger-asset.ts';
import { coinMatchEntry, depositSubject, type MatchedDeposit } from './deposit-entry.ts';
import { receiptOf } from './expectation.ts';
import { BEFORE_DEMAND, setReceiptState } from './holding-state.ts';
import { proveSource } from './test-transfer-proof.ts';
import { awaitingCase } from './wallet/deposit.ts';

/**
 * The part of a recorded deposit, of coins or won, that belongs to nobody, is not on its way back and that nobody has asked to
 * take for something else. The account must be locked.
 */
export async function unidentifiedFigure(work: Work, deposit: VenueDeposit): Promise<Decimal> {
  const [row] = await balances(work.tx, {
    chart: isVenueWon(deposit.asset) ? CHART.venueWonUnidentified : CHART.coinsUnidentified,
    asset: deposit.asset,
    subject: depositSubject(deposit.id),
    place: accountPlace(deposit.venueAccountId),
  });
  const returning = await work.tx.coinTransfer.findMany({
    where: { depositRowId: deposit.id, sentEntryId: null, state: { in: ['requested', 'approved', 'instructed'] } },
    select: { quantity: true },
  });
  const asked = await work.tx.depositAllocation.findMany({
    where: { depositRowId: deposit.id, state: 'requested' },
    select: { quantity: true },
  });
  return [...returning, ...asked].reduce((left, { quantity }) => left.minus(quantity.toFixed()), new Decimal(row?.balance ?? '0'));
}

/** `unidentifiedFigure` of a deposit of coins. */
export async function unidentifiedRest(work: Work, deposit: VenueDeposit): Promise<CoinAmount> {
  return CoinAmount.of(deposit.asset, await unidentifiedFigure(work, deposit));
}

export interface MatchOrder {
  readonly deposit: VenueDeposit;
  readonly holdingId: number;
  readonly ground: MatchGround;
  readonly reason: string;
}

/**
 * Gives the unidentified rest of a deposit to a holding, as far as something was demanded of it and has not come. The case,
 * the holding and the account must be locked, the deposit read after that. Errors: `CONFLICT` when deposit or holding leaves
 * nothing to give, when the holding's coins lie at another account, or when the case no longer takes coins.
 */
export async function matchToHolding(work: Work, order: MatchOrder): Promise<CoinAmount> {
  const { deposit, holdingId } = order;
  const holding = await work.tx.holding.findUniqueOrThrow({ where: { id: holdingId }, include: { case: { select: { phase: true } } } });
  if (holding.asset !== deposit.asset) {
    throw new CheongsanError(
      'ASSET_DIFFERS',
      `Holding ${holdingId} is ${holding.asset}, deposit ${deposit.id} brought ${deposit.asset}; choose a holding of that asset.`,
      { facts: { holding: holding.asset, deposit: deposit.asset } },
    );
  }
  const isOver = ENDED_PHASES.some((phase) => phase === holding.case.phase);
  if (isOver || BEFORE_DEMAND.some((state) => state === holding.state)) {
    throw new CheongsanError(
      'CONFLICT',
      `Holding ${holdingId} of ${holding.asset} (${holding.state}, case ${holding.case.phase}) takes no ${deposit.asset}; return the deposit.`,
    );
  }
  const rest = await unidentifiedRest(work, deposit);
  const { outstanding, short } = await receiptOf(work.tx, holding);
  const fromOutstanding = rest.smaller(outstanding);
  const fromShort = rest.minus(fromOutstanding).smaller(short);
  const quantity = fromOutstanding.plus(fromShort);
  if (!quantity.isPositive()) {
    throw new CheongsanError(
      'CONFLICT',
      `Deposit ${deposit.id} has ${rest.toString()} ${deposit.asset} left and holding ${holdingId} misses ${outstanding.plus(short).toString()}; nothing can be matched.`,
    );
  }
  await takeToAccount(work, holding, deposit.venueAccountId);
  const reference: MatchedDeposit = {
    rowId: deposit.id,
    accountId: deposit.venueAccountId,
    depositId: deposit.depositId,
    occurredOn: seoulDay(deposit.creditedAt),
    earlierMatches: await work.tx.depositMatch.count({ where: { depositRowId: deposit.id, holdingId } }),
  };
  const posted = await post(work, coinMatchEntry(reference, holdingId, { outstanding: fromOutstanding, wasShort: fromShort }));
  await storeMatch(work, order, { caseId: holding.caseId, quantity, posted });
  await proveSource(work, holdingId, { depositRowId: deposit.id, route: deposit.route, network: deposit.network });
  await setReceiptState(work, holding, fromOutstanding.equals(outstanding));
  work.ring('cases', holding.caseId);
  return quantity;
}

/** A holding lies at one account. Before its first coins arrive that is the one it was demanded to, and may still change. */
async function takeToAccount(work: Work, holding: { id: number; venueAccountId: number | null }, accountId: number): Promise<void> {
  if (holding.venueAccountId === accountId) return;
  const arrived = await work.tx.depositMatch.findFirst({ where: { holdingId: holding.id }, select: { id: true } });
  if (arrived !== null) {
    throw new CheongsanError(
      'CONFLICT',
      `Holding ${holding.id} lies at account ${holding.venueAccountId}, the deposit came to ${accountId}; return the deposit or move it first.`,
    );
  }
  await work.tx.holding.update({ where: { id: holding.id }, data: { venueAccountId: accountId } });
}

async function storeMatch(
  work: Work,
  { deposit, holdingId, ground, reason }: MatchOrder,
  { caseId, quantity, posted }: { caseId: number; quantity: CoinAmount; posted: Posted },
): Promise<void> {
  await work.tx.depositMatch.create({
    data: {
      depositRowId: deposit.id,
      caseId,
      holdingId,
      quantity: quantity.toString(),
      ground,
      reason,
      matchedById: userIdOf(work.actor),
      matchedAt: work.at,
      ledgerEntryId: posted.entryId,
    },
  });
  await addMatched(work, deposit, quantity.toString());
  await appendAudit(work, {
    stream: `case:${caseId}`,
    action: 'deposit.matched',
    subject: `venue_deposit:${deposit.id}`,
    before: { matched: deposit.matchedQuantity.toFixed() },
    after: { matched: deposit.matchedQuantity.plus(quantity.toString()).toFixed() },
    recordDigest: posted.digest,
    payload: { holdingId, asset: deposit.asset, quantity: quantity.toString(), ground, reason },
  });
}

/** Notes that a part of a deposit found what it is; when nothing is left the deposit is resolved. */
export async function addMatched(work: Work, deposit: VenueDeposit, quantity: string): Promise<void> {
  const matchedQuantity = deposit.matchedQuantity.plus(quantity);
  const isWhole = matchedQuantity.plus(deposit.returnedQuantity).equals(deposit.quantity);
  await work.tx.venueDeposit.update({
    where: { id: deposit.id },
    data: { matchedQuantity, ...(isWhole ? { state: 'resolved' as const, resolvedAt: work.at } : {}) },
  });
}

/** Notes that a part of a deposit is unidentified again after all. */
export async function takeMatchedBack(work: Work, deposit: VenueDeposit, quantity: string): Promise<void> {
  await work.tx.venueDeposit.update({
    where: { id: deposit.id },
    data: { matchedQuantity: deposit.matchedQuantity.minus(quantity), state: 'unidentified', resolvedAt: null },
  });
}

/** Locks the account of an unidentified deposit and reads it then. Errors: `NOT_FOUND`, `CONFLICT` when nothing is unidentified. */
export async function lockUnidentified(work: Work, depositRowId: number): Promise<VenueDeposit> {
  const found = await work.tx.venueDeposit.findUnique({ where: { id: depositRowId }, select: { venueAccountId: true } });
  if (found === null) throw new CheongsanError('NOT_FOUND', `There is no deposit ${depositRowId}.`);
  await lockRows(work, 'venue_account', [found.venueAccountId]);
  const deposit = await work.tx.venueDeposit.findUniqueOrThrow({ where: { id: depositRowId } });
  if (deposit.state !== 'unidentified') {
    throw new CheongsanError('CONFLICT', `Deposit ${depositRowId} is ${deposit.state}; nothing of it is unidentified.`);
  }
  const awaiting = await awaitingCase(work.tx, deposit);
  if (awaiting !== undefined) {
    throw new CheongsanError(
      'CONFLICT',
      `Our own sweep of a seized wallet sent deposit ${depositRowId} for case ${awaiting.number}; it is credited there by itself once the transfer demand is served.`,
      { facts: { depositRowId, caseId: awaiting.id } },
    );
  }
  return deposit;
}

/** Notes that a part of a deposit went back to its sender. The account must be locked. */
export async function addReturned(work: Work, depositRowId: number, quantity: string): Promise<void> {
  const deposit = await work.tx.venueDeposit.findUniqueOrThrow({ where: { id: depositRowId } });
  const returnedQuantity = deposit.returnedQuantity.plus(quantity);
  const isWhole = deposit.matchedQuantity.plus(returnedQuantity).equals(deposit.quantity);
  await work.tx.venueDeposit.update({
    where: { id: depositRowId },
    data: { returnedQuantity, ...(isWhole ? { state: 'resolved' as const, resolvedAt: work.at } : {}) },
  });
}

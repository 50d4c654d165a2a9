import { appendAudit } from '../audit/append.ts';
import type { BalanceExplanation } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import type { Database, Transaction, Work } from '../database/work.ts';
import { requireApproved } from '../identity/approval.ts';
import { raiseAlert, warnOnce } from '../intent/alert.ts';
import { dayFromColumn, seoulDay, startOfDay } from '../kernel/civil-date.ts';
import { Decimal } from '../kernel/decimal.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { type CoinAmount, VenueWon } from '../kernel/money.ts';
import { type Posted, post } from '../ledger/post.ts';
import { freezeUnexplained } from '../venue/freeze.ts';
import { isVenueWon, ledgerAmount } from '../venue/ledger-asset.ts';
import { nextRowId } from '../venue/next-row-id.ts';
import { EXPLAINED_DEPOSIT } from '../venue/own-deposit.ts';
import { takingHolding } from './accrued-holding.ts';
import { bookedBalances } from './booked-balances.ts';
import { CUSTODIAN } from './custodian.ts';
import { addReturned, unidentifiedFigure } from './deposit-match.ts';
import { explanationContent } from './explanation.ts';
import { type AccruedPart, excessEntry, restOf, shortageEntry } from './explanation-entry.ts';
import { EXPLANATION_KINDS } from './explanation-kinds.ts';
import { openStakes } from './explanation-owners.ts';
import { accrualShares } from './explanation-shares.ts';
import { lockHoldings } from './holding-locks.ts';
import { holdingCoins } from './holding-state.ts';
import { type BookedBalance, NOTHING_BOOKED, showsDifference } from './reconcile-rules.ts';

/** An account as the venue has just shown it, in plain decimals by asset of the ledger. */
export interface SeenAccount {
  readonly accountId: number;
  readonly venueCode: string;
  readonly held: ReadonlyMap<string, Decimal>;
  /** The books as they were before the venue was asked. */
  readonly before: ReadonlyMap<string, BookedBalance>;
}

/** Explanations at an account that somebody else has decided and that are neither booked nor over, oldest first. */
export async function decidedExplanations(
  reader: Pick<Transaction, 'balanceExplanation' | 'approval'>,
  accountId: number,
): Promise<number[]> {
  const open = await reader.balanceExplanation.findMany({
    where: { venueAccountId: accountId, state: { in: ['requested', 'approved'] } },
    select: { id: true, approvalId: true },
    orderBy: { id: 'asc' },
  });
  const decided = await reader.approval.findMany({
    where: { id: { in: open.flatMap(({ approvalId }) => approvalId ?? []) }, state: { not: 'pending' } },
    select: { id: true },
  });
  return open.filter(({ approvalId }) => decided.some(({ id }) => id === approvalId)).map(({ id }) => id);
}

/**
 * Books what somebody else has agreed to and the venue still shows, oldest first, each in a unit of work of its own: one that cannot be
 * booked keeps no account from being compared, and a person is told. Returns what was booked.
 */
export async function bookAgreedExplanations(
  database: Database,
  explanationIds: readonly number[],
  seen: SeenAccount,
): Promise<BalanceExplanation[]> {
  const booked: BalanceExplanation[] = [];
  for (const id of explanationIds) {
    try {
      const explanation = await database.work(CUSTODIAN, (work) => takeDecisionOver(work, id, seen));
      if (explanation !== undefined) booked.push(explanation);
    } catch (thrown) {
      if (!(thrown instanceof CheongsanError) || thrown.status >= 500) throw thrown;
      await database.work(CUSTODIAN, (work) => tellUnbooked(work, id, thrown));
    }
  }
  return booked;
}

async function takeDecisionOver(work: Work, id: number, seen: SeenAccount): Promise<BalanceExplanation | undefined> {
  const known = await work.tx.balanceExplanation.findUniqueOrThrow({ where: { id } });
  await lockTouched(work, known);
  await lockRows(work, 'venue_account', [seen.accountId]);
  const explanation = await work.tx.balanceExplanation.findUniqueOrThrow({ where: { id } });
  if (explanation.approvalId === null || (explanation.state !== 'requested' && explanation.state !== 'approved')) return undefined;
  const approval = await work.tx.approval.findUniqueOrThrow({ where: { id: explanation.approvalId } });
  if (approval.state === 'pending') return undefined;
  if (approval.state !== 'approved') {
    await end(work, explanation, 'rejected', approval.decisionReason ?? approval.state);
    return undefined;
  }
  await requireApproved(work.tx, approval.id, explanationContent(explanation));
  return (await bookIfShown(work, explanation, seen)) ? explanation : undefined;
}

async function tellUnbooked(work: Work, id: number, { code }: CheongsanError): Promise<void> {
  await warnOnce(work, {
    code: 'explanation_not_booked',
    subject: `balance_explanation:${id}`,
    text: '결재된 잔액 차이의 설명을 장부에 기록하지 못했습니다. 사유를 확인하고, 그 사이에 바뀐 것이 있으면 설명을 다시 올리십시오.',
    facts: { code },
  });
}

/** The cases that get or lose something, and their holdings, as far as they have them already. */
async function lockTouched(work: Work, explanation: BalanceExplanation): Promise<void> {
  const owners = (await stakesOf(work, explanation)).flatMap(({ owner }) => owner ?? []);
  const bearers = owners.flatMap(({ bearerId, holdingId }) => (holdingId === undefined ? [bearerId] : [bearerId, holdingId]));
  await lockHoldings(work, explanation.holdingId === null ? bearers : [explanation.holdingId]);
}

function stakesOf(work: Work, { venueAccountId: accountId, asset, accruedAt, accruedOf }: BalanceExplanation) {
  return accruedAt === null ? Promise.resolve([]) : openStakes(work.tx, { accountId, asset, of: accruedOf ?? asset, at: accruedAt });
}

/**
 * Books an agreed explanation if the venue still shows what it explains: it waits while something of the asset is under way or has just
 * been booked, and lapses when nothing is and the difference is another. True when it was booked.
 */
async function bookIfShown(
  work: Work,
  explanation: BalanceExplanation,
  { accountId, venueCode, held: quantities, before }: SeenAccount,
): Promise<boolean> {
  const { asset, side } = explanation;
  const held = quantities.get(asset) ?? new Decimal(0);
  const booked = (await bookedBalances(work.tx, accountId, venueCode)).get(asset) ?? NOTHING_BOOKED;
  const amount = ledgerAmount(venueCode, asset, explanation.quantity.toFixed());
  const showing = showsDifference({ side, quantity: amount.value }, held, [before.get(asset) ?? NOTHING_BOOKED, booked]);
  if (showing === 'unsure') {
    await work.tx.balanceExplanation.update({ where: { id: explanation.id }, data: { state: 'approved' } });
    return false;
  }
  if (showing === 'gone') {
    await lapse(work, explanation, `거래소 ${held.toFixed()}, 장부 ${booked.quantity.toFixed()}`);
    return false;
  }
  const posted = side === 'excess' ? await bookExcess(work, explanation, amount) : await bookShortage(work, explanation, amount);
  if (posted === undefined) return false;
  await work.tx.balanceExplanation.update({
    where: { id: explanation.id },
    data: { state: 'booked', ledgerEntryId: posted.entryId, endedAt: work.at },
  });
  await audit(work, explanation, 'booked', posted.digest);
  return true;
}

async function bookExcess(work: Work, explanation: BalanceExplanation, amount: CoinAmount | VenueWon): Promise<Posted> {
  const parts = amount instanceof VenueWon ? [] : await partsOf(work, explanation, amount);
  const rest = amount instanceof VenueWon ? amount : restOf(amount, parts);
  const depositRowId = await nextRowId(work.tx, 'venue_deposit');
  const posted = await post(work, excessEntry(explanation, amount, { depositRowId, parts }));
  if (rest.isPositive()) await storeReceipt(work, explanation, { depositRowId, rest, posted });
  for (const part of parts) await recordPart(work, explanation, part.holdingId, { figure: part.quantity.toString(), posted });
  return posted;
}

async function partsOf(work: Work, explanation: BalanceExplanation, amount: CoinAmount): Promise<AccruedPart[]> {
  const stakes = await stakesOf(work, explanation);
  if (stakes.length === 0) return [];
  const parts: AccruedPart[] = [];
  for (const { owner, quantity } of accrualShares(amount, stakes)) {
    if (owner === undefined || quantity.isZero()) continue;
    parts.push({ holdingId: await takingHolding(work, explanation, { accrual: owner, quantity }), quantity });
  }
  return parts;
}

/** As a deposit, so that what belongs to nobody is matched, returned or taken like any other; the id says that no venue listed it. */
async function storeReceipt(
  work: Work,
  explanation: BalanceExplanation,
  { depositRowId, rest, posted }: { readonly depositRowId: number; readonly rest: CoinAmount | VenueWon; readonly posted: Posted },
): Promise<void> {
  const { id, venueAccountId, asset, occurredOn } = explanation;
  await work.tx.venueDeposit.create({
    data: {
      id: depositRowId,
      venueAccountId,
      depositId: `${EXPLAINED_DEPOSIT}${id}`,
      asset,
      quantity: rest.toString(),
      route: 'unknown',
      creditedAt: startOfDay(dayFromColumn(occurredOn)),
      state: 'unidentified',
      matchedQuantity: 0,
      reasons: [isVenueWon(asset) ? 'won' : 'not_demanded'],
      ledgerEntryId: posted.entryId,
      recordedAt: work.at,
    },
  });
}

/** A holding's gain, or below zero its loss, with the event in its case. */
async function recordPart(
  work: Work,
  { id, kind, asset }: BalanceExplanation,
  holdingId: number,
  { figure, posted }: { readonly figure: string; readonly posted: Posted },
): Promise<void> {
  const { caseId } = await work.tx.holding.findUniqueOrThrow({ where: { id: holdingId }, select: { caseId: true } });
  await work.tx.explanationPart.create({ data: { explanationId: id, holdingId, caseId, quantity: figure } });
  await appendAudit(work, {
    stream: `case:${caseId}`,
    action: 'holding.difference_explained',
    subject: `holding:${holdingId}`,
    recordDigest: posted.digest,
    payload: { explanationId: id, kind, asset, quantity: figure },
  });
  work.ring('cases', caseId);
}

/** Undefined when the coins behind it are not there to be taken: it lapses then. */
async function bookShortage(work: Work, explanation: BalanceExplanation, amount: CoinAmount | VenueWon): Promise<Posted | undefined> {
  const { id, venueAccountId: accountId, asset, holdingId, depositRowId } = explanation;
  const behind = await figureBehind(work, explanation);
  if (behind !== undefined && amount.value.isGreaterThan(behind)) {
    await lapse(work, explanation, `차감할 수 있는 수량 ${behind.toFixed()}`);
    return undefined;
  }
  const posted = await post(work, shortageEntry(explanation, amount));
  if (depositRowId !== null) await addReturned(work, depositRowId, amount.toString());
  if (holdingId !== null) await recordPart(work, explanation, holdingId, { figure: amount.value.negated().toFixed(), posted });
  await freezeUnexplained(work, { accountId, asset, facts: { explanationId: id, kind: explanation.kind } });
  return posted;
}

async function figureBehind(work: Work, { venueAccountId: accountId, asset, holdingId, depositRowId }: BalanceExplanation) {
  if (holdingId !== null) return (await holdingCoins(work.tx, { holdingId, accountId, asset })).held.value;
  if (depositRowId === null) return undefined;
  return unidentifiedFigure(work, await work.tx.venueDeposit.findUniqueOrThrow({ where: { id: depositRowId } }));
}

async function lapse(work: Work, explanation: BalanceExplanation, why: string): Promise<void> {
  await end(work, explanation, 'lapsed', why);
  await raiseAlert(work, {
    code: 'explanation_lapsed',
    severity: 'warning',
    subject: `balance_explanation:${explanation.id}`,
    text: `결재된 잔액 차이의 설명(${EXPLANATION_KINDS[explanation.kind].title})을 기록하지 않았습니다: ${why}. 계정을 다시 대조하여 지금의 차이를 설명하십시오.`,
    facts: { accountId: explanation.venueAccountId, asset: explanation.asset, quantity: explanation.quantity.toFixed() },
  });
}

async function end(work: Work, explanation: BalanceExplanation, state: 'rejected' | 'lapsed', endReason: string): Promise<void> {
  await work.tx.balanceExplanation.update({ where: { id: explanation.id }, data: { state, endedAt: work.at, endReason } });
  await audit(work, explanation, state);
}

async function audit(work: Work, explanation: BalanceExplanation, state: string, recordDigest?: string): Promise<void> {
  const { id, venueAccountId, asset, kind, side, quantity, reference } = explanation;
  await appendAudit(work, {
    stream: `account:${venueAccountId}`,
    action: `balance_explanation.${state}`,
    subject: `balance_explanation:${id}`,
    before: { state: explanation.state },
    after: { state },
    ...(recordDigest === undefined ? {} : { recordDigest }),
    payload: { asset, kind, side, quantity: quantity.toFixed(), reference, on: seoulDay(work.at) },
  });
}

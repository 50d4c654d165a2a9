import { appendAudit } from '../../audit/append.ts';
import { requireNoSecrets } from '../../chain/find-secrets.ts';
import { approvalFor } from '../../chain/signer.ts';
import type { PlannedTransfer, SweepPlan } from '../../chain/sweep-plan.ts';
import { transactionRecord } from '../../chain/transaction.ts';
import { isUniqueViolation } from '../../database/errors.ts';
import type { Approval, WalletSweep, WalletTransfer } from '../../database/generated/client.ts';
import { canonicalSchema, jsonColumn } from '../../database/json.ts';
import { type Actor, userIdOf, type Work } from '../../database/work.ts';
import { requestApproval, requireApproved } from '../../identity/approval.ts';
import { type Canonical, digestOf } from '../../kernel/digest.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { Won } from '../../kernel/money.ts';
import { approvalExpiry } from '../../policy/approval-expiry.ts';
import { ENDED_PHASES } from '../../seizure/phase-table.ts';
import { requireReason } from '../deposit-decision.ts';
import { leaveRest } from './book.ts';
import { lookAtWallet } from './look.ts';
import { approvalRecord, assertOpen, lockWallet, readWallet, type WalletParts, type WalletWithAssets } from './rows.ts';
import { surveyWallet, type WalletSurvey } from './survey.ts';
import { endPlanned, testsAmong } from './test-first.ts';
import { settleExternal } from './vouched.ts';

/** What an approval to empty a wallet is about. */
export const SWEEP_SUBJECT = 'wallet_sweep';

export interface ProposedSweep {
  readonly sweepId: number;
  readonly approval: Approval;
}

export interface SweepRequest {
  readonly walletId: number;
  readonly reason: string;
  /** Everything goes at once, also where nothing has arrived yet: when somebody is taking coins already. */
  readonly withoutTest?: boolean | undefined;
}

/**
 * Plans the emptying of a seized wallet and asks two custodians for it, whatever it is worth: what they approve are these transactions,
 * whose gas price alone may move below the caps. Errors: `CONFLICT` when nothing is worth its fee, or a sweep is asked for or under way; `SECRET_FOUND`; those of `surveyWallet` and `requestApproval`.
 */
export async function proposeSweep(parts: WalletParts, actor: Actor, input: SweepRequest): Promise<ProposedSweep> {
  requireReason(input.reason);
  requireNoSecrets(input.reason);
  const before = await readWallet(parts.database.read, input.walletId);
  if (before.family !== 'evm') {
    throw new CheongsanError('CONFLICT', `Wallet ${before.id} is swept by a transaction that custodians make outside; record that one.`);
  }
  await lookAtWallet(parts, before.id);
  const wallet = await readWallet(parts.database.read, before.id);
  const surveyed = await surveyWallet(parts, wallet, input);
  if (surveyed.survey.plan.transfers.length === 0) {
    throw new CheongsanError('CONFLICT', `Nothing in wallet ${wallet.id} is worth the fee of moving it.`, {
      facts: { left: leftRecord(surveyed.survey.plan), withoutAddress: [...surveyed.withoutAddress] },
    });
  }
  return parts.database.work(actor, (work) => store(work, wallet.id, { surveyed, reason: input.reason }));
}

async function store(
  work: Work,
  walletId: number,
  { surveyed, reason }: { surveyed: WalletSurvey; reason: string },
): Promise<ProposedSweep> {
  const wallet = await lockSweepable(work, walletId);
  const { survey, policyVersion, withoutAddress } = surveyed;
  const sweep = await insertSweep(work, {
    walletId,
    gasToSendFirst: survey.plan.gasToSendFirst.toString(),
    plan: jsonColumn(planRecord(surveyed, withoutAddress)),
    policyVersion,
    reason,
    createdById: userIdOf(work.actor),
    createdAt: work.at,
  });
  for (const [position, planned] of survey.plan.transfers.entries()) await insertTransfer(work, { sweep, position, planned, surveyed });
  return askFor(work, wallet, sweep);
}

/** Locks a wallet that a case may still empty. Errors: `CONFLICT` for one that is no case's any more, `PHASE_WRONG` when its case is over. */
export async function lockSweepable(work: Work, walletId: number): Promise<WalletWithAssets> {
  const wallet = await lockWallet(work, walletId);
  assertOpen(wallet);
  const { phase, number } = await work.tx.seizureCase.findUniqueOrThrow({ where: { id: wallet.caseId } });
  if (!ENDED_PHASES.some((ended) => ended === phase)) return wallet;
  throw new CheongsanError('PHASE_WRONG', `Case ${number} is ${phase}; nothing is taken from its wallet any more.`);
}

/** Error: `CONFLICT` while another sweep of the wallet is asked for or under way. */
export async function insertSweep(work: Work, data: Parameters<Work['tx']['walletSweep']['create']>[0]['data']): Promise<WalletSweep> {
  try {
    return await work.tx.walletSweep.create({ data });
  } catch (thrown) {
    if (!isUniqueViolation(thrown)) throw thrown;
    throw new CheongsanError('CONFLICT', 'A sweep of this wallet is asked for or under way; wait for its end or have it rejected.', {
      cause: thrown,
    });
  }
}

interface PlannedRow {
  readonly sweep: WalletSweep;
  readonly position: number;
  readonly planned: PlannedTransfer;
  readonly surveyed: WalletSurvey;
}

async function insertTransfer(work: Work, { sweep, position, planned, surveyed }: PlannedRow): Promise<void> {
  const { input, block } = surveyed.survey;
  const { asset, token, amount, part, transaction } = planned;
  const destination = token === undefined ? input.native.destination : input.tokens.find((each) => each.token === token)?.destination;
  if (destination === undefined) throw new CheongsanError('INTERNAL', `The plan moves ${asset} to nowhere.`);
  // What tests native coin is fixed; what empties the wallet of it becomes less when the fee becomes more.
  const isEmptying = token === undefined && part !== 'test';
  const approval = approvalRecord(approvalFor(transaction, surveyed.caps, isEmptying ? 'all_less_fee' : 'value'));
  await work.tx.walletTransfer.create({
    data: {
      sweepId: sweep.id,
      position,
      asset,
      quantity: amount.toString(),
      destination,
      transaction: jsonColumn(transactionRecord(transaction)),
      approval: jsonColumn(approval),
      approvalDigest: digestOf(approval),
      nonceReadAtBlock: block.number,
    },
  });
}

function planRecord({ survey }: WalletSurvey, withoutAddress: readonly string[]): Canonical {
  const { input, plan, block, quote } = survey;
  return {
    block: block.hash,
    firstNonce: input.firstNonce,
    waitingTransactions: survey.waitingTransactions,
    marketGasPriceWei: quote.marketGasPriceWei.toString(),
    isPriceEnoughNow: quote.isEnoughNow,
    native: { balance: input.native.balance.toString(), gasLimit: input.native.gasLimit.toString() },
    tokens: input.tokens.map(({ token, balance, gasLimit }) => ({
      asset: token.asset,
      balance: balance.toString(),
      gasLimit: gasLimit?.toString() ?? null,
    })),
    reserve: input.reserve.toString(),
    prices: Object.fromEntries([...input.prices].map(([asset, price]) => [asset, price.toString()])),
    worthOfFeeMinimum: input.worthOfFeeMinimum.toString(),
    tests: plan.transfers.flatMap(({ part, asset, amount }) => (part === 'test' ? [{ asset, quantity: amount.toString() }] : [])),
    feesMax: plan.feesMax.toString(),
    left: leftRecord(plan),
    unreadable: survey.unreadable.map(({ token }) => token.asset),
    withoutAddress: [...withoutAddress],
  };
}

function leftRecord({ left }: Pick<SweepPlan, 'left'>): Canonical {
  return left.map(({ asset, amount, reason }) => ({ asset, quantity: amount.toString(), reason }));
}

/** Puts a stored sweep to two custodians. */
export async function askFor(work: Work, wallet: WalletWithAssets, sweep: WalletSweep): Promise<ProposedSweep> {
  const transfers = await transfersOf(work, sweep.id);
  const content = sweepContent(sweep, transfers);
  const approval = await requestApproval(work, {
    kind: 'wallet_sweep',
    subjectType: SWEEP_SUBJECT,
    subjectId: sweep.id,
    summary: summaryOf(wallet, transfers),
    content,
    // Whatever it is worth: a key that anybody may have is never used on one person's word.
    moneyAtStakeKrw: Won.zero,
    secondFromKrw: Won.zero,
    reason: sweep.reason,
    expiresAt: await approvalExpiry(work),
  });
  await work.tx.walletSweep.update({ where: { id: sweep.id }, data: { approvalId: approval.id } });
  await work.tx.seizedWallet.update({ where: { id: wallet.id }, data: { state: 'sweeping' } });
  await appendAudit(work, {
    stream: `case:${wallet.caseId}`,
    action: 'wallet.sweep_requested',
    subject: `wallet_sweep:${sweep.id}`,
    recordDigest: digestOf(content),
    payload: { walletId: wallet.id, approval: approval.id, assets: transfers.map(({ asset }) => asset) },
  });
  return { sweepId: sweep.id, approval };
}

function summaryOf(wallet: WalletWithAssets, transfers: readonly WalletTransfer[]): string {
  const tests = testsAmong(transfers);
  const parts = transfers.map((transfer) => {
    const what = `${transfer.quantity.toFixed()} ${transfer.asset}`;
    return tests.includes(transfer) ? `${what}(시험)` : what;
  });
  return `압류 지갑 ${wallet.id} 이전: ${parts.join(', ')}`;
}

function transfersOf(work: Work, sweepId: number): Promise<WalletTransfer[]> {
  return work.tx.walletTransfer.findMany({ where: { sweepId }, orderBy: { position: 'asc' } });
}

/** What is approved: these transactions, to these addresses of the city. */
function sweepContent(sweep: WalletSweep, transfers: readonly WalletTransfer[]) {
  return {
    act: 'sweep_wallet',
    sweepId: sweep.id,
    walletId: sweep.walletId,
    gasToSendFirst: sweep.gasToSendFirst.toFixed(),
    planDigest: digestOf(canonicalSchema.parse(sweep.plan)),
    transfers: transfers.map(({ position, asset, quantity, destination, approvalDigest }) => ({
      position,
      asset,
      quantity: quantity.toFixed(),
      destination,
      approvalDigest,
    })),
  };
}

/** Error: as `requireApproved`, when the custodians approved something else than what is stored. */
export async function requireSweepApproved(work: Work, sweep: WalletSweep): Promise<void> {
  if (sweep.approvalId === null) throw new CheongsanError('APPROVAL_MISSING', `Sweep ${sweep.id} was never put to the custodians.`);
  await requireApproved(work.tx, sweep.approvalId, sweepContent(sweep, await transfersOf(work, sweep.id)));
}

/** Takes the custodians' decisions over; one taken over already changes nothing. Errors: those of `requireApproved`. */
export async function applySweepDecisions(work: Work, approvals: readonly Approval[]): Promise<void> {
  for (const approval of approvals) await applyDecision(work, approval);
}

async function applyDecision(work: Work, approval: Approval): Promise<void> {
  const { walletId } = await work.tx.walletSweep.findUniqueOrThrow({ where: { id: approval.subjectId }, select: { walletId: true } });
  const wallet = await lockWallet(work, walletId);
  const sweep = await work.tx.walletSweep.findUniqueOrThrow({ where: { id: approval.subjectId } });
  if (sweep.state !== 'requested' || approval.state === 'pending') return;
  const isApproved = approval.state === 'approved';
  if (isApproved) await requireSweepApproved(work, sweep);
  const state = isApproved ? ('approved' as const) : ('rejected' as const);
  const ended = isApproved ? {} : { endedAt: work.at, endReason: approval.decisionReason ?? approval.state };
  await work.tx.walletSweep.update({ where: { id: sweep.id }, data: { state, ...ended } });
  if (isApproved) await settleVouched(work, sweep);
  else await endUnsent(work, wallet, sweep.id, 'not_approved');
  await appendAudit(work, {
    stream: `case:${wallet.caseId}`,
    action: `wallet.sweep_${state}`,
    subject: `wallet_sweep:${sweep.id}`,
    before: { state: 'requested' },
    after: { state },
    recordDigest: approval.contentDigest,
    payload: { approval: approval.id },
  });
  work.ring('wallets', walletId);
}

/** What was made outside has happened already. */
async function settleVouched(work: Work, sweep: WalletSweep): Promise<void> {
  const outside = (await transfersOf(work, sweep.id)).filter(({ transaction }) => transaction === null);
  for (const transfer of outside) await settleExternal(work, sweep, transfer);
}

async function endUnsent(work: Work, wallet: WalletWithAssets, sweepId: number, endReason: string): Promise<void> {
  await endPlanned(work, sweepId, endReason);
  await work.tx.seizedWallet.update({ where: { id: wallet.id }, data: { state: 'watched' } });
}

/**
 * Nothing more of an approved sweep is signed; what was signed is followed to its end. For a test that does not show, or a mistake that
 * somebody has noticed. Errors: `CONFLICT` when all of it is signed or it is not under way, `NOT_FOUND`.
 */
export async function stopSweep(
  work: Work,
  stop: { readonly walletId: number; readonly sweepId: number; readonly reason: string },
): Promise<void> {
  requireReason(stop.reason);
  requireNoSecrets(stop.reason);
  const wallet = await lockWallet(work, stop.walletId);
  const sweep = await work.tx.walletSweep.findFirst({ where: { id: stop.sweepId, walletId: wallet.id } });
  if (sweep === null) throw new CheongsanError('NOT_FOUND', `Wallet ${wallet.id} has no sweep ${stop.sweepId}.`);
  const isStopped = sweep.state === 'approved' && (await endPlanned(work, sweep.id, 'stopped')) > 0;
  if (!isStopped) {
    throw new CheongsanError('CONFLICT', `Sweep ${sweep.id} is ${sweep.state}, and nothing of it is left to be signed.`);
  }
  await appendAudit(work, {
    stream: `case:${wallet.caseId}`,
    action: 'wallet.sweep_stopped',
    subject: `wallet_sweep:${sweep.id}`,
    payload: { reason: stop.reason },
  });
  work.ring('wallets', wallet.id);
}

/** Ends a locked sweep before anything of it was signed. */
export async function failSweep(work: Work, wallet: WalletWithAssets, sweep: WalletSweep, endReason: string): Promise<void> {
  await work.tx.walletSweep.update({ where: { id: sweep.id }, data: { state: 'failed', endedAt: work.at, endReason } });
  await endUnsent(work, wallet, sweep.id, endReason);
  await appendAudit(work, {
    stream: `case:${wallet.caseId}`,
    action: 'wallet.sweep_failed',
    subject: `wallet_sweep:${sweep.id}`,
    before: { state: sweep.state },
    after: { state: 'failed' },
    payload: { reason: endReason },
  });
}

/** Gives up what a finished sweep and its survey have left, and calls the wallet empty. Only for a wallet that is booked whole. */
export async function emptyWallet(work: Work, wallet: WalletWithAssets, { left }: Pick<SweepPlan, 'left'>): Promise<void> {
  await leaveRest(
    work,
    wallet,
    left.map(({ amount }) => amount),
  );
  await work.tx.seizedWallet.update({ where: { id: wallet.id }, data: { state: 'emptied' } });
  await appendAudit(work, {
    stream: `case:${wallet.caseId}`,
    action: 'wallet.emptied',
    subject: `seized_wallet:${wallet.id}`,
    payload: { left: leftRecord({ left }) },
  });
}

import { appendAudit } from '../../audit/append.ts';
import type { VenueWithdrawal, WalletSweep } from '../../database/generated/client.ts';
import { lockRows } from '../../database/locks.ts';
import type { Transaction, Work } from '../../database/work.ts';
import type { Withdrawal } from '../../exchange/port.ts';
import { createIntent, settleIntent } from '../../intent/intent.ts';
import { seoulDay } from '../../kernel/civil-date.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { CoinAmount } from '../../kernel/money.ts';
import { coinBalance } from '../../ledger/balance.ts';
import { CHART } from '../../ledger/chart.ts';
import { entry } from '../../ledger/entry.ts';
import { postFact } from '../../ledger/post.ts';
import { freezeAsset } from '../../venue/freeze.ts';
import { accountPlace } from '../../venue/ledger-asset.ts';
import { requireMovementAllowed } from '../../venue/movement-gate.ts';
import { VENUES, venueCode } from '../../venue/venue-directory.ts';
import { requireReason } from '../deposit-decision.ts';
import { transferOf } from '../withdrawal-rules.ts';
import { coinsOf, lockWallet, type WalletWithAssets } from './rows.ts';
import { requireSweepApproved } from './sweep.ts';

/*
 * Tokens cannot leave a wallet that has no native coin for gas. The city's comes out of its float for network fees at the exchange, by a
 * person's hand as everything that leaves an exchange. How much, and to which wallet, is part of what two custodians approved with the sweep;
 * so the sweep's approval is the one that is asked for. The wallet's address is on no allow list: that list has a cooling time, and
 * whoever has the key would not wait; what may be lost is bounded by the gas caps. The instruction is an intent, found again in the
 * exchange's list by its quantity; what is sent without one freezes the account as ever. It is a cost of the case once it has left.
 */

/** What a person does at the exchange's site: exactly this, once. */
export interface GasInstruction {
  readonly identifier: string;
  readonly venueTitle: string;
  readonly accountLabel: string;
  readonly asset: string;
  readonly quantity: string;
  readonly network: string;
  /** The seized wallet. */
  readonly destinationReference: string;
}

interface SweepOfWallet {
  readonly walletId: number;
  readonly sweepId: number;
}

/**
 * Commits to the gas that an approved sweep lacks and says what its sender has to do; asked for again it says the same. Errors: `CONFLICT`
 * when it lacks none, some has come already, the exchange lists it, or the float is short; `NOT_FOUND`, those of `requireApproved` and
 * `requireMovementAllowed`.
 */
export async function instructGas(work: Work, { walletId, sweepId }: SweepOfWallet): Promise<GasInstruction> {
  const wallet = await lockWallet(work, walletId);
  await lockRows(work, 'venue_account', [wallet.venueAccountId]);
  const sweep = await work.tx.walletSweep.findFirst({ where: { id: sweepId, walletId } });
  if (sweep === null) throw new CheongsanError('NOT_FOUND', `Wallet ${walletId} has no sweep ${sweepId}.`);
  if (sweep.state !== 'approved' || !sweep.gasArrived.isZero() || sweep.gasToSendFirst.isZero()) {
    throw new CheongsanError(
      'CONFLICT',
      `Sweep ${sweepId} is ${sweep.state}, lacks ${sweep.gasToSendFirst.toFixed()} ${wallet.nativeAsset} and has got ${sweep.gasArrived.toFixed()}; no gas is to be sent for it.`,
    );
  }
  await requireSweepApproved(work, sweep);
  const open = await openGasIntent(work.tx, sweepId);
  if (open !== undefined) await assertUnlisted(work.tx, open.id);
  const quantity = coinsOf(wallet.nativeAsset, sweep.gasToSendFirst);
  await requireMovementAllowed(work, { accountId: wallet.venueAccountId, asset: quantity.asset, kind: 'finish' });
  await assertFloat(work, wallet, quantity);
  const { identifier } = open ?? (await commit(work, wallet, sweep));
  const { venueCode: code, label } = await work.tx.venueAccount.findUniqueOrThrow({ where: { id: wallet.venueAccountId } });
  return {
    identifier,
    venueTitle: VENUES[venueCode(code)].title,
    accountLabel: label,
    asset: quantity.asset,
    quantity: quantity.toString(),
    network: wallet.network,
    destinationReference: wallet.address,
  };
}

async function commit(work: Work, { caseId, nativeAsset }: WalletWithAssets, sweep: WalletSweep) {
  const intent = await createIntent(work, { port: 'coin_transfer', subject: gasSubject(sweep.id) });
  await appendAudit(work, {
    stream: `case:${caseId}`,
    action: 'wallet.gas_instructed',
    subject: gasSubject(sweep.id),
    payload: { intent: intent.id, asset: nativeAsset, quantity: sweep.gasToSendFirst.toFixed() },
  });
  return intent;
}

async function assertFloat(work: Work, { venueAccountId }: WalletWithAssets, quantity: CoinAmount): Promise<void> {
  const { asset } = quantity;
  const float = await coinBalance(work.tx, { chart: CHART.gasFloat, place: accountPlace(venueAccountId) }, asset);
  if (!quantity.isMoreThan(float)) return;
  throw new CheongsanError(
    'CONFLICT',
    `The city's float at account ${venueAccountId} is ${float.toString()} ${asset}, the sweep needs ${quantity.toString()}; pay the city's own ${asset} in and book it as float first.`,
    { facts: { float: float.toString(), needed: quantity.toString() } },
  );
}

async function assertUnlisted(tx: Pick<Transaction, 'venueWithdrawal'>, intentId: number): Promise<void> {
  const listed = await tx.venueWithdrawal.findUnique({ where: { matchedTo: gasKey(intentId) }, select: { id: true } });
  if (listed === null) return;
  throw new CheongsanError('CONFLICT', `The exchange lists this gas already (withdrawal ${listed.id}); it is not sent again.`);
}

/**
 * Gives an instruction up before anybody has followed it. What left the account must have been read just before. Errors: `CONFLICT` when
 * there is none or the exchange lists it, `FORBIDDEN` for anybody but an official, `NOT_FOUND`.
 */
export async function abandonGas(work: Work, { walletId, sweepId, reason }: SweepOfWallet & { readonly reason: string }): Promise<void> {
  requireReason(reason);
  if (work.actor.kind !== 'user') throw new CheongsanError('FORBIDDEN', 'Only an official can say that he did not send the gas.');
  const wallet = await lockWallet(work, walletId);
  await lockRows(work, 'venue_account', [wallet.venueAccountId]);
  const open = await openGasIntent(work.tx, sweepId);
  if (open === undefined) throw new CheongsanError('CONFLICT', `Nobody was told to send gas for sweep ${sweepId}.`);
  await assertUnlisted(work.tx, open.id);
  await settleIntent(work, open.id, 'dead', { abandoned: reason });
  await appendAudit(work, {
    stream: `case:${wallet.caseId}`,
    action: 'wallet.gas_abandoned',
    subject: gasSubject(sweepId),
    payload: { intent: open.id, reason },
  });
}

function gasSubject(sweepId: number): `wallet_sweep:${number}` {
  return `wallet_sweep:${sweepId}`;
}

/** The venue's record of gas that a person was told to send. */
export function gasKey(intentId: number): string {
  return `wallet_gas:${intentId}`;
}

const GAS_KEY = /^wallet_gas:(\d+)$/;

/** The intent that a withdrawal was matched to as gas, if it was. */
export function gasIntentIn(matchedTo: string | null | undefined): number | undefined {
  const id = GAS_KEY.exec(matchedTo ?? '')?.[1];
  return id === undefined ? undefined : Number(id);
}

async function openGasIntent(tx: Pick<Transaction, 'intent'>, sweepId: number) {
  const open = await tx.intent.findFirst({ where: { port: 'coin_transfer', subject: gasSubject(sweepId), state: 'open' } });
  return open ?? undefined;
}

/** Gas that a person was told to send from an account and that has not left by the books. */
export interface AwaitedGas {
  readonly intentId: number;
  readonly quantity: CoinAmount;
  readonly instructedAt: Date;
}

export async function awaitedGas(tx: Pick<Transaction, '$queryRaw'>, accountId: number): Promise<AwaitedGas[]> {
  const rows = await tx.$queryRaw<{ id: number; asset: string; quantity: string; at: Date }[]>`
    SELECT i.id, w.native_asset AS asset, trim_scale(s.gas_to_send_first)::text AS quantity, i.created_at AS at
      FROM intent i JOIN wallet_sweep s ON i.subject = 'wallet_sweep:' || s.id JOIN seized_wallet w ON w.id = s.wallet_id
     WHERE i.port = 'coin_transfer' AND i.state = 'open' AND w.venue_account_id = ${accountId} ORDER BY i.id`;
  return rows.map(({ id, asset, quantity, at }) => ({ intentId: id, quantity: CoinAmount.of(asset, quantity), instructedAt: at }));
}

/** The gas that a withdrawal is, by quantity and time. */
export async function gasOf(tx: Transaction, accountId: number, withdrawal: Withdrawal): Promise<string | undefined> {
  const awaited = (await awaitedGas(tx, accountId)).filter(({ quantity }) => quantity.asset === withdrawal.asset);
  const keys = awaited.map(({ intentId }) => gasKey(intentId));
  const taken = await tx.venueWithdrawal.findMany({ where: { matchedTo: { in: keys } }, select: { matchedTo: true } });
  const free = awaited.filter(({ intentId }) => !taken.some(({ matchedTo }) => matchedTo === gasKey(intentId)));
  const { transactionId, createdAt } = withdrawal;
  const found = transferOf(
    { quantity: CoinAmount.of(withdrawal.asset, withdrawal.quantity), transactionId, createdAt },
    free.map(({ intentId, ...rest }) => ({ transferId: intentId, ...rest, transactionId: undefined })),
  );
  return found === undefined ? undefined : gasKey(found.transferId);
}

/**
 * Gas has left, or the exchange gave it back: booked once, out of the float as a cost of the case. Where the float is short of it the rest
 * is unexplained and the asset frozen there. The account must be locked.
 */
export async function advanceGas(work: Work, intentId: number, withdrawal: VenueWithdrawal): Promise<void> {
  const { id, state, asset, venueAccountId: accountId } = withdrawal;
  const answer = { withdrawalId: withdrawal.withdrawalId, state };
  if (state === 'failed') await settleIntent(work, intentId, 'dead', answer);
  if (state !== 'done' || withdrawal.ledgerEntryId !== null) return;
  const { subject } = await work.tx.intent.findUniqueOrThrow({ where: { id: intentId } });
  const sweepId = Number(subject.replace('wallet_sweep:', ''));
  const { wallet } = await work.tx.walletSweep.findUniqueOrThrow({ where: { id: sweepId }, include: { wallet: true } });
  const place = accountPlace(accountId);
  const amount = CoinAmount.of(asset, withdrawal.quantity.plus(withdrawal.fee).toFixed());
  const occurredOn = seoulDay(withdrawal.doneAt ?? withdrawal.createdAt);
  const key = gasKey(intentId);
  const posting = entry({ key, kind: 'wallet_gas', occurredOn, cause: subject, memo: '' })
    .debit(CHART.gasCost, { subject: `case:${wallet.caseId}`, place }, amount)
    .credit(CHART.gasFloat, { subject: '', place }, amount)
    .build();
  const { spilled, ...posted } = await postFact(work, posting, place);
  if (spilled.length > 0) await freezeAsset(work, { accountId, asset, reason: 'unexplained_posting', facts: { entry: key } });
  await work.tx.venueWithdrawal.update({ where: { id }, data: { ledgerEntryId: posted.entryId } });
  await settleIntent(work, intentId, 'settled', answer);
  await appendAudit(work, {
    stream: `case:${wallet.caseId}`,
    action: 'wallet.gas_sent',
    subject: gasSubject(sweepId),
    recordDigest: posted.digest,
    payload: { asset, quantity: withdrawal.quantity.toFixed(), fee: withdrawal.fee.toFixed(), withdrawalRowId: id },
  });
  work.ring('wallets', wallet.id);
}

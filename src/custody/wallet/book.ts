import { appendAudit } from '../../audit/append.ts';
import type { WalletTransfer } from '../../database/generated/client.ts';
import { lockRows } from '../../database/locks.ts';
import type { Work } from '../../database/work.ts';
import { seoulDay } from '../../kernel/civil-date.ts';
import { CoinAmount } from '../../kernel/money.ts';
import { CHART } from '../../ledger/chart.ts';
import { entry } from '../../ledger/entry.ts';
import { post } from '../../ledger/post.ts';
import { holdingSubject, receiptOf } from '../expectation.ts';
import { lockHolding, setHoldingState, setReceiptState } from '../holding-state.ts';
import { BOOKING_PHASES } from './phases.ts';
import { assetOf, coinsOf, type WalletWithAssets } from './rows.ts';

/*
 * Coins in a seized wallet are demanded and outstanding (1150 against 2110) like those an exchange is to transfer, from the moment they
 * are found: nobody else has to hand them over, so no letter is waited for but the case's own demand, whose holdings they join. They
 * leave what is outstanding when the exchange credits them. A fee that the wallet pays in its own coin, what a token's contract keeps and what
 * is not worth its fee will never come: the duty to the owner ends with it, as with a shortage. So per holding, demanded =
 * received + outstanding + short holds throughout, the fees being part of what is short.
 */

/** Books what is known of a locked wallet and not in the ledger yet. Doing it again changes nothing. */
export async function bookWallet(work: Work, wallet: WalletWithAssets): Promise<void> {
  const { phase } = await work.tx.seizureCase.findUniqueOrThrow({ where: { id: wallet.caseId } });
  if (!BOOKING_PHASES.includes(phase)) return;
  for (const { asset, seizedQuantity, demandedQuantity } of wallet.assets) {
    if (seizedQuantity.greaterThan(demandedQuantity)) {
      await demand(work, wallet, { asset, quantity: coinsOf(asset, seizedQuantity.minus(demandedQuantity)) });
    }
  }
  const unbooked = await work.tx.walletTransfer.findMany({
    where: { sweep: { walletId: wallet.id }, state: 'settled', bookedAt: null },
    orderBy: { id: 'asc' },
  });
  for (const transfer of unbooked) await bookTransfer(work, wallet, transfer);
}

/** True when all that was found is in the books. */
export function isBooked({ assets }: WalletWithAssets): boolean {
  return assets.every(({ seizedQuantity, demandedQuantity }) => seizedQuantity.equals(demandedQuantity));
}

async function demand(
  work: Work,
  wallet: WalletWithAssets,
  found: { readonly asset: string; readonly quantity: CoinAmount },
): Promise<void> {
  const { asset, quantity } = found;
  const row = assetOf(wallet, asset);
  const holdingId = await enlargeHolding(work, wallet, { assetId: row.id, quantity });
  const subject = holdingSubject(holdingId);
  const total = row.demandedQuantity.plus(quantity.toString()).toFixed();
  const posted = await post(
    work,
    entry({
      key: `wallet_demand:${row.id}:${total}`,
      kind: 'demand',
      occurredOn: seoulDay(work.at),
      cause: `seized_wallet:${wallet.id}`,
      memo: '',
    })
      .debit(CHART.coinsOutstanding, { subject }, quantity)
      .credit(CHART.dutyToOwner, { subject }, quantity)
      .build(),
  );
  row.demandedQuantity = row.seizedQuantity;
  await appendAudit(work, {
    stream: `case:${wallet.caseId}`,
    action: 'wallet.demanded',
    subject: `seized_wallet:${wallet.id}`,
    recordDigest: posted.digest,
    payload: { holdingId, asset, quantity: quantity.toString() },
  });
  work.ring('cases', wallet.caseId);
}

/** The case's holding of an asset, with so much more seized and demanded of it. */
async function enlargeHolding(
  work: Work,
  { id, caseId, venueAccountId }: WalletWithAssets,
  { assetId, quantity }: { readonly assetId: number; readonly quantity: CoinAmount },
): Promise<number> {
  const { asset } = quantity;
  const known = await work.tx.holding.findUnique({ where: { caseId_asset: { caseId, asset } }, select: { id: true } });
  if (known === null) {
    const facts = { caseId, asset, venueAccountId, accountReference: `wallet:${id}` };
    const figures = { seizedQuantity: quantity.toString(), demandedQuantity: quantity.toString() };
    const { id: holdingId } = await work.tx.holding.create({ data: { ...facts, ...figures, state: 'demanded', stateSince: work.at } });
    await work.tx.walletAsset.update({ where: { id: assetId }, data: { demandedQuantity: { increment: quantity.toString() } } });
    await lockRows(work, 'holding', [holdingId]);
    return holdingId;
  }
  const holding = await lockHolding(work, known.id);
  if (holding.venueAccountId === null) await work.tx.holding.update({ where: { id: holding.id }, data: { venueAccountId } });
  // What was seized is fixed; only the owner's function adds what was found, and notes that it did.
  await work.tx.$executeRaw`SELECT wallet_add_to_holding(${assetId})`;
  const { received } = await receiptOf(work.tx, holding);
  if (holding.state !== 'selling' && holding.state !== 'returning') {
    await setHoldingState(work, holding, received.isPositive() ? 'partly_received' : 'demanded');
  }
  return holding.id;
}

/** The fee that a transaction took of the wallet's own coin, and what its token's contract kept, are no longer outstanding. */
async function bookTransfer(work: Work, wallet: WalletWithAssets, transfer: WalletTransfer): Promise<void> {
  const losses = new Map<string, CoinAmount>();
  const add = (amount: CoinAmount) => losses.set(amount.asset, (losses.get(amount.asset) ?? CoinAmount.zero(amount.asset)).plus(amount));
  add(coinsOf(wallet.nativeAsset, transfer.feeQuantity).minus(await feeOfCity(work, wallet, transfer)));
  const sent = await sentBy(work, transfer);
  if (transfer.arrivedQuantity !== null)
    add(sent.minus(coinsOf(transfer.asset, transfer.arrivedQuantity)).larger(CoinAmount.zero(transfer.asset)));
  const entryId = await bookLoss(work, wallet, [...losses.values()], {
    key: `wallet_fee:${transfer.id}`,
    kind: 'wallet_fee',
    cause: `wallet_transfer:${transfer.id}`,
  });
  await work.tx.walletTransfer.update({ where: { id: transfer.id }, data: { bookedAt: work.at, ledgerEntryId: entryId ?? null } });
}

/** Of a fee, what gas of the city's that was sent first pays: its own transfer from the exchange has booked it. */
async function feeOfCity(work: Work, wallet: WalletWithAssets, transfer: WalletTransfer): Promise<CoinAmount> {
  const { gasArrived } = await work.tx.walletSweep.findUniqueOrThrow({ where: { id: transfer.sweepId } });
  const earlier = await work.tx.walletTransfer.findMany({
    where: { sweepId: transfer.sweepId, position: { lt: transfer.position }, state: 'settled' },
    select: { feeQuantity: true },
  });
  const native = wallet.nativeAsset;
  const used = CoinAmount.sum(
    native,
    earlier.map(({ feeQuantity }) => coinsOf(native, feeQuantity)),
  );
  const left = coinsOf(native, gasArrived).minus(used).larger(CoinAmount.zero(native));
  return coinsOf(native, transfer.feeQuantity).smaller(left);
}

/** What the transaction that was included sent. */
export async function sentBy(work: Pick<Work, 'tx'>, transfer: WalletTransfer): Promise<CoinAmount> {
  const hash =
    transfer.transactionHash === null
      ? null
      : await work.tx.walletTransferHash.findUnique({
          where: { asset_transactionId: { asset: transfer.asset, transactionId: transfer.transactionHash } },
        });
  return coinsOf(transfer.asset, hash?.quantity ?? transfer.quantity);
}

interface LossHead {
  readonly key: string;
  readonly kind: string;
  readonly cause: string;
}

/**
 * What will never come of a locked wallet ceases to be outstanding and owed, as far as it still is; a holding of which nothing more is
 * awaited is complete. Answers the entry, if there was anything to book.
 */
async function bookLoss(work: Work, wallet: WalletWithAssets, losses: readonly CoinAmount[], head: LossHead): Promise<bigint | undefined> {
  const builder = entry({ ...head, occurredOn: seoulDay(work.at), memo: '' });
  const touched: { readonly holdingId: number; readonly loss: CoinAmount }[] = [];
  for (const lost of losses) {
    const known = await work.tx.holding.findUnique({ where: { caseId_asset: { caseId: wallet.caseId, asset: lost.asset } } });
    if (known === null || !lost.isPositive()) continue;
    const holding = await lockHolding(work, known.id);
    const row = assetOf(wallet, lost.asset);
    const { outstanding } = await receiptOf(work.tx, holding);
    const loss = lost.smaller(outstanding).smaller(coinsOf(lost.asset, row.demandedQuantity.minus(row.leftQuantity)));
    if (!loss.isPositive()) continue;
    const subject = holdingSubject(holding.id);
    builder.debit(CHART.dutyToOwner, { subject }, loss).credit(CHART.coinsOutstanding, { subject }, loss);
    row.leftQuantity = row.leftQuantity.plus(loss.toString());
    await work.tx.walletAsset.update({ where: { id: row.id }, data: { leftQuantity: row.leftQuantity } });
    touched.push({ holdingId: holding.id, loss });
  }
  const built = builder.buildUnlessEmpty();
  if (built === undefined) return undefined;
  const posted = await post(work, built);
  for (const { holdingId } of touched) await restate(work, holdingId);
  await appendAudit(work, {
    stream: `case:${wallet.caseId}`,
    action: `wallet.${head.kind.replace('wallet_', '')}_booked`,
    subject: head.cause,
    recordDigest: posted.digest,
    payload: { losses: touched.map(({ holdingId, loss }) => ({ holdingId, asset: loss.asset, quantity: loss.toString() })) },
  });
  work.ring('cases', wallet.caseId);
  return posted.entryId;
}

async function restate(work: Work, holdingId: number): Promise<void> {
  const holding = await lockHolding(work, holdingId);
  const { outstanding, received } = await receiptOf(work.tx, holding);
  if (!outstanding.isZero() || (holding.state !== 'demanded' && holding.state !== 'partly_received')) return;
  if (received.isPositive()) await setReceiptState(work, holding, true);
  else await setHoldingState(work, holding, 'released');
}

/** What stays in a wallet because it is not worth its fee is given up, by the policy that two custodians approved the sweep under. */
export async function leaveRest(work: Work, wallet: WalletWithAssets, rest: readonly CoinAmount[]): Promise<void> {
  const times = await work.tx.ledgerEntry.count({ where: { cause: `seized_wallet:${wallet.id}`, kind: 'wallet_left' } });
  await bookLoss(work, wallet, rest, {
    key: `wallet_left:${wallet.id}:${times + 1}`,
    kind: 'wallet_left',
    cause: `seized_wallet:${wallet.id}`,
  });
}

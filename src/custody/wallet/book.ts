import { appendAudit } from '../../audit/append.ts';
import type { Holding, WalletAsset, WalletTransfer } from '../../database/generated/client.ts';
import { canonicalSchema } from '../../database/json.ts';
import { lockRows } from '../../database/locks.ts';
import type { Work } from '../../database/work.ts';
import { raiseAlert } from '../../intent/alert.ts';
import { seoulDay } from '../../kernel/civil-date.ts';
import { digestOf } from '../../kernel/digest.ts';
import { CoinAmount } from '../../kernel/money.ts';
import { CHART } from '../../ledger/chart.ts';
import { entry } from '../../ledger/entry.ts';
import { post } from '../../ledger/post.ts';
import { walletReference } from '../../seizure/wallet-reference.ts';
import { holdingSubject, receiptOf } from '../expectation.ts';
import { lockHolding, setHoldingState, setReceiptState } from '../holding-state.ts';
import { BOOKING_PHASES, TAKING_PHASES } from './phases.ts';
import { assetOf, coinsOf, type WalletWithAssets } from './rows.ts';

/*
 * Coins in a seized wallet are demanded and outstanding (1150 against 2110) like those an exchange is to transfer, from the moment they
 * are found: nobody else has to hand them over, so no letter is waited for but the case's own demand, whose holdings they join. In a case
 * that began with a wallet they fill the holdings that were approved first; what is found beyond these is seized with it where all of the
 * wallet is, and otherwise never booked here: it reaches the exchange as nobody's and goes back to the taxpayer. They
 * leave what is outstanding when the exchange credits them. A fee that the wallet pays in its own coin, what a token's contract keeps and what
 * is not worth its fee will never come: the duty to the owner ends with it, as with a shortage. So per holding, demanded =
 * received + outstanding + short holds throughout, the fees being part of what is short.
 */

/** Books what is known of a locked wallet and not in the ledger yet. Doing it again changes nothing. */
export async function bookWallet(work: Work, wallet: WalletWithAssets): Promise<void> {
  const { phase } = await work.tx.seizureCase.findUniqueOrThrow({ where: { id: wallet.caseId } });
  if (!BOOKING_PHASES.includes(phase)) return;
  for (const row of wallet.assets) {
    const { fills, adds } = await bookable(work, wallet, row);
    if (fills.isPositive() || adds.isPositive()) await demand(work, wallet, { row, fills, adds });
  }
  if (!wallet.seizesWhole) await tellBeyond(work, wallet);
  const unbooked = await work.tx.walletTransfer.findMany({
    where: { sweep: { walletId: wallet.id }, state: 'settled', bookedAt: null },
    orderBy: { id: 'asc' },
  });
  for (const transfer of unbooked) await bookTransfer(work, wallet, transfer);
}

/** What was found and is not in the books: what of it fills an approved holding, and what is seized beyond. */
interface Bookable {
  readonly fills: CoinAmount;
  readonly adds: CoinAmount;
}

async function bookable(
  { tx }: Pick<Work, 'tx'>,
  { caseId, seizesWhole }: WalletWithAssets,
  { asset, seizedQuantity, demandedQuantity }: WalletAsset,
): Promise<Bookable> {
  const none = CoinAmount.zero(asset);
  const found = coinsOf(asset, seizedQuantity.minus(demandedQuantity));
  if (!found.isPositive()) return { fills: none, adds: none };
  const { origin } = await tx.seizureCase.findUniqueOrThrow({ where: { id: caseId }, select: { origin: true } });
  // What is seized and not demanded of an old seizure lies with its exchange.
  const holding = origin === 'wallet' ? await tx.holding.findUnique({ where: { caseId_asset: { caseId, asset } } }) : null;
  const fills = holding === null ? none : found.smaller(coinsOf(asset, holding.seizedQuantity.minus(holding.demandedQuantity)));
  return { fills, adds: seizesWhole ? found.minus(fills) : none };
}

/** True when nothing that was found will still be booked. */
export async function isBooked(work: Pick<Work, 'tx'>, wallet: WalletWithAssets): Promise<boolean> {
  const { phase } = await work.tx.seizureCase.findUniqueOrThrow({ where: { id: wallet.caseId } });
  if (!TAKING_PHASES.includes(phase)) return true;
  for (const row of wallet.assets) {
    const { fills, adds } = await bookable(work, wallet, row);
    if (fills.isPositive() || adds.isPositive()) return false;
  }
  return true;
}

/** What lies beyond the seizure is the taxpayer's to have at once; told again when it becomes more. */
async function tellBeyond(work: Work, wallet: WalletWithAssets): Promise<void> {
  const beyond = wallet.assets.filter(({ seizedQuantity, demandedQuantity }) => seizedQuantity.greaterThan(demandedQuantity));
  if (beyond.length === 0) return;
  const facts = {
    walletId: wallet.id,
    beyond: beyond.map(({ asset, seizedQuantity, demandedQuantity }) => ({
      asset,
      quantity: seizedQuantity.minus(demandedQuantity).toFixed(),
    })),
  };
  const told = { code: 'wallet_beyond_seizure', subject: `seized_wallet:${wallet.id}` };
  const last = await work.tx.alert.findFirst({ where: told, orderBy: { id: 'desc' }, select: { facts: true } });
  if (last !== null && digestOf(canonicalSchema.parse(last.facts)) === digestOf(facts)) return;
  await raiseAlert(work, {
    ...told,
    severity: 'warning',
    text: '지갑에 압류 범위를 넘는 자산이 있습니다. 함께 옮긴 뒤 미확인 입금에서 찾아, 체납자가 알려 준 주소로 곧바로 돌려주십시오.',
    facts,
  });
}

async function demand(work: Work, wallet: WalletWithAssets, { row, fills, adds }: Bookable & { readonly row: WalletAsset }): Promise<void> {
  const { asset } = row;
  const quantity = fills.plus(adds);
  const total = row.demandedQuantity.plus(quantity.toString());
  if (fills.isPositive()) await fillHolding(work, wallet, row, fills);
  const holdingId = adds.isPositive()
    ? await enlargeHolding(work, wallet, { assetId: row.id, quantity: adds })
    : await ownHolding(work, wallet, asset);
  const subject = holdingSubject(holdingId);
  const posted = await post(
    work,
    entry({
      key: `wallet_demand:${row.id}:${total.toFixed()}`,
      kind: 'demand',
      occurredOn: seoulDay(work.at),
      cause: `seized_wallet:${wallet.id}`,
      memo: '',
    })
      .debit(CHART.coinsOutstanding, { subject }, quantity)
      .credit(CHART.dutyToOwner, { subject }, quantity)
      .build(),
  );
  row.demandedQuantity = total;
  await appendAudit(work, {
    stream: `case:${wallet.caseId}`,
    action: 'wallet.demanded',
    subject: `seized_wallet:${wallet.id}`,
    recordDigest: posted.digest,
    payload: { holdingId, asset, quantity: quantity.toString() },
  });
  work.ring('cases', wallet.caseId);
}

/** So much of what was approved of the case's holding is demanded. */
async function fillHolding(work: Work, wallet: WalletWithAssets, { id, asset }: WalletAsset, quantity: CoinAmount): Promise<void> {
  const holding = await lockHolding(work, await ownHolding(work, wallet, asset));
  await work.tx.holding.update({
    where: { id: holding.id },
    data: { demandedQuantity: { increment: quantity.toString() }, venueAccountId: holding.venueAccountId ?? wallet.venueAccountId },
  });
  await work.tx.walletAsset.update({ where: { id }, data: { demandedQuantity: { increment: quantity.toString() } } });
  await restateDemanded(work, holding);
}

async function ownHolding({ tx }: Pick<Work, 'tx'>, { caseId }: WalletWithAssets, asset: string): Promise<number> {
  return (await tx.holding.findUniqueOrThrow({ where: { caseId_asset: { caseId, asset } }, select: { id: true } })).id;
}

/** More of a locked holding is awaited now. */
async function restateDemanded(work: Work, holding: Holding): Promise<void> {
  if (holding.state === 'selling' || holding.state === 'returning') return;
  const arrived = await work.tx.depositMatch.count({ where: { holdingId: holding.id } });
  await setHoldingState(work, holding, arrived > 0 ? 'partly_received' : 'demanded');
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
    const facts = { caseId, asset, venueAccountId, accountReference: walletReference(id) };
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
  await restateDemanded(work, holding);
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

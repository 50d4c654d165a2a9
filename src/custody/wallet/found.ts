import { appendAudit } from '../../audit/append.ts';
import type { NonceState } from '../../chain/port.ts';
import type { WalletTransfer } from '../../database/generated/client.ts';
import type { Work } from '../../database/work.ts';
import { raiseAlert } from '../../intent/alert.ts';
import { CoinAmount } from '../../kernel/money.ts';
import { sentBy } from './book.ts';
import { coinsOf, type WalletWithAssets } from './rows.ts';

/** What a wallet was found to hold, at a block or by a print. */
export interface Seen {
  readonly quantities: ReadonlyMap<string, CoinAmount>;
  readonly block: number | undefined;
  readonly takenAt?: Date;
}

/**
 * Compares what a locked wallet holds with what was found on it, less what our transactions took. More has arrived and is seized with it;
 * less was taken by somebody else. Nothing is judged while a transaction of ours may or may not be in what was seen.
 */
export async function judgeFound(work: Work, wallet: WalletWithAssets, seen: Seen): Promise<void> {
  const ours = await transfersOf(work, wallet.id);
  if (ours.some((transfer) => isUnclear(transfer, seen))) return;
  const spent = await spentBy(work, wallet, ours);
  for (const row of wallet.assets) {
    const { asset } = row;
    const held = seen.quantities.get(asset);
    if (held === undefined) continue;
    const all = held.plus(spent.get(asset) ?? CoinAmount.zero(asset));
    const total = asset === wallet.nativeAsset ? await withoutGas(work, wallet, all) : all;
    const found = coinsOf(asset, row.seizedQuantity);
    if (total.isMoreThan(found)) {
      await work.tx.walletAsset.update({ where: { id: row.id }, data: { seizedQuantity: total.toString() } });
      row.seizedQuantity = row.seizedQuantity.plus(total.minus(found).toString());
      await appendAudit(work, {
        stream: `case:${wallet.caseId}`,
        action: 'wallet.found',
        subject: `seized_wallet:${wallet.id}`,
        before: { quantity: found.toString() },
        after: { quantity: total.toString() },
        payload: { asset, more: total.minus(found).toString() },
      });
      if (wallet.state === 'emptied') await reopen(work, wallet);
    }
    if (total.isLessThan(found)) await warnOfDrain(work, wallet, found.minus(total));
  }
}

function transfersOf(work: Work, walletId: number): Promise<WalletTransfer[]> {
  return work.tx.walletTransfer.findMany({ where: { sweep: { walletId }, state: { notIn: ['planned', 'dead'] } }, orderBy: { id: 'asc' } });
}

/** It may be in what was seen, or not. */
function isUnclear({ state, includedBlock, endedAt }: WalletTransfer, { block, takenAt }: Seen): boolean {
  if (state === 'signed') return true;
  if (block !== undefined) return includedBlock === null || includedBlock > block;
  return endedAt === null || (takenAt !== undefined && takenAt < endedAt);
}

async function spentBy(work: Work, wallet: WalletWithAssets, ours: readonly WalletTransfer[]): Promise<Map<string, CoinAmount>> {
  const spent = new Map<string, CoinAmount>();
  const add = (amount: CoinAmount) => spent.set(amount.asset, (spent.get(amount.asset) ?? CoinAmount.zero(amount.asset)).plus(amount));
  for (const transfer of ours) {
    if (transfer.isReverted !== true) add(await sentBy(work, transfer));
    add(coinsOf(wallet.nativeAsset, transfer.feeQuantity));
  }
  return spent;
}

/** Native coin without the gas that the city has sent first, as far as custodians approved that it would. */
async function withoutGas(work: Work, wallet: WalletWithAssets, all: CoinAmount): Promise<CoinAmount> {
  const sweeps = await work.tx.walletSweep.findMany({ where: { walletId: wallet.id, gasToSendFirst: { gt: 0 } }, orderBy: { id: 'asc' } });
  let total = all;
  for (const { gasArrived } of sweeps) total = total.minus(coinsOf(all.asset, gasArrived));
  const awaited = sweeps.find(({ state, gasArrived, gasToSendFirst }) => state === 'approved' && gasArrived.lessThan(gasToSendFirst));
  const found = wallet.assets.find(({ asset }) => asset === all.asset);
  const more = total.minus(coinsOf(all.asset, found?.seizedQuantity));
  if (awaited === undefined || !more.isPositive()) return total;
  const gas = more.smaller(coinsOf(all.asset, awaited.gasToSendFirst.minus(awaited.gasArrived)));
  await work.tx.walletSweep.update({ where: { id: awaited.id }, data: { gasArrived: awaited.gasArrived.plus(gas.toString()) } });
  await appendAudit(work, {
    stream: `case:${wallet.caseId}`,
    action: 'wallet.gas_arrived',
    subject: `wallet_sweep:${awaited.id}`,
    payload: { asset: all.asset, quantity: gas.toString() },
  });
  return total.minus(gas);
}

async function reopen(work: Work, wallet: WalletWithAssets): Promise<void> {
  await work.tx.seizedWallet.update({ where: { id: wallet.id }, data: { state: 'watched' } });
  wallet.state = 'watched';
}

async function warnOfDrain(work: Work, wallet: WalletWithAssets, missing: CoinAmount): Promise<void> {
  await raiseAlert(work, {
    code: 'wallet_drained',
    severity: 'critical',
    subject: `seized_wallet:${wallet.id}`,
    text: `압류한 지갑에서 ${missing.asset}가 우리 거래 없이 빠져나갔습니다. 남은 자산을 곧바로 옮기고 수사기관에 알리십시오.`,
    facts: { walletId: wallet.id, asset: missing.asset, missing: missing.toString() },
  });
}

/** A transaction of the wallet that is not ours, waiting or included, means that somebody else has its key. */
export async function warnOfStrangers(
  work: Work,
  wallet: WalletWithAssets,
  seen: { readonly transactionCount: number; readonly block: number; readonly nonces: NonceState },
): Promise<void> {
  const ours = (await transfersOf(work, wallet.id)).filter(({ transaction }) => transaction !== null);
  if (ours.some((transfer) => isUnclear(transfer, { quantities: new Map(), block: seen.block }))) return;
  const foreign = seen.transactionCount - (wallet.firstTransactionCount ?? seen.transactionCount) - ours.length;
  const waiting = seen.nonces.pending - seen.nonces.latest;
  if (foreign <= 0 && waiting <= 0) return;
  await raiseAlert(work, {
    code: 'wallet_key_shared',
    severity: 'critical',
    subject: `seized_wallet:${wallet.id}`,
    text: '압류한 지갑에서 우리가 만들지 않은 거래가 있습니다. 다른 사람이 키를 가지고 있으니 남은 자산을 곧바로 옮기십시오.',
    facts: { walletId: wallet.id, foreignTransactions: Math.max(foreign, 0), waitingTransactions: Math.max(waiting, 0) },
  });
}

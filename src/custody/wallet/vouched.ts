import type { WalletSweep, WalletTransfer } from '../../database/generated/client.ts';
import type { Work } from '../../database/work.ts';
import { CheongsanError } from '../../kernel/errors.ts';

/** Two custodians vouch for it: the transaction stands, and the exchange's deposit under it is the case's. The wallet must be locked. */
export async function settleExternal(work: Work, sweep: WalletSweep, transfer: WalletTransfer): Promise<void> {
  if (transfer.transactionHash === null)
    throw new CheongsanError('INTERNAL', `Transfer ${transfer.id} of sweep ${sweep.id} has no transaction.`);
  await work.tx.walletTransferHash.create({
    data: {
      transferId: transfer.id,
      asset: transfer.asset,
      transactionId: transfer.transactionHash,
      quantity: transfer.quantity,
      signedAt: work.at,
    },
  });
  await work.tx.walletTransfer.update({ where: { id: transfer.id }, data: { state: 'settled', isReverted: false, endedAt: work.at } });
}

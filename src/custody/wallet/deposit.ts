import type { Transaction } from '../../database/work.ts';
import { CoinAmount } from '../../kernel/money.ts';
import type { ReportedTransfer } from '../deposit-rules.ts';

/**
 * What one of our own sweeps sent under a transaction. Its hash is fixed by our signature or vouched for by two custodians, so a deposit
 * that the exchange lists under it is this very transfer, whoever put it into a block. Undefined while the case has no such holding.
 */
export async function sweptTransfer(
  tx: Pick<Transaction, 'walletTransferHash' | 'seizedWallet' | 'holding'>,
  asset: string,
  transactionId: string,
): Promise<ReportedTransfer | undefined> {
  const row = await tx.walletTransferHash.findUnique({
    where: { asset_transactionId: { asset, transactionId } },
    include: { transfer: { include: { sweep: { include: { wallet: { select: { caseId: true } } } } } } },
  });
  if (row === null) return undefined;
  const { caseId } = row.transfer.sweep.wallet;
  const holding = await tx.holding.findUnique({ where: { caseId_asset: { caseId, asset } }, select: { id: true } });
  if (holding === null) return undefined;
  return { holdingId: holding.id, quantity: CoinAmount.of(asset, row.quantity.toFixed()), by: 'sweep' };
}

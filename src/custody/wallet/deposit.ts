import type { Transaction } from '../../database/work.ts';
import { CoinAmount } from '../../kernel/money.ts';
import type { ReportedTransfer } from '../deposit-rules.ts';
import { BEFORE_DEMAND } from '../holding-state.ts';
import { BOOKING_PHASES, TAKING_PHASES } from './phases.ts';

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

/**
 * The open case for which a sweep of ours sent coins before its demand was served: it has no such holding yet, and they are its own all the
 * same. Undefined for any other deposit, and for what a wallet held beyond a seizure that takes only a part of it.
 */
export async function awaitingCase(
  tx: Pick<Transaction, 'walletTransferHash' | 'seizureCase'>,
  { asset, transactionId }: { readonly asset: string; readonly transactionId: string | null | undefined },
): Promise<{ readonly id: number; readonly number: string } | undefined> {
  if (transactionId === null || transactionId === undefined) return undefined;
  const row = await tx.walletTransferHash.findUnique({
    where: { asset_transactionId: { asset, transactionId } },
    select: { transfer: { select: { sweep: { select: { wallet: { select: { caseId: true, seizesWhole: true } } } } } } },
  });
  if (row === null) return undefined;
  const { caseId, seizesWhole } = row.transfer.sweep.wallet;
  const found = await tx.seizureCase.findFirst({
    where: { id: caseId, phase: { in: [...TAKING_PHASES] }, holdings: { none: { asset, state: { notIn: [...BEFORE_DEMAND] } } } },
    select: { id: true, number: true, phase: true, holdings: { where: { asset }, select: { id: true } } },
  });
  if (found === null) return undefined;
  // Once the rest is demanded, what no holding of a partial seizure names never will be.
  if (!seizesWhole && found.holdings.length === 0 && BOOKING_PHASES.includes(found.phase)) return undefined;
  return { id: found.id, number: found.number };
}

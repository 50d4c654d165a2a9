import { gasKey } from '../custody/wallet/gas.ts';
import type { DepositMatch, SeizedWallet, WalletTransfer } from '../database/generated/client.ts';
import type { Transaction } from '../database/work.ts';
import type { TraceNode } from './trace-node.ts';

type Reader = Pick<
  Transaction,
  'seizedWallet' | 'walletTransfer' | 'venueDeposit' | 'walletTransferHash' | 'walletSweep' | 'intent' | 'venueWithdrawal'
>;

/** What of a holding was found in seized wallets, and how it came from there: wallet → transaction → deposit at the exchange. */
export async function walletNodes(
  reader: Reader,
  { caseId, asset }: { readonly caseId: number; readonly asset: string },
  received: readonly DepositMatch[],
): Promise<TraceNode[]> {
  const wallets = await reader.seizedWallet.findMany({
    where: { caseId, assets: { some: { asset, seizedQuantity: { gt: 0 } } } },
    include: { assets: { where: { asset } } },
    orderBy: { id: 'asc' },
  });
  return Promise.all(
    wallets.map(async (wallet) => {
      const transfers = await reader.walletTransfer.findMany({
        where: { asset, state: { notIn: ['planned', 'dead'] }, sweep: { walletId: wallet.id } },
        orderBy: { id: 'asc' },
      });
      const found = wallet.assets[0]?.seizedQuantity.toFixed() ?? '0';
      return {
        what: 'wallet',
        id: `seized_wallet:${wallet.id}`,
        text: `압류한 지갑(${wallet.network}, ${wallet.foundReference})에서 ${asset} ${found}개 발견`,
        children: [
          ...(asset === wallet.nativeAsset ? await gasNodes(reader, wallet) : []),
          ...(await Promise.all(transfers.map((transfer) => transferNode(reader, wallet, transfer, received)))),
        ],
      };
    }),
  );
}

/** Native coin of the city's that was sent to the wallet for gas. */
async function gasNodes(reader: Reader, { id, nativeAsset }: SeizedWallet): Promise<TraceNode[]> {
  const sweeps = await reader.walletSweep.findMany({ where: { walletId: id, gasToSendFirst: { gt: 0 } }, orderBy: { id: 'asc' } });
  const subjects = sweeps.map((sweep) => `wallet_sweep:${sweep.id}`);
  const intents = await reader.intent.findMany({ where: { port: 'coin_transfer', subject: { in: subjects } }, orderBy: { id: 'asc' } });
  const withdrawals = await reader.venueWithdrawal.findMany({
    where: { matchedTo: { in: intents.map((intent) => gasKey(intent.id)) }, state: 'done' },
    orderBy: { id: 'asc' },
  });
  return withdrawals.map(({ id: rowId, quantity, fee, transactionId }) => ({
    what: 'gas',
    id: `venue_withdrawal:${rowId}`,
    text: `시 선급금에서 보낸 수수료 ${quantity.toFixed()} ${nativeAsset}, 거래 ${transactionId ?? ''}, 출금 수수료 ${fee.toFixed()} ${nativeAsset}`,
    children: [],
  }));
}

async function transferNode(
  reader: Reader,
  { nativeAsset }: SeizedWallet,
  transfer: WalletTransfer,
  received: readonly DepositMatch[],
): Promise<TraceNode> {
  const { id, asset, transactionHash, includedBlock, feeQuantity, isReverted } = transfer;
  const sent =
    transactionHash === null
      ? null
      : await reader.walletTransferHash.findUnique({ where: { asset_transactionId: { asset, transactionId: transactionHash } } });
  const where = includedBlock === null ? '' : `, 블록 ${includedBlock}`;
  const fee = feeQuantity === null ? '' : `, 수수료 ${feeQuantity.toFixed()} ${nativeAsset}`;
  const transaction: TraceNode[] =
    transactionHash === null
      ? []
      : [{ what: 'chain_transaction', id: `wallet_transfer:${id}`, text: `거래 ${transactionHash}${where}${fee}`, children: [] }];
  const deposits = transactionHash === null ? [] : await reader.venueDeposit.findMany({ where: { asset, transactionId: transactionHash } });
  return {
    what: 'wallet_transfer',
    id: `wallet_transfer:${id}`,
    text: `${isReverted === true ? '거절된 이전' : '거래소로 이전'} ${(sent?.quantity ?? transfer.quantity).toFixed()}개`,
    children: [
      ...transaction,
      ...deposits.map((deposit) => ({
        what: 'deposit',
        id: `venue_deposit:${deposit.id}`,
        text: received.some(({ depositRowId }) => depositRowId === deposit.id)
          ? `거래소 입고 ${deposit.quantity.toFixed()}개`
          : `거래소 입고 ${deposit.quantity.toFixed()}개, 이 사건에 넣지 않음`,
        children: [],
      })),
    ],
  };
}

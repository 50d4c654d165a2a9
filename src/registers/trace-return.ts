import { withdrawalKey } from '../custody/transfer-progress.ts';
import { fingerprintOf } from '../custody/withdrawal-address-seal.ts';
import type { CoinTransfer } from '../database/generated/client.ts';
import type { Transaction } from '../database/work.ts';
import type { TraceNode } from './trace-node.ts';

type Reader = Pick<Transaction, 'withdrawalAddress' | 'venueWithdrawal'>;

/** Coins that went back: to which listed address, and by which withdrawal of the exchange's. */
export async function returnNode(reader: Reader, transfer: CoinTransfer): Promise<TraceNode> {
  const { id, asset, quantity, addressId, destinationReference } = transfer;
  const address = addressId === null ? null : await reader.withdrawalAddress.findUnique({ where: { id: addressId } });
  const withdrawal = await reader.venueWithdrawal.findUnique({ where: { matchedTo: withdrawalKey(id) } });
  const to: TraceNode[] =
    address === null
      ? [{ what: 'address', id: `coin_transfer:${id}`, text: `거래소 계정 ${destinationReference ?? ''}`, children: [] }]
      : [
          {
            what: 'address',
            id: `withdrawal_address:${address.id}`,
            text: `허용된 출금 주소 ${fingerprintOf(address)} (${address.network})`,
            children: [],
          },
        ];
  const by: TraceNode[] =
    withdrawal === null
      ? []
      : [
          {
            what: 'withdrawal',
            id: `venue_withdrawal:${withdrawal.id}`,
            text: `거래소 출금 ${withdrawal.quantity.toFixed()}개, 거래 ${withdrawal.transactionId ?? transfer.transactionId ?? ''}, 수수료 ${withdrawal.fee.toFixed()} ${asset}(시 선급금)`,
            children: [],
          },
        ];
  return { what: 'return', id: `coin_transfer:${id}`, text: `반환 ${quantity.toFixed()}개`, children: [...to, ...by] };
}

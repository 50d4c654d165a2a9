import { requireNoSecrets } from '../../chain/find-secrets.ts';
import { jsonColumn } from '../../database/json.ts';
import { userIdOf, type Work } from '../../database/work.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { CoinAmount } from '../../kernel/money.ts';
import { readPolicy } from '../../policy/book.ts';
import { requireReason } from '../deposit-decision.ts';
import { comparableTransactionId } from '../transaction-id.ts';
import { cityAddresses, usableAddress } from './destination.ts';
import { coinsOf, type WalletWithAssets } from './rows.ts';
import { askFor, insertSweep, lockSweepable, type ProposedSweep } from './sweep.ts';

/** A transaction that custodians made with a wallet of their own, as the explorer's print shows it. */
export interface ExternalSweep {
  readonly walletId: number;
  readonly quantity: string;
  readonly fee: string;
  readonly transactionId: string;
  readonly proofReference: string;
  /** SHA-256 of the print as it is kept. */
  readonly proofDigest: string;
  readonly reason: string;
}

const HASH = /^[0-9a-f]{64}$/;

/**
 * Records the transaction by which a wallet of the Bitcoin kind was emptied to the city's address, and puts it to two custodians; nothing of
 * it counts before they agree. The account's addresses must have been read a short while ago. Errors: `CONFLICT` for a wallet that we sign for,
 * a transaction that is known, more than was found, or while another sweep is asked for; `INPUT_INVALID` for what is no transaction id;
 * `SECRET_FOUND`; those of `usableAddress` and `requestApproval`.
 */
export async function proposeExternalSweep(work: Work, sweep: ExternalSweep): Promise<ProposedSweep> {
  requireReason(sweep.reason);
  requireNoSecrets(`${sweep.reason}\n${sweep.proofReference}`);
  const wallet = await lockSweepable(work, sweep.walletId);
  const transactionId = comparableTransactionId(sweep.transactionId);
  if (!HASH.test(transactionId)) throw new CheongsanError('INPUT_INVALID', 'A transaction id has 64 hexadecimal digits; copy it anew.');
  await assertFits(work, wallet, { sweep, transactionId });
  const asset = wallet.nativeAsset;
  const destination = usableAddress((await cityAddresses(work.tx, wallet, { assets: [asset], at: work.at })).get(asset), wallet, asset);
  const { fee, proofReference, proofDigest, reason } = sweep;
  const row = await insertSweep(work, {
    walletId: wallet.id,
    gasToSendFirst: '0',
    plan: jsonColumn({ transactionId, fee, proofReference, proofDigest }),
    policyVersion: (await readPolicy(work.tx)).version,
    reason,
    createdById: userIdOf(work.actor),
    createdAt: work.at,
  });
  await work.tx.walletTransfer.create({
    data: {
      sweepId: row.id,
      position: 0,
      asset,
      quantity: sweep.quantity,
      destination,
      transactionHash: transactionId,
      feeQuantity: fee,
    },
  });
  return askFor(work, wallet, row);
}

async function assertFits(
  work: Work,
  wallet: WalletWithAssets,
  { sweep, transactionId }: { readonly sweep: ExternalSweep; readonly transactionId: string },
): Promise<void> {
  const asset = wallet.nativeAsset;
  if (wallet.family !== 'bitcoin') {
    throw new CheongsanError('CONFLICT', `Wallet ${wallet.id} is swept by transactions that the service sends; propose a sweep.`);
  }
  const known = await work.tx.walletTransfer.findFirst({ where: { asset, transactionHash: transactionId, state: { not: 'dead' } } });
  if (known !== null) throw new CheongsanError('CONFLICT', `This transaction is recorded as transfer ${known.id} already.`);
  const found = coinsOf(asset, wallet.assets.find((each) => each.asset === asset)?.seizedQuantity);
  const earlier = await work.tx.walletTransfer.findMany({ where: { state: 'settled', sweep: { walletId: wallet.id } } });
  const all = CoinAmount.sum(asset, [
    ...earlier.flatMap(({ quantity, feeQuantity }) => [coinsOf(asset, quantity), coinsOf(asset, feeQuantity)]),
    CoinAmount.of(asset, sweep.quantity),
    CoinAmount.of(asset, sweep.fee),
  ]);
  if (all.isMoreThan(found)) {
    throw new CheongsanError(
      'CONFLICT',
      `${all.toString()} ${asset} would have left wallet ${wallet.id}, but only ${found.toString()} was found on it; record a new print first.`,
      { facts: { walletId: wallet.id, found: found.toString() } },
    );
  }
}

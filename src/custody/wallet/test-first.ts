import type { SeizedWallet, WalletSweep, WalletTransfer } from '../../database/generated/client.ts';
import type { Transaction, Work } from '../../database/work.ts';
import { raiseAlert } from '../../intent/alert.ts';
import { addDays, seoulDay, startOfDay } from '../../kernel/civil-date.ts';
import type { CoinAmount, Price } from '../../kernel/money.ts';
import { readPolicy } from '../../policy/book.ts';
import { sourceProofDays, testTransferAmount } from '../../policy/definitions/receipt.ts';
import { walletTestMinutes } from '../../policy/definitions/wallet.ts';
import { digestOfAddress } from '../../venue/address-digest.ts';
import { provenNetworks, testQuantity } from '../../venue/source-proof.ts';
import { usualCase } from '../address-check.ts';
import { networkCode } from '../address-networks.ts';
import { CUSTODIAN } from '../custodian.ts';
import { readDeposits } from '../deposits.ts';
import type { WalletParts } from './rows.ts';

/*
 * A wallet is emptied at once, because somebody else may have its key; and before all of an asset goes where nothing of it has arrived yet,
 * a small amount goes ahead, because what is lost there is lost as well. Both hold: what is signed is ours, so a test can only be
 * about the receiving end, and there it is enough that the exchange shows the test as on its way. Credit and confirmations are not waited
 * for. So the rest follows a block or two after the test, under the same approval. Where something arrived of late nothing is tested, and
 * two custodians can agree to do without, when somebody is taking coins already.
 */

const MINUTE_MS = 60_000;

/** Where an asset of a wallet is to go. */
export interface Receiving {
  readonly asset: string;
  readonly destination: string;
}

/** How much of each asset goes ahead: undefined where something has arrived at its destination of late, or the whole is no more. */
export async function testsFor(
  reader: Transaction,
  wallet: Pick<SeizedWallet, 'venueAccountId' | 'network'>,
  { receiving, prices, at }: { readonly receiving: readonly Receiving[]; readonly prices: ReadonlyMap<string, Price>; readonly at: Date },
): Promise<(whole: CoinAmount) => CoinAmount | undefined> {
  const unproven = new Set<string>();
  for (const each of receiving) if (!(await hasArrived(reader, wallet, each, at))) unproven.add(each.asset);
  const { units, krw, share } = (await readPolicy(reader)).get(testTransferAmount, seoulDay(at));
  return (whole) => (unproven.has(whole.asset) ? testQuantity(whole, { units, krw, share }, prices.get(whole.asset)) : undefined);
}

/** Whether coins of an asset came to an address by whichever sender's test, or by a sweep of ours, and were credited. */
async function hasArrived(
  reader: Transaction,
  { venueAccountId, network }: Pick<SeizedWallet, 'venueAccountId' | 'network'>,
  { asset, destination }: Receiving,
  at: Date,
): Promise<boolean> {
  // A test names the address as the exchange writes it.
  const known = await reader.venueDepositAddress.findMany({ where: { venueAccountId, asset } });
  for (const { address } of known.filter((row) => usualCase(row.address) === destination)) {
    const addressDigest = digestOfAddress({ address, secondaryAddress: undefined });
    const networks = await provenNetworks(reader, { venueAccountId, asset, addressDigest }, at);
    if (networks.some((name) => networkCode(name) === network)) return true;
  }
  const days = (await readPolicy(reader)).get(sourceProofDays, seoulDay(at));
  const since = startOfDay(addDays(seoulDay(at), -days));
  const [row] = await reader.$queryRaw<{ arrived: boolean }[]>`
    SELECT EXISTS (
      SELECT 1 FROM wallet_transfer t JOIN wallet_transfer_hash h ON h.transfer_id = t.id
        JOIN venue_deposit d ON d.asset = h.asset AND d.transaction_id = h.transaction_id
       WHERE t.asset = ${asset} AND t.destination = ${destination} AND d.venue_account_id = ${venueAccountId} AND d.credited_at >= ${since}
         AND NOT EXISTS (SELECT 1 FROM venue_deposit_address a WHERE a.venue_account_id = d.venue_account_id AND a.asset = d.asset
                            AND a.changed_at > d.credited_at)) AS arrived`;
  return row?.arrived ?? false;
}

/** Transfers of a sweep that go ahead of another one of the same asset. */
export function testsAmong<T extends Pick<WalletTransfer, 'asset' | 'position'>>(transfers: readonly T[]): T[] {
  return transfers.filter((test) => transfers.some(({ asset, position }) => asset === test.asset && position > test.position));
}

/**
 * Whether what follows the tests of a sweep may be signed: the exchange shows each of them, on its way or credited. It is asked anew as
 * long as one is missing. When one can no longer arrive, or the exchange refuses it, what was not signed ends and a person is
 * told; when one is missing for long, he is told too. Errors: those of the exchange.
 */
export async function mayFollow(parts: WalletParts, wallet: SeizedWallet, sweep: WalletSweep): Promise<boolean> {
  const { database, exchanges } = parts;
  const all = await database.read.walletTransfer.findMany({ where: { sweepId: sweep.id }, include: { hashes: true } });
  const tests = testsAmong(all);
  if (tests.length === 0) return true;
  const port = await exchanges.exchangeFor(wallet.venueAccountId);
  if (port.capabilities.depositsReadable) await readDeposits(database, port, wallet.venueAccountId);
  const seen = await Promise.all(
    tests.map(async (test) => (test.state === 'dead' || test.isReverted === true ? 'lost' : seenAs(database.read, wallet, test))),
  );
  if (seen.every((how) => how === 'arriving')) return true;
  const firstSignedAt = tests.flatMap(({ hashes }) => hashes.map(({ signedAt }) => signedAt.getTime())).toSorted((a, b) => a - b)[0];
  await database.work(CUSTODIAN, async (work) => {
    const minutes = (await readPolicy(work.tx)).get(walletTestMinutes, seoulDay(work.at));
    if (seen.includes('lost')) await giveUpRest(work, wallet, sweep);
    else if (firstSignedAt !== undefined && work.at.getTime() - firstSignedAt >= minutes * MINUTE_MS) await tellUnseen(work, wallet, sweep);
  });
  return false;
}

type Seen = 'arriving' | 'lost' | 'unseen';

async function seenAs(
  reader: Pick<Transaction, 'pendingDeposit' | 'venueDeposit'>,
  { venueAccountId }: SeizedWallet,
  { asset, hashes }: { readonly asset: string; readonly hashes: readonly { readonly transactionId: string }[] },
): Promise<Seen> {
  const where = { venueAccountId, asset, transactionId: { in: hashes.map(({ transactionId }) => transactionId) } };
  if ((await reader.venueDeposit.count({ where })) > 0) return 'arriving';
  const pending = await reader.pendingDeposit.findFirst({ where, select: { state: true } });
  return pending === null ? 'unseen' : pending.state === 'refused' ? 'lost' : 'arriving';
}

async function giveUpRest(work: Work, wallet: SeizedWallet, sweep: WalletSweep): Promise<void> {
  await endPlanned(work, sweep.id, 'test_failed');
  await raiseAlert(work, {
    code: 'wallet_test_failed',
    severity: 'critical',
    subject: `wallet_sweep:${sweep.id}`,
    text: '압류한 지갑에서 먼저 보낸 시험 수량이 거래소에 들어오지 않습니다. 나머지는 보내지 않았으니 입금 주소와 네트워크를 거래소에 곧바로 확인하고 이전을 다시 결재받으십시오.',
    facts: { walletId: wallet.id },
  });
}

async function tellUnseen(work: Work, wallet: SeizedWallet, sweep: WalletSweep): Promise<void> {
  await raiseAlert(work, {
    code: 'wallet_test_unseen',
    severity: 'critical',
    subject: `wallet_sweep:${sweep.id}`,
    text: '압류한 지갑에서 먼저 보낸 시험 수량을 거래소가 아직 보여 주지 않아 나머지를 보내지 않았습니다. 거래소에 확인하십시오. 다른 사람이 자산을 빼내고 있으면 이 이전을 멈추고 시험 없이 다시 결재받으십시오.',
    facts: { walletId: wallet.id },
  });
}

/** What of a sweep was not signed ends; the rest of it goes on to its end. */
export async function endPlanned(work: Work, sweepId: number, endReason: string): Promise<number> {
  const { count } = await work.tx.walletTransfer.updateMany({
    where: { sweepId, state: 'planned' },
    data: { state: 'dead', endedAt: work.at, endReason },
  });
  return count;
}

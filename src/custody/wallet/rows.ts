import { z } from 'zod';
import type { GasPriceCaps, WatchedToken } from '../../chain/port.ts';
import type { TransactionApproval } from '../../chain/signer.ts';
import type { Prisma, SeizedWallet, WalletAsset } from '../../database/generated/client.ts';
import { lockRows } from '../../database/locks.ts';
import type { Database, Transaction, Work } from '../../database/work.ts';
import { type CivilDate, seoulDay } from '../../kernel/civil-date.ts';
import { Decimal } from '../../kernel/decimal.ts';
import type { Canonical } from '../../kernel/digest.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import type { MasterKey } from '../../kernel/master-key.ts';
import { CoinAmount } from '../../kernel/money.ts';
import { walletConfirmations, walletGasCaps, walletReserves } from '../../policy/definitions/wallet.ts';
import type { PolicySet } from '../../policy/policy-set.ts';
import type { ExchangeDirectory } from '../../venue/exchange-directory.ts';
import type { WalletChains } from './chains.ts';

/** What looking after wallets works with. */
export interface WalletParts {
  readonly database: Database;
  readonly keys: MasterKey;
  readonly chains: WalletChains;
  readonly exchanges: Pick<ExchangeDirectory, 'exchangeFor'>;
}

export type WalletWithAssets = SeizedWallet & { readonly assets: WalletAsset[] };

/** Error: `NOT_FOUND`. */
export async function readWallet(reader: Pick<Transaction, 'seizedWallet'>, walletId: number): Promise<WalletWithAssets> {
  const wallet = await reader.seizedWallet.findUnique({ where: { id: walletId }, include: { assets: { orderBy: { id: 'asc' } } } });
  if (wallet === null) throw new CheongsanError('NOT_FOUND', `There is no seized wallet ${walletId}.`);
  return wallet;
}

/** Locks a wallet's case and the wallet, in that order, and reads it then. Error: `NOT_FOUND`. */
export async function lockWallet(work: Work, walletId: number): Promise<WalletWithAssets> {
  const { caseId } = await readWallet(work.tx, walletId);
  await lockRows(work, 'seizure_case', [caseId]);
  await work.tx.$queryRaw`SELECT id FROM seized_wallet WHERE id = ${walletId} FOR NO KEY UPDATE`;
  return readWallet(work.tx, walletId);
}

/** Error: `CONFLICT` for a wallet that is no case's any more. */
export function assertOpen({ id, endedAt, endReason }: SeizedWallet): void {
  if (endedAt !== null) throw new CheongsanError('CONFLICT', `Wallet ${id} is no case's any more (${endReason}).`);
}

/** The tokens of a wallet as their contracts are asked about them. */
export function tokensOf({ assets }: { readonly assets: readonly Pick<WalletAsset, 'asset' | 'contract' | 'decimals'>[] }): WatchedToken[] {
  return assets.flatMap(({ asset, contract, decimals }) => (contract === null ? [] : [{ asset, contract, decimals }]));
}

export function assetOf(wallet: WalletWithAssets, asset: string): WalletAsset {
  const found = wallet.assets.find((each) => each.asset === asset);
  if (found === undefined) throw new CheongsanError('INTERNAL', `Wallet ${wallet.id} does not watch ${asset}.`);
  return found;
}

export function coinsOf(asset: string, figure: Prisma.Decimal | null | undefined): CoinAmount {
  return CoinAmount.of(asset, figure?.toFixed() ?? '0');
}

const GWEI_DECIMALS = 9;

export function gasCaps(policy: PolicySet, network: string, today: CivilDate): GasPriceCaps {
  const { other, networks } = policy.get(walletGasCaps, today);
  const { maxFeeGwei, maxPriorityFeeGwei } = networks[network] ?? other;
  const wei = (gwei: string) => BigInt(new Decimal(gwei).shiftedBy(GWEI_DECIMALS).toFixed(0));
  return { maxFeePerGasWei: wei(maxFeeGwei), maxPriorityFeePerGasWei: wei(maxPriorityFeeGwei) };
}

export function confirmationsNeeded(policy: PolicySet, network: string, at: Date): number {
  const { other, networks } = policy.get(walletConfirmations, seoulDay(at));
  return networks[network] ?? other;
}

export function reserveOf(policy: PolicySet, { network, nativeAsset }: SeizedWallet, today: CivilDate): CoinAmount {
  return CoinAmount.of(nativeAsset, policy.get(walletReserves, today)[network] ?? '0');
}

/** What is approved of a transaction, as plain data to be stored and digested. */
export function approvalRecord(approval: TransactionApproval): { readonly [field: string]: Canonical } {
  const { chainId, from, to, data, nonce, gasLimitMax, caps, native } = approval;
  return {
    chainId,
    from: from.toLowerCase(),
    to: to.toLowerCase(),
    data: data.toLowerCase(),
    nonce,
    gasLimitMax: gasLimitMax.toString(),
    maxFeePerGasWei: caps.maxFeePerGasWei.toString(),
    maxPriorityFeePerGasWei: caps.maxPriorityFeePerGasWei.toString(),
    nativeKind: native.kind,
    nativeWei: native.wei.toString(),
  };
}

const wei = z.string().regex(/^\d+$/).transform(BigInt);
const storedApproval = z
  .object({
    chainId: z.int(),
    from: z.string(),
    to: z.string(),
    data: z.string(),
    nonce: z.int(),
    gasLimitMax: wei,
    maxFeePerGasWei: wei,
    maxPriorityFeePerGasWei: wei,
    nativeKind: z.enum(['value', 'all_less_fee']),
    nativeWei: wei,
  })
  .transform(
    ({ maxFeePerGasWei, maxPriorityFeePerGasWei, nativeKind, nativeWei, ...rest }): TransactionApproval => ({
      ...rest,
      caps: { maxFeePerGasWei, maxPriorityFeePerGasWei },
      native: { kind: nativeKind, wei: nativeWei },
    }),
  );

/** Error: `INPUT_INVALID` for what `approvalRecord` has not written. */
export function approvalFromRecord(record: unknown): TransactionApproval {
  const parsed = storedApproval.safeParse(record);
  if (parsed.success) return parsed.data;
  throw new CheongsanError('INPUT_INVALID', 'The stored approval of a transaction cannot be read.');
}

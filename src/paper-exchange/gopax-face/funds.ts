import { createHash } from 'node:crypto';
import type { ExchangeCore } from '../core/exchange-core.ts';
import { listingOf, QUOTE_ASSET } from '../core/listings.ts';
import type { Transfer } from '../core/transfers.ts';
import type { SiteAddress } from '../venue-face.ts';
import type { Wire } from '../wire-format.ts';
import { GOPAX_ERRORS } from './errors.ts';
import type { Query } from './request.ts';

const SECOND_MS = 1_000;
const TRANSFERS_MAX = 20;

/** GET /balances: won always, coins that are held. */
export function listBalances(core: ExchangeCore, accountId: string): Wire {
  return core.run((nowMs) => {
    const held = [...core.shownBalances(accountId)]
      .filter(([asset, balance]) => asset !== QUOTE_ASSET && balance.free.plus(balance.locked).isGreaterThan(0))
      .map(([asset]) => asset);
    return [QUOTE_ASSET, ...held].map((asset) => balanceFields(core, accountId, asset, nowMs));
  });
}

/** GET /balances/{asset}. */
export function getBalance(core: ExchangeCore, accountId: string, asset: string): Wire {
  return core.run((nowMs) => {
    if (asset !== QUOTE_ASSET && !core.market.has(asset)) throw GOPAX_ERRORS.noSuchAsset(asset);
    return balanceFields(core, accountId, asset, nowMs);
  });
}

function balanceFields(core: ExchangeCore, accountId: string, asset: string, nowMs: number): Wire {
  const balance = core.shownBalances(accountId).get(asset);
  return { asset, avail: balance?.free ?? 0, hold: balance?.locked ?? 0, pendingWithdrawal: 0, lastUpdatedAt: String(nowMs) };
}

/** GET /deposit-withdrawal-status: both directions in one list, the newest first. The two ends of an internal move are two records. */
export function listTransfers(core: ExchangeCore, accountId: string, query: Query): Wire {
  return core.run(() => {
    const asset = query.get('asset');
    const [afterMs, beforeMs] = [query.whole('after') ?? 0, query.whole('before') ?? Number.POSITIVE_INFINITY];
    const latestmin = query.whole('latestmin') ?? 0;
    const deposits = core.transfers.into(accountId).map((transfer) => ({ transfer, isDeposit: true, id: transfer.sequence * 2 }));
    const withdrawals = core.transfers.outOf(accountId).map((transfer) => ({ transfer, isDeposit: false, id: transfer.sequence * 2 + 1 }));
    return [...deposits, ...withdrawals]
      .filter(
        ({ transfer, id }) =>
          (asset === undefined || transfer.asset === asset) &&
          (!query.is('completedOnly') || transfer.doneAtMs !== undefined) &&
          id > latestmin &&
          transfer.createdAtMs >= afterMs &&
          transfer.createdAtMs < beforeMs,
      )
      .sort((a, b) => b.id - a.id)
      .slice(0, query.limit(TRANSFERS_MAX))
      .map(({ transfer, isDeposit, id }) => transferFields(transfer, isDeposit, id));
  });
}

function transferFields(transfer: Transfer, isDeposit: boolean, id: number): Wire {
  const { asset, quantity, fee, transactionId, createdAtMs, doneAtMs } = transfer;
  const isWon = asset === QUOTE_ASSET;
  return {
    id,
    asset,
    type: `${isWon ? 'fiat' : 'crypto'}_${isDeposit ? 'deposit' : 'withdrawal'}`,
    netAmount: quantity,
    feeAmount: isDeposit || fee.isZero() ? null : fee,
    status: doneAtMs === undefined ? 'processing' : 'completed',
    reviewStartedAt: Math.floor(createdAtMs / SECOND_MS),
    completedAt: doneAtMs === undefined ? null : Math.floor(doneAtMs / SECOND_MS),
    txId: isWon ? null : transactionId,
    sourceAddress: isDeposit && !isWon ? addressOf(transfer.from, asset) : null,
    destinationAddress: isDeposit || isWon ? null : addressOf(transfer.to, asset),
    destinationMemoId: null,
  };
}

/** GET /crypto-deposit-addresses: one address an asset, the same for ever, and no word of its network. */
export function listDepositAddresses(core: ExchangeCore, accountId: string): Wire {
  return core.run((nowMs) =>
    core.market.assets.map((asset) => {
      const { address, secondaryAddress } = depositAddress(accountId, asset);
      return { asset, address, memoId: secondaryAddress, createdAt: Math.floor(nowMs / SECOND_MS) };
    }),
  );
}

export function depositAddress(accountId: string, asset: string): SiteAddress {
  const { hasSecondaryAddress } = listingOf(asset).network;
  const secondaryAddress = hasSecondaryAddress ? String(Number.parseInt(digestOf(accountId, asset).slice(0, 7), 16)) : null;
  return { address: addressOf(accountId, asset), secondaryAddress };
}

/** Looks like an address of its chain at a glance, and is none. */
function addressOf(accountId: string, asset: string): string {
  const hex = digestOf(accountId, asset);
  return listingOf(asset).network.netType === 'ETH' ? `0x${hex.slice(0, 40)}` : `paper${hex.slice(0, 32)}`;
}

function digestOf(accountId: string, asset: string): string {
  return createHash('sha256')
    .update(`address/${accountId}/${listingOf(asset).network.netType}`)
    .digest('hex');
}

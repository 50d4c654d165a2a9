import { createHash } from 'node:crypto';
import type { ExchangeCore } from '../core/exchange-core.ts';
import { listingOf, QUOTE_ASSET } from '../core/listings.ts';
import type { Transfer } from '../core/transfers.ts';
import type { SiteAddress } from '../venue-face.ts';
import { listedAsset } from './public-routes.ts';
import { addressParameters, checkSpan, type Parameters, pageOf, parameters, transferHistory } from './request.ts';
import { type Fields, success } from './wire.ts';

/** POST /v2.1/account/balance/all: won always, coins that are held. Average buying prices are not kept. */
export function allBalances(core: ExchangeCore, accountId: string): Fields {
  return core.run(() => {
    const shown = core.shownBalances(accountId);
    const held = [...shown].flatMap(([asset, { free, locked }]) =>
      asset !== QUOTE_ASSET && free.plus(locked).isGreaterThan(0) ? [asset] : [],
    );
    return success({
      balances: [...held, QUOTE_ASSET].map((asset) => ({
        available: shown.get(asset)?.free.toFixed() ?? '0',
        limit: shown.get(asset)?.locked.toFixed() ?? '0',
        average_price: '0',
        currency: asset,
      })),
    });
  });
}

/** POST /v2.1/account/trade_fee and /v2.1/account/trade_fee/{quote}/{target}. */
export function tradeFees(core: ExchangeCore, pair?: { readonly quote: string; readonly target: string }): Fields {
  const rate = core.rules.feeRate.toFixed();
  const assets = pair === undefined ? core.tradedAssets() : [listedAsset(core, pair.quote, pair.target)];
  return success({ fee_rates: assets.map((asset) => ({ quote_currency: QUOTE_ASSET, target_currency: asset, maker: rate, taker: rate })) });
}

/** POST /v2.1/account/deposit_address: one an asset, the same for ever, without its network; none while the asset takes no deposits. */
export function depositAddresses(core: ExchangeCore, accountId: string, given: Parameters): Fields {
  return core.run(() => {
    const { currencies } = parameters(addressParameters, given);
    const asked = core.market.assets.filter((asset) => currencies?.includes(asset) ?? true);
    const open = asked.filter((asset) => !core.transfers.wallet(asset).depositsHalted);
    return success({ deposit_addresses: open.map((asset) => addressFields(accountId, asset)) });
  });
}

/** Looks like an address of its chain at a glance, and is none. */
export function depositAddress(accountId: string, asset: string): SiteAddress {
  const { network } = listingOf(asset);
  const hex = createHash('sha256').update(`coinone/${accountId}/${network.netType}`).digest('hex');
  return {
    address: network.netType === 'ETH' ? `0x${hex.slice(0, 40)}` : `paper${hex.slice(0, 32)}`,
    secondaryAddress: network.hasSecondaryAddress ? String(Number.parseInt(hex.slice(0, 7), 16)) : null,
  };
}

function addressFields(accountId: string, asset: string): Fields {
  const { address, secondaryAddress } = depositAddress(accountId, asset);
  return { currency: asset, address, secondary_address: secondaryAddress };
}

/** POST /v2.1/transaction/coin/history: newest first. It tells neither network nor whether a coin came from within. */
export function coinHistory(core: ExchangeCore, accountId: string, given: Parameters): Fields {
  return history(core, accountId, given, (asset) => asset !== QUOTE_ASSET);
}

/** POST /v2.1/transaction/krw/history: likewise. */
export function wonHistory(core: ExchangeCore, accountId: string, given: Parameters): Fields {
  return history(core, accountId, given, (asset) => asset === QUOTE_ASSET);
}

type Direction = 'DEPOSIT' | 'WITHDRAWAL';

interface Movement {
  readonly direction: Direction;
  readonly transfer: Transfer;
}

function history(core: ExchangeCore, accountId: string, given: Parameters, fits: (asset: string) => boolean): Fields {
  return core.run((nowMs) => {
    const asked = parameters(transferHistory, given);
    checkSpan(asked, nowMs);
    const movements: Movement[] = [
      ...core.transfers.into(accountId).map((transfer) => ({ direction: 'DEPOSIT' as const, transfer })),
      ...core.transfers.outOf(accountId).map((transfer) => ({ direction: 'WITHDRAWAL' as const, transfer })),
    ];
    const chosen = movements
      .filter(({ transfer: { asset, createdAtMs } }) => fits(asset) && createdAtMs >= asked.from_ts && createdAtMs <= asked.to_ts)
      .filter(({ transfer: { asset } }) => (asked.currency ?? asset).toUpperCase() === asset)
      .filter(({ direction }) => (asked.is_deposit ?? direction === 'DEPOSIT') === (direction === 'DEPOSIT'))
      .sort((a, b) => b.transfer.sequence - a.transfer.sequence);
    return success({ transactions: pageOf(chosen, asked.size, asked.to_id, idOf).map(transferFields) });
  });
}

/** The two ends of an internal move are two records, each with its own id. */
function idOf({ direction, transfer }: Movement): string {
  if (direction === 'DEPOSIT') return transfer.transferId;
  const hex = createHash('sha256').update(`withdrawal/${transfer.transferId}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function transferFields(movement: Movement): Fields {
  const { direction, transfer } = movement;
  const isWon = transfer.asset === QUOTE_ASSET;
  const common = {
    id: idOf(movement),
    status: `${direction}_${transfer.doneAtMs === undefined ? 'PROCESSING' : 'SUCCESS'}`,
    amount: transfer.quantity.toFixed(),
    fee: direction === 'DEPOSIT' ? '0' : transfer.fee.toFixed(),
    type: direction,
    created_at: transfer.createdAtMs,
  };
  if (isWon) return { ...common, transaction_type: 'DEFAULT' };
  return {
    ...common,
    currency: transfer.asset,
    txid: transfer.transactionId,
    from_address: null,
    from_secondary_address: null,
    to_address: null,
    to_secondary_address: null,
    confirmations: transfer.doneAtMs === undefined ? 0 : 1,
  };
}

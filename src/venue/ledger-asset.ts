import { CoinAmount, type Figure, VenueWon } from '../kernel/money.ts';

const WON = 'KRW';

/** The ledger's code of what a venue lists: coins keep theirs, won becomes an asset of that venue (`KRW@upbit`). */
export function ledgerAsset(venue: string, asset: string): string {
  return asset === WON ? VenueWon.zero(venue).asset : asset;
}

/** True for won at a venue (`KRW@upbit`), as opposed to coins. */
export function isVenueWon(asset: string): boolean {
  return asset.startsWith(`${WON}@`);
}

/** A figure of an asset of the ledger at a venue, in that asset's unit. */
export function ledgerAmount(venue: string, asset: string, figure: Figure): CoinAmount | VenueWon {
  return asset === VenueWon.zero(venue).asset ? VenueWon.of(venue, figure) : CoinAmount.of(asset, figure);
}

/** The place of the ledger at which an account's sub-accounts stand. */
export function accountPlace(accountId: number): string {
  return `account:${accountId}`;
}

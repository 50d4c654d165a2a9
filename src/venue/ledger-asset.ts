import { VenueWon } from '../kernel/money.ts';

const WON = 'KRW';

/** The ledger's code of what a venue lists: coins keep theirs, won becomes an asset of that venue (`KRW@upbit`). */
export function ledgerAsset(venue: string, asset: string): string {
  return asset === WON ? VenueWon.zero(venue).asset : asset;
}

/** The place of the ledger at which an account's sub-accounts stand. */
export function accountPlace(accountId: number): string {
  return `account:${accountId}`;
}

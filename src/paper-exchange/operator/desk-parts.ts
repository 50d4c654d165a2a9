import { CheongsanError } from '../../kernel/errors.ts';
import type { ApiKeys } from '../core/api-keys.ts';
import type { ExchangeCore } from '../core/exchange-core.ts';
import type { MarketEvent } from '../core/market-events.ts';
import type { Faults } from '../faults.ts';
import type { QuoteVenues } from '../quote-faces/quote-venue.ts';
import type { SiteAddress } from '../venue-face.ts';
import type { Checked, OperationName, Result } from './operations.ts';

/** What the desk works on. */
export interface DeskParts {
  readonly core: ExchangeCore;
  readonly keys: ApiKeys;
  readonly faults: Faults;
  readonly marketEvents: Map<string, MarketEvent>;
  readonly quoteVenues: QuoteVenues;
  /** As the venue's site shows it. */
  readonly depositAddress: (accountId: string, asset: string) => SiteAddress;
  readonly statistics: () => Result['statistics'];
  /** Milliseconds of the exchange's clock that a move within the exchange takes. */
  readonly internalTransferMs: number;
  readonly wonWithdrawalMs: number;
}

export type Desk = { readonly [Name in OperationName]: (checked: Checked[Name]) => Result[Name] };

export const DONE = {};

/** Some of the operations. */
export type DeskPart<Name extends OperationName> = Pick<Desk, Name>;

export function assertCoin(core: ExchangeCore, asset: string): void {
  if (!core.market.has(asset)) throw new CheongsanError('NOT_FOUND', `The paper exchange does not list ${asset}.`);
}

export function iso(instantMs: number): string {
  return new Date(instantMs).toISOString();
}

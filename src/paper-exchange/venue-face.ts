import type { Clock } from '../kernel/clock.ts';
import type { ApiKeys } from './core/api-keys.ts';
import type { ExchangeCore } from './core/exchange-core.ts';
import type { MarketEvent } from './core/market-events.ts';
import type { TradingRules } from './core/trading-rules.ts';
import type { RateLimits } from './rate-counter.ts';

/** The exchanges whose interface can be spoken. */
export const PAPER_VENUES = ['upbit', 'gopax', 'coinone', 'korbit', 'bithumb'] as const;
export type PaperVenueCode = (typeof PAPER_VENUES)[number];

/** An HTTP request as far as a face looks at it. */
export interface FaceRequest {
  readonly method: string;
  readonly path: string;
  /** The query string as it came, without the question mark. */
  readonly rawQuery: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly remoteAddress: string;
}

export interface FaceResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The id and the client's own reference of an order this request placed. */
  readonly placed: { readonly orderId: string; readonly identifier: string | undefined; readonly accountId: string } | undefined;
}

/** What the exchange as a whole answers with instead of carrying a request out; each venue has its own words for it. */
export type Trouble = 'internal' | 'too_many_requests' | 'blocked' | 'maintenance';

/** One venue's interface over the core: its signatures, routes, fields and errors, and nothing that decides an outcome. */
export interface VenueFace {
  placesOrder(method: string, path: string): boolean;
  /** Throws only for faults of its own. */
  handle(request: FaceRequest): FaceResponse;
  refuse(request: FaceRequest, trouble: Trouble): FaceResponse;
}

/** What a face works on. */
export interface FaceParts {
  readonly core: ExchangeCore;
  readonly keys: ApiKeys;
  readonly marketEvents: ReadonlyMap<string, MarketEvent>;
  /** The exchange's time as it tells it, which may be wrong; what happens goes by the core's. */
  readonly clock: Clock;
  readonly limits: RateLimits;
}

/** Where coins for an account are sent, as the venue's site shows it. */
export interface SiteAddress {
  readonly address: string;
  readonly secondaryAddress: string | null;
}

/** A venue that the paper exchange can be. */
export interface PaperVenue {
  readonly rules: TradingRules;
  /** As it publishes them; who sets the exchange up may lower them. */
  readonly limits: RateLimits;
  openFace(parts: FaceParts): VenueFace;
  /** The same for ever, whether or not its interface tells it. */
  depositAddress(accountId: string, asset: string): SiteAddress;
}

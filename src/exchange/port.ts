import type { CoinAmount, Price, Rate, VenueWon } from '../kernel/money.ts';

/** The exchanges a city can sell at. One adapter each. */
export const VENUE_CODES = ['upbit', 'bithumb', 'coinone', 'korbit', 'gopax'] as const;
export type VenueCode = (typeof VENUE_CODES)[number];

/**
 * What a venue shows beside a market, in the words of the Korean exchanges' common rules. `caution` (주의): an automatic notice of
 * unusual price, volume or deposits. `warning` (유의, 경고): the venue examines the coin and may end its support. `danger` (위험): the
 * step above, or an event that we cannot read and so do not play down. `delisting`: the end of support is announced.
 */
export const MARKET_FLAGS = ['caution', 'warning', 'danger', 'delisting'] as const;
export type MarketFlag = (typeof MARKET_FLAGS)[number];

/** A won market of one asset, as the venue describes it at this moment. */
export interface Market {
  readonly asset: string;
  /** The venue's own name of the market, for example `KRW-BTC`. */
  readonly symbol: string;
  /** Any of them is a reason to look, `delisting` one to hurry. */
  readonly flags: readonly MarketFlag[];
}

/**
 * One bar of a market's trades. Statistics: nobody is owed what stands here, so prices in won and the volume in units are plain
 * numbers, and no order is ever priced from them.
 */
export interface MarketCandle {
  /** Beginning of the bar. */
  readonly startMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** The last trade of anybody in a market. */
export interface PublicTrade {
  readonly price: Price;
  readonly quantity: CoinAmount;
  /** By the venue's clock. */
  readonly tradedAt: Date;
}

/**
 * Whether coins of an asset can move in and out of the venue, over whichever of its networks. A halt does not stop trading, but
 * ties the price to this venue alone. `unknown`: the venue does not list it, or uses a word that nobody has read up.
 */
export const WALLET_STATES = ['working', 'deposits_only', 'withdrawals_only', 'halted', 'unknown'] as const;
export type WalletState = (typeof WALLET_STATES)[number];

export interface AssetWallet {
  readonly asset: string;
  readonly state: WalletState;
}

/** What the venue asks of a sell order in one market, read from it and never from a constant. */
export interface SellingTerms {
  readonly symbol: string;
  readonly takerFeeRate: Rate;
  /** Of an order that rested before it traded. */
  readonly makerFeeRate: Rate;
  /** An order worth less is refused. */
  readonly minimumOrder: VenueWon;
  /** An order worth more is refused; undefined where the venue knows no such limit. */
  readonly maximumOrder: VenueWon | undefined;
  /** Decimals of an order's quantity. */
  readonly quantityDecimalPlaces: number;
  /**
   * Price steps, from the highest floor to the lowest: at or above `from`, prices are multiples of `tick`. Upbit tells only
   * the step at the present price, as one row from zero: it holds at that price and below, so round down to it.
   */
  readonly ticks: readonly { readonly from: Price; readonly tick: Price }[];
  /** False while the venue takes no sell orders here. */
  readonly acceptsOrders: boolean;
}

export interface BookLevel {
  readonly price: Price;
  readonly quantity: CoinAmount;
}

/** Shown depth: bids from the best down, asks from the best up. Sizes of zero are passed on as the venue shows them. */
export interface OrderBook {
  readonly symbol: string;
  readonly asset: string;
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
  /** When the venue last changed it, by the venue's clock. */
  readonly changedAt: Date;
}

export interface Balance {
  readonly asset: string;
  /** Coins, or won of the venue when `asset` is `KRW`. As plain decimals, since a balance is of either unit. */
  readonly free: string;
  readonly locked: string;
}

/**
 * A limit sell. `immediate_or_cancel` takes what it can at once and cancels the rest; `post_only` rests until it is filled or
 * cancelled, and never takes: where it would, the venue refuses it under the code of its capabilities, or accepts and at once
 * cancels it, which a look-up shows as an order that is over without a fill.
 */
export interface SellOrder {
  /** Chosen by us before sending, never used twice; the handle by which an unknown outcome is settled. */
  readonly identifier: string;
  readonly symbol: string;
  readonly quantity: CoinAmount;
  readonly limitPrice: Price;
  readonly timeInForce: 'immediate_or_cancel' | 'post_only';
}

/** An order of the account that waits at the venue, whoever placed it: by us, by another program or by hand at the site. */
export interface OpenOrder {
  readonly orderId: string;
  /** Undefined where whoever placed it gave none. */
  readonly identifier: string | undefined;
  readonly symbol: string;
  readonly side: 'sell' | 'buy';
  /** Undefined for one that waits for a trigger and names no price. */
  readonly limitPrice: Price | undefined;
  readonly remainingQuantity: CoinAmount | undefined;
  readonly createdAt: Date;
}

export interface Fill {
  /** The venue's id of the trade, unique at the venue. */
  readonly tradeId: string;
  readonly quantity: CoinAmount;
  readonly price: Price;
  /** Won received before the fee, as the venue states it. */
  readonly proceeds: VenueWon;
  readonly filledAt: Date;
}

/** An order as the venue knows it. What happened is read from volumes and fills, never from the status word. */
export interface VenueOrder {
  readonly orderId: string;
  readonly identifier: string;
  readonly symbol: string;
  readonly quantity: CoinAmount;
  readonly executedQuantity: CoinAmount;
  /** What the venue still holds locked for it; zero once the order is over. */
  readonly remainingQuantity: CoinAmount;
  readonly paidFee: VenueWon;
  readonly isOpen: boolean;
  readonly statusWord: string;
  readonly fills: readonly Fill[];
  readonly createdAt: Date;
}

/**
 * What came of sending an order, judged by HTTP status and raw body, never by the client library's error class.
 * `refused`: the venue said no and nothing was placed. `not_executed`: it never reached the book (rate limit, clock),
 * to be confirmed by one look-up. `unknown`: anything else, a time-out above all; only a look-up can tell.
 */
export type SellAnswer =
  | { readonly kind: 'accepted'; readonly orderId: string }
  | { readonly kind: 'refused'; readonly venueCode: string; readonly message: string }
  | { readonly kind: 'not_executed'; readonly venueCode: string; readonly retryAfterMs: number }
  | { readonly kind: 'unknown'; readonly reason: string };

/**
 * `not_found` only when the venue says so by name. An order that is over is `found` only once its fills add up to what was
 * executed; until then it is `unavailable`.
 */
export type LookUp =
  | { readonly kind: 'found'; readonly order: VenueOrder }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'unavailable'; readonly reason: string };

export interface Deposit {
  /** The venue's id of the deposit, unique at the venue. */
  readonly depositId: string;
  readonly asset: string;
  /** Coins; deposits of won are listed with asset `KRW`. A plain decimal. */
  readonly quantity: string;
  readonly network: string | undefined;
  /** Transaction hash on chain, or the venue's reference of an internal move. */
  readonly transactionId: string | undefined;
  readonly route: 'internal' | 'on_chain' | 'unknown';
  readonly state: 'pending' | 'credited' | 'refused';
  readonly statusWord: string;
  /** Blocks that confirm it, where the venue tells. */
  readonly confirmations?: number | undefined;
  readonly createdAt: Date;
  readonly creditedAt: Date | undefined;
}

export interface Withdrawal {
  readonly withdrawalId: string;
  readonly asset: string;
  readonly quantity: string;
  readonly fee: string;
  readonly network: string | undefined;
  readonly transactionId: string | undefined;
  readonly state: 'pending' | 'done' | 'failed';
  readonly statusWord: string;
  readonly createdAt: Date;
  readonly doneAt: Date | undefined;
}

/**
 * Stands for the network of an address where a venue names none: no chain is called so, so nothing is sent to such an address by itself. A
 * person reads the network off the venue's site first, since coins sent over another one are lost.
 */
export const UNTOLD_NETWORK = 'untold';

export interface DepositAddress {
  readonly asset: string;
  /** As the venue names it, or `UNTOLD_NETWORK`. */
  readonly network: string;
  readonly address: string;
  /** Tag or memo, without which a deposit of such an asset is lost. */
  readonly secondaryAddress: string | undefined;
}

/** What a venue can do through its interface. What it lacks becomes a guided human step, never a crash. */
export interface VenueCapabilities {
  /**
   * What our knowledge of the private part rests on: the venue's own present documents, or older and second-hand sources that were never
   * held against it. Officials see which, and look at the venue's site before they rely on the latter.
   */
  readonly privatePart: 'documented' | 'unverified';
  readonly depositsReadable: boolean;
  readonly withdrawalsReadable: boolean;
  /** False where its interface offers no deposit address: an official reads it at the venue's site, and another one confirms it. */
  readonly tellsDepositAddresses: boolean;
  readonly wonWithdrawal: 'by_person_on_web';
  readonly coinWithdrawal: 'by_person_on_web';
  /** True where an identifier once used stays refused, for a day at least, so that sending again under it within seconds cannot double. */
  readonly identifierStaysUsed: boolean;
  /**
   * Each `venueCode` of a refusal because the identifier was used before. After a resend it means that the first one arrived; only a
   * look-up tells whether it was accepted, since a refused order may use its identifier up as well.
   */
  readonly duplicateIdentifierCodes: readonly string[];
  /**
   * How long after it was sent an order is certainly found by its identifier, if it was placed. Later a look-up that finds nothing proves
   * nothing. Undefined: as long as anybody may ask.
   */
  readonly orderShownMs: number | undefined;
  /** Undefined where the venue knows no order that only makes. */
  readonly postOnly:
    | {
        /** The `venueCode` of a refusal because it would have taken; undefined where it is accepted and cancelled at once. */
        readonly wouldTakeCode: string | undefined;
      }
    | undefined;
  /** As published. What the venue grants at the moment is told by `orderBudget`. */
  readonly ordersPerSecond: number;
}

/** What a key may do, in the words of the venues that know the finest distinctions. */
export const KEY_PERMISSIONS = ['view_assets', 'view_orders', 'trade', 'view_deposits', 'view_withdrawals', 'deposit', 'withdraw'] as const;
export type KeyPermission = (typeof KEY_PERMISSIONS)[number];

/** What a venue tells of the key that asks. What it does not tell is undefined, and stands as it was declared. */
export interface KeyFacts {
  readonly permissions: readonly KeyPermission[] | undefined;
  readonly expiresAt: Date | undefined;
  /** Addresses from which alone the key is taken; empty where it is bound to none. */
  readonly boundAddresses: readonly string[] | undefined;
}

/** How many orders may be sent without waiting. */
export interface OrderBudget {
  /** What the venue grants, as far as it has said so. */
  readonly perSecond: number;
  /** Of these so many are left at this moment; an order beyond them waits in line while its book grows old. */
  readonly availableNow: number;
  /** The venue takes none for so long, since there were too many; zero while it does, or a call would wait until it does. */
  readonly blockedMs: number;
}

/**
 * The one way to an exchange. Reading calls throw `EXCHANGE_REFUSED` or `EXCHANGE_UNAVAILABLE`; `sell` and `lookUp` never
 * throw for what the venue does, their answer says it. Every figure is exact: no floating point between wire and type.
 */
export interface ExchangePort {
  readonly venue: VenueCode;
  readonly capabilities: VenueCapabilities;

  markets(): Promise<readonly Market[]>;
  sellingTerms(symbol: string): Promise<SellingTerms>;
  orderBook(symbol: string): Promise<OrderBook>;
  /**
   * Bars that began at or after `from` and before `to`, oldest first. Bars without a trade are missing; the bar under way is among
   * them and will change. Error: `INPUT_INVALID` for a length of bar that the venue does not offer.
   */
  candles(symbol: string, barMs: number, from: Date, to: Date): Promise<readonly MarketCandle[]>;
  /** Undefined when nothing was traded for as long as the venue looks back. */
  lastTrade(symbol: string): Promise<PublicTrade | undefined>;
  /** One row an asset. */
  walletStates(): Promise<readonly AssetWallet[]>;
  balances(): Promise<readonly Balance[]>;

  sell(order: SellOrder): Promise<SellAnswer>;
  lookUp(identifier: string, symbol: string): Promise<LookUp>;
  /** Searches open, done and cancelled orders since an instant; `found` beats everything, `not_found` needs all lists complete. */
  searchOrders(identifier: string, symbol: string, since: Date): Promise<LookUp>;
  /**
   * Asks to cancel; the answer is only that the venue heard it, and fills may still come until it takes effect. The outcome is read
   * by `lookUp`. Error: `EXCHANGE_REFUSED` also for an order that is over already.
   */
  cancel(identifier: string, symbol: string): Promise<void>;
  /** The account's open orders in a market, oldest first, ours and others. */
  openOrders(symbol: string): Promise<readonly OpenOrder[]>;

  /** Known without asking the venue. */
  orderBudget(): OrderBudget;
  /**
   * How far the venue's clock is ahead of ours at least, from the dates of its answers; negative when it is behind, zero as long as
   * both may agree, undefined before the first answer. The truth may be up to a second more, less after several answers.
   */
  clockSkewMs(): number | undefined;

  /** Deposits created at or after an instant, oldest first; a pending one changes its state later, so look back far enough. */
  deposits(since: Date): Promise<readonly Deposit[]>;
  /** Withdrawals created at or after an instant, oldest first. */
  withdrawals(since: Date): Promise<readonly Withdrawal[]>;
  /** What the venue tells of the key in use. */
  keyFacts(): Promise<KeyFacts>;
  /** Addresses that exist, of every asset and network the account has one for. */
  depositAddresses(): Promise<readonly DepositAddress[]>;
}

export const CAUTIONS = [
  'PRICE_FLUCTUATIONS',
  'TRADING_VOLUME_SOARING',
  'DEPOSIT_AMOUNT_SOARING',
  'GLOBAL_PRICE_DIFFERENCES',
  'CONCENTRATION_OF_SMALL_ACCOUNTS',
] as const;
export type Caution = (typeof CAUTIONS)[number];

/** Events that other exchanges show and Upbit does not, in case it begins to: as further members of `market_event`. */
export const FURTHER_EVENTS = ['danger', 'delisting'] as const;

/** Warnings shown beside a market. */
export interface MarketEvent {
  readonly warning: boolean;
  readonly cautions: readonly Caution[];
  readonly further: readonly (typeof FURTHER_EVENTS)[number][];
}

export const NO_EVENT: MarketEvent = { warning: false, cautions: [], further: [] };

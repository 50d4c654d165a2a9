/** Average slippage of a metaorder over its peak: the integral of the square-root trajectory. */
export const AVERAGE_OF_PEAK = 2 / 3;

/**
 * The square-root law (Tóth et al. 2011; Donier and Bonart 2015 for bitcoin): how far a sale moves the price at its end, as a share of the
 * price. `sigma` is the deviation of a period's return, `participation` what is sold over what the market trades in that period,
 * `scale` (Y) a constant of order one.
 */
export function peakImpact({ sigma, participation, scale = 1 }: { sigma: number; participation: number; scale?: number }): number {
  return scale * sigma * Math.sqrt(participation);
}

/** Average slippage of such a sale: two thirds of the peak. */
export function averageImpact(order: { sigma: number; participation: number; scale?: number }): number {
  return AVERAGE_OF_PEAK * peakImpact(order);
}

/** Coefficients of Almgren, Thum, Hauptmann and Li, Direct Estimation of Equity Market Impact (2005), for shares. */
const EQUITY = { gamma: 0.314, eta: 0.142, delta: 0.25, beta: 0.6 } as const;

export interface EquityOrder {
  readonly units: number;
  /** Units traded in a day. */
  readonly dayVolume: number;
  readonly unitsOutstanding: number;
  /** Deviation of a day's return. */
  readonly sigma: number;
  /** Days the order takes. */
  readonly days: number;
}

/** Permanent impact, temporary impact and expected cost, as shares of the price. A second opinion: fitted to shares, not to coins. */
export function equityImpact(order: EquityOrder): { readonly permanent: number; readonly temporary: number; readonly cost: number } {
  const { units, dayVolume, unitsOutstanding, sigma, days } = order;
  const permanent = EQUITY.gamma * sigma * (units / dayVolume) * (unitsOutstanding / dayVolume) ** EQUITY.delta;
  const temporary = EQUITY.eta * sigma * (units / (dayVolume * days)) ** EQUITY.beta;
  return { permanent, temporary, cost: permanent / 2 + temporary };
}

import { almgrenChrissHeld } from './almgren-chriss.ts';
import { AVERAGE_OF_PEAK } from './impact.ts';

/** The same share in each of so many bars. */
export function evenShares(bars: number): number[] {
  return Array.from({ length: bars }, () => 1 / bars);
}

const HORIZON_DAYS_MAX = 2.5;
const RISK_WEIGHT = 26.7;
const COST_WEIGHT = 1.5;

/**
 * A trajectory of Almgren and Chriss over the time in which the cost of the square-root law and the risk are in balance: the more
 * volatile the market, the shorter. `sigmaDay` is the deviation of a day's return.
 */
export function balancedShares(
  sale: { readonly units: number; readonly sigmaDay: number; readonly dayVolume: number },
  barsPerDay: number,
): number[] {
  const balance = (COST_WEIGHT * AVERAGE_OF_PEAK * Math.sqrt(sale.units / sale.dayVolume)) / (RISK_WEIGHT * sale.sigmaDay);
  const days = Math.min(Math.max(balance ** (2 / 3), 1 / barsPerDay), HORIZON_DAYS_MAX);
  const bars = Math.max(1, Math.round(2 * days * barsPerDay));
  const [kappa, horizon] = [Math.sqrt(COST_WEIGHT) / days, bars / barsPerDay];
  const held = (step: number) => almgrenChrissHeld(kappa, horizon, step / barsPerDay);
  return Array.from({ length: bars }, (_, step) => held(step) - held(step + 1));
}

import { nextShare, type SaleProgress } from './next-share.ts';
import { rounded } from './rounded.ts';
import type { SalePlan } from './sale-plan.ts';
import type { SaleTable } from './sale-table.ts';

/** Of what is left: a path that has come so near to its end has ended. */
const NOTHING_LEFT = 1e-6;

/**
 * What a plan would go on to sell if price and market stayed as they are: of what is left now, by the end of each coming bar, the one
 * under way counted as a whole one. `paced` is the pace the plan itself has to keep, if any.
 */
export function expectedPath(table: SaleTable, plan: SalePlan, now: SaleProgress, paced: readonly number[] = []): number[] {
  const path: number[] = [];
  let { left, received, barsSinceStart } = now;
  // Ends: in the last bar of the longest sale all is sold.
  while (left > now.left * NOTHING_LEFT) {
    const limits = paced.length === 0 ? {} : { soldByEnd: paced[barsSinceStart] ?? 1 };
    const { share } = nextShare(table, plan, { ...now, left, received, barsSinceStart, limits });
    left -= share;
    received += (share * now.price) / plan.arrivalPrice;
    barsSinceStart += 1;
    path.push(1 - left / now.left);
  }
  return path;
}

/**
 * The path run through so many times as fast: what must be sold by the end of each bar, the first of which is only partly left. In
 * Almgren and Chriss (2001) the rate of an optimal sale is in proportion to the volatility, all else equal; so a market that has become
 * twice as volatile halves the time.
 */
export function hastened(path: readonly number[], of: { readonly times: number; readonly firstBarShare: number }): number[] {
  const pace: number[] = [];
  for (let bar = 0; ; bar++) {
    const share = along(path, of.times * (of.firstBarShare + bar));
    pace.push(rounded(share));
    if (share >= 1) return pace;
  }
}

/** Between the ends of two bars evenly; all once the path is over. */
function along(path: readonly number[], bars: number): number {
  const whole = Math.floor(bars);
  if (whole >= path.length) return 1;
  const before = whole === 0 ? 0 : (path[whole - 1] ?? 0);
  return before + (bars - whole) * ((path[whole] ?? 1) - before);
}

import { CoinAmount, Price, Rate, VenueWon } from '../kernel/money.ts';
import { averageImpact } from './planning/impact.ts';

/** A coin that could be sold, with what is known of its market. Figures of money as text, statistics as numbers. */
export interface CoinOffer {
  readonly holdingId: number;
  readonly asset: string;
  /** Units that may be sold. */
  readonly units: string;
  readonly midPrice: string;
  readonly takerFeeRate: string;
  /** Half the spread, as a share of the mid. */
  readonly halfSpread: number;
  /** Units that the shown bids inside the band take. */
  readonly depthUnits: number;
  /** Deviation of a day's return and units traded in a day; null without recorded candles. */
  readonly deviationPerDay: number | null;
  readonly dailyVolume: number | null;
  /** Place in the order the taxpayer wishes; null for coins he did not name. */
  readonly wishedPlace: number | null;
}

export interface ChosenCoin {
  readonly holdingId: number;
  readonly rank: number;
  /** Units to be sold for the need at the confidence; fewer than offered, or all. */
  readonly units: string;
}

export interface CoinTask {
  readonly venue: string;
  readonly needKrw: string;
  readonly riskWeight: number;
  /** Of the price fall that the quantity must bear while it is sold. */
  readonly confidence: number;
  readonly horizonDays: number;
  /** The least fall that is reckoned with: orders may fill at the band's lower edge. */
  readonly leastFall: number;
}

/** Mean of the worst twentieth of a normal law, in deviations. */
const TAIL_DEVIATIONS = 2.063;
/** A coin without recorded volume is taken to trade so many times its shown depth a day. */
const DEPTHS_A_DAY = 20;

/**
 * Which coins pay the need, in which order, and how many units of each. The coins the taxpayer names come first, in his order. The
 * others by what selling one costs more than keeping it another day: half the spread and the square-root impact of selling what is
 * needed, less the weighed tail of the day's move; so a liquid coin goes before a thin one, and of two as liquid the wilder. As many
 * units as cover the need at the confidence, whatever is left after that stays the taxpayer's in kind.
 */
export function chooseCoins(offers: readonly CoinOffer[], task: CoinTask): ChosenCoin[] {
  const ranked = offers
    .map((offer) => ({ offer, score: scoreOf(offer, task) }))
    .sort((a, b) => placeOf(a.offer) - placeOf(b.offer) || a.score - b.score || a.offer.holdingId - b.offer.holdingId);
  let left = VenueWon.of(task.venue, task.needKrw);
  const chosen: ChosenCoin[] = [];
  for (const [rank, { offer }] of ranked.entries()) {
    if (!left.isPositive()) break;
    const net = Price.of(offer.asset, offer.midPrice)
      .times(Rate.one.minus(Rate.of(offer.takerFeeRate)))
      .times(keptShare(offer, task));
    const offered = CoinAmount.of(offer.asset, offer.units);
    if (net.isZero() || offered.isZero()) continue;
    const wanted = net.unitsFor(left, CoinAmount.DECIMAL_PLACES_MAX, 'up').smaller(offered);
    chosen.push({ holdingId: offer.holdingId, rank, units: wanted.toString() });
    left = left.minus(wanted.costAt(net, task.venue));
  }
  return chosen;
}

function placeOf({ wishedPlace }: CoinOffer): number {
  return wishedPlace ?? Number.MAX_SAFE_INTEGER;
}

function scoreOf(offer: CoinOffer, task: CoinTask): number {
  const dayUnits = offer.dailyVolume ?? offer.depthUnits * DEPTHS_A_DAY;
  const wanted = Math.min(Number(offer.units), Number(task.needKrw) / Number(offer.midPrice));
  const sigma = offer.deviationPerDay ?? 0;
  const participation = dayUnits > 0 ? wanted / dayUnits : Number.MAX_VALUE;
  return (
    offer.halfSpread +
    averageImpact({ sigma: Math.max(sigma, offer.halfSpread), participation }) -
    task.riskWeight * TAIL_DEVIATIONS * sigma
  );
}

/** The share of today's price that is reckoned with: what is left of it at the confidence after the horizon, at least the band. */
function keptShare({ deviationPerDay }: CoinOffer, { confidence, horizonDays, leastFall }: CoinTask): Rate {
  const fall = 1 - Math.exp(-normalQuantile(confidence) * (deviationPerDay ?? 0) * Math.sqrt(horizonDays));
  return Rate.of((1 - Math.min(Math.max(fall, leastFall), 0.9)).toFixed(6));
}

/** Of the standard normal law, after Acklam's rational approximation (error below 1.2e-9); for 0.5 to below one. */
export function normalQuantile(probability: number): number {
  if (probability <= 0.5) return 0;
  const low = 1 - 0.97575;
  if (1 - probability > low) return centralQuantile(probability - 0.5);
  const q = Math.sqrt(-2 * Math.log(1 - probability));
  return (
    -(
      ((((-7.784894002430293e-3 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q + 4.374664141464968) * q +
      2.938163982698783
    ) /
    ((((7.784695709041462e-3 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1)
  );
}

function centralQuantile(q: number): number {
  const r = q * q;
  return (
    ((((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r - 30.66479806614716) * r +
      2.506628277459239) *
      q) /
    (((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r - 13.28068155288572) * r + 1)
  );
}

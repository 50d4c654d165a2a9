import { addDays, seoulDay, startOfDay } from '../kernel/civil-date.ts';
import { CoinAmount, Rate } from '../kernel/money.ts';
import { type NotNow, notNow, type SaleContext } from './order-terms.ts';
import { dueOfSlice, type SliceDue } from './slice-schedule.ts';

/** What of the plan is due now, within what a day may take of it. */
export function dueUnits(context: SaleContext, minimum: CoinAmount): SliceDue | NotNow {
  const { holding, inputs } = context;
  const { asset, slice } = holding;
  if (slice === null) return notNow(asset, 'later', inputs.gate.window?.state === 'open' ? 'not_wished' : 'not_planned');
  const at = new Date(inputs.at);
  const due = dueOfSlice(asset, slice, childrenOf(CoinAmount.of(asset, slice.quantity), minimum, inputs.policy.childrenPerSlice), at);
  if (due.left.isZero()) return notNow(asset, 'later', 'slice_done', undefined, new Date(slice.endsAt));
  const most = roomInPlan(context, minimum);
  if (most === undefined) return due;
  if ('kind' in most) return most;
  const late = due.late.smaller(most);
  return { ...due, late, ahead: due.ahead.smaller(most.minus(late)), left: due.left.smaller(most) };
}

/** A child is worth so many of the venue's smallest orders at least: a slice of little is sold in few. */
const CHILD_ORDERS_MIN = 10;

function childrenOf(slice: CoinAmount, minimum: CoinAmount, most: number): number {
  const fitting = slice.value.div(minimum.value).div(CHILD_ORDERS_MIN).integerValue().toNumber();
  return Math.min(Math.max(fitting, 1), most);
}

/** Units that today's limit of the plan still allows; undefined where none is set. */
function roomInPlan({ holding: { asset, caps }, inputs }: SaleContext, minimum: CoinAmount): CoinAmount | NotNow | undefined {
  const { dailyPlanShare } = inputs.policy;
  if (dailyPlanShare === null) return undefined;
  const most = CoinAmount.of(asset, caps.planned).times(Rate.of(dailyPlanShare), CoinAmount.DECIMAL_PLACES_MAX, 'down');
  const room = roomWithin(most, CoinAmount.of(asset, caps.soldToday), minimum);
  return room ?? notNow(asset, 'later', 'daily_plan_cap', { limit: most.toString(), sold: caps.soldToday }, nextDay(inputs.at));
}

/**
 * Units that today's limit of the venue's volume leaves to one order, whoever shares in it; undefined where none is set. What is open
 * counts like what is sold: it may be, at any moment. Where only that is in the way, the limit may have room again before the day ends.
 */
export function roomAtVenue(
  { holding: { asset, caps }, market, inputs }: SaleContext,
  minimum: CoinAmount,
): CoinAmount | NotNow | undefined {
  const { dailyVolumeShare } = inputs.policy;
  if (caps.dailyVolume === null || dailyVolumeShare === null) return undefined;
  const most = CoinAmount.of(asset, caps.dailyVolume).times(Rate.of(dailyVolumeShare), CoinAmount.DECIMAL_PLACES_MAX, 'down');
  const sold = CoinAmount.of(asset, caps.soldTodayAtVenue);
  const room = roomWithin(most, sold.plus(CoinAmount.of(asset, caps.openAtVenue)), minimum);
  if (room !== undefined) return room.roundTo(market.quantityDecimalPlaces, 'down');
  const isSold = roomWithin(most, sold, minimum) === undefined;
  const figures = { limit: most.toString(), sold: caps.soldTodayAtVenue, open: caps.openAtVenue };
  return notNow(asset, 'later', 'daily_volume_cap', figures, isSold ? nextDay(inputs.at) : undefined);
}

/**
 * What a day's limit has left; undefined where that is nothing. A limit that is less than the venue's least order allows one a day, or
 * nothing could ever be sold; what a day has left of a limit does not.
 */
function roomWithin(most: CoinAmount, used: CoinAmount, minimum: CoinAmount): CoinAmount | undefined {
  const left = most.minus(used);
  if (!left.isPositive()) return undefined;
  if (!left.isLessThan(minimum)) return left;
  return used.isPositive() ? undefined : minimum;
}

function nextDay(at: string): Date {
  return startOfDay(addDays(seoulDay(new Date(at)), 1));
}

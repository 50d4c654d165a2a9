import { z } from 'zod';
import { Decimal } from '../../src/kernel/decimal.ts';
import type { SaleDesk } from '../support/sale-desk.ts';
import type { Taxpayer } from './sequence-world.ts';

/** Policy: expected cost of bringing a case's won home. */
const WITHDRAWAL = 1_000;
/** A minimum order of 5,000 won at the limit, sold at the best price the band allows. */
const LAST_ORDER = 5_150;
/** Of shares that were stored with nine digits. */
const SHARE_TOLERANCE = 1e-6;

interface CaseStanding {
  readonly caseId: number;
  readonly billIds: readonly number[];
  readonly net: Decimal;
  /** The most that its open orders can still bring. */
  readonly openMost: Decimal;
  readonly isCovered: boolean;
}

interface Group {
  readonly cases: readonly CaseStanding[];
  readonly net: Decimal;
  readonly openMost: Decimal;
  readonly owed: Decimal;
}

export type Standing = readonly Group[];

/** What every set of a taxpayer's cases has brought, may still bring, and has on its bills. */
export async function standingOf(city: SaleDesk, { cases }: Taxpayer): Promise<Standing> {
  const each: CaseStanding[] = [];
  for (const { caseId, billIds } of cases) {
    const open = await city.database.read.orderShare.findMany({ where: { caseId, order: { closedAt: null } } });
    each.push({
      caseId,
      billIds,
      net: await city.netProceeds(caseId),
      openMost: sum(open.map(({ maximumProceeds }) => maximumProceeds.toFixed())),
      isCovered: (await city.database.read.liquidation.findUnique({ where: { caseId } }))?.lastCode === 'covered',
    });
  }
  const groups: Group[] = [];
  for (const members of subsets(each)) {
    const owed = await city.owed([...new Set(members.flatMap(({ billIds }) => billIds))]);
    groups.push({ cases: members, net: sum(members.map(({ net }) => net)), openMost: sum(members.map(({ openMost }) => openMost)), owed });
  }
  return groups;
}

/**
 * Where more was sold between two standings, without a payment between them, than the bills asked for: no set of a taxpayer's cases
 * brings more than its bills still need beyond what serves them already, and a venue's smallest order for each set of bills; unless what
 * was open before a payment still brought it.
 */
export function oversold(before: Standing, after: Standing): string[] {
  const needed = after.map(({ cases, owed }, index) => Decimal.max(owed, before[index]?.owed ?? 0).plus(cases.length * WITHDRAWAL));
  return after.flatMap(({ cases, net }, index) => {
    const was = before[index];
    const most = needed[index];
    if (was === undefined || most === undefined || !net.isGreaterThan(was.net)) return [];
    const room = most.minus(servingOf(was, before, needed));
    const billSets = new Set(cases.map(({ billIds }) => billIds.toSorted((a, b) => a - b).join())).size;
    const growth = Decimal.max(room.isGreaterThan(0) ? room.plus(billSets * LAST_ORDER) : 0, was.openMost);
    const names = cases.map(({ caseId }) => caseId).join(', ');
    return net.isGreaterThan(was.net.plus(growth))
      ? [`cases ${names}: sold for ${net.toFixed()} after ${was.net.toFixed()}, room for ${growth.toFixed()}`]
      : [];
  });
}

/**
 * How much of what a set of cases brought can serve its bills: a case's proceeds go to no bills but its own, so a payment may leave some
 * of one case's proceeds without use while another case's bills are still open. The least cut between proceeds and bills.
 */
function servingOf(set: Group, all: Standing, needed: readonly Decimal[]): Decimal {
  const cuts = all.flatMap((part, index) => {
    const isWithin = part.cases.every(({ caseId }) => set.cases.some((each) => each.caseId === caseId));
    const need = needed[index];
    if (!isWithin || need === undefined) return [];
    const others = set.cases.filter(({ caseId }) => !part.cases.some((each) => each.caseId === caseId));
    return [sum(others.map(({ net }) => net)).plus(need)];
  });
  return cuts.reduce((least, cut) => Decimal.min(least, cut), set.net);
}

/** Cases that ended as covered between two standings although all of the taxpayer's cases together had not brought what their bills owe. */
export function wronglyCovered(before: Standing, after: Standing): string[] {
  const all = after.at(-1)?.net ?? new Decimal(0);
  return after.flatMap(({ cases: [only, ...others], owed }, index) => {
    const wasCovered = before[index]?.cases[0]?.isCovered === true;
    if (only === undefined || others.length > 0 || !only.isCovered || wasCovered || !owed.isGreaterThan(all)) return [];
    return [`case ${only.caseId} is covered with ${all.toFixed()} for ${owed.toFixed()}`];
  });
}

/** The whole set last. */
function subsets<T>(items: readonly T[]): T[][] {
  let sets: T[][] = [[]];
  for (const item of items) sets = sets.concat(sets.map((set) => [...set, item]));
  return sets.filter(({ length }) => length > 0);
}

type Figure = string | Decimal;

function sum(figures: readonly Figure[]): Decimal {
  return figures.reduce<Decimal>((total, figure) => total.plus(figure), new Decimal(0));
}

/**
 * What of the plans was lost or doubled. Each slice was made for exactly what its plan had not sold by then, whatever became of the slices
 * before it; slices follow each other in time; neither slice nor plan sold more than it was for, but for a smallest order and a rest
 * smaller than one that goes along with it.
 */
export async function planFaults(city: SaleDesk): Promise<string[]> {
  const { read } = city.database;
  const plans = await read.salePlan.findMany({
    include: { slices: { orderBy: { startsAt: 'asc' } } },
    orderBy: [{ holdingId: 'asc' }, { version: 'asc' }],
  });
  const fills = await read.orderFill.findMany({ include: { order: { select: { limitPrice: true } } } });
  const faults: string[] = [];
  for (const [index, plan] of plans.entries()) {
    const successor = plans[index + 1]?.holdingId === plan.holdingId ? plans[index + 1] : undefined;
    const ofHolding = fills.filter(({ holdingId }) => holdingId === plan.holdingId);
    const soldIn = (after: number, until: number | undefined): Decimal =>
      sum(ofHolding.filter(({ orderId }) => orderId > after && orderId <= (until ?? orderId)).map(({ quantity }) => quantity.toFixed()));
    const lowest = ofHolding.reduce(
      (least, { order }) => Decimal.min(least, order.limitPrice.toFixed()),
      new Decimal(plan.arrivalPrice.toFixed()),
    );
    const little = new Decimal(2 * LAST_ORDER).div(lowest);
    const planned = new Decimal(plan.plannedQuantity.toFixed());
    const name = `plan ${plan.id} of holding ${plan.holdingId}`;
    const sold = soldIn(plan.ordersBefore, successor?.ordersBefore);
    if (sold.isGreaterThan(planned.plus(little))) faults.push(`${name}: sold ${sold.toFixed()} of ${planned.toFixed()}`);
    if ((plan.supersededAt === null) !== (successor === undefined)) faults.push(`${name}: no other took its place`);
    for (const [place, slice] of plan.slices.entries()) {
      const next = plan.slices[place + 1];
      const soldBefore = soldIn(plan.ordersBefore, slice.ordersBefore).div(planned).toNumber();
      const left = leftOf(slice.inputs);
      const gap = left - Math.max(0, 1 - soldBefore);
      if (!(Math.abs(gap) <= SHARE_TOLERANCE))
        faults.push(`${name}: slice ${slice.id} was made for ${left} where ${1 - soldBefore} was left`);
      if (slice.startsAt >= slice.endsAt || (next !== undefined && next.startsAt < slice.endsAt))
        faults.push(`${name}: slice ${slice.id} overlaps`);
      const inSlice = soldIn(slice.ordersBefore, next?.ordersBefore ?? successor?.ordersBefore);
      if (inSlice.isGreaterThan(little.plus(slice.quantity.toFixed())))
        faults.push(`${name}: slice ${slice.id} sold ${inSlice.toFixed()} of ${slice.quantity.toFixed()}`);
    }
  }
  return faults;
}

function leftOf(inputs: unknown): number {
  return typeof inputs === 'object' && inputs !== null && 'left' in inputs ? Number(inputs.left) : Number.NaN;
}

const lastLook = z.object({
  holdings: z.array(
    z.object({
      asset: z.string(),
      held: z.string(),
      market: z.union([z.string(), z.object({ minimumOrderKrw: z.string(), bids: z.array(z.tuple([z.string(), z.string()])) })]),
    }),
  ),
});

/** Sales that ended without having covered the need, though something was still held that the venue would have taken at that moment. */
export async function lostUnits(city: SaleDesk): Promise<string[]> {
  const lost: string[] = [];
  for (const { id, caseId } of await city.database.read.liquidation.findMany({ where: { lastCode: 'exhausted' } })) {
    const last = await city.database.read.saleDecision.findFirstOrThrow({ where: { liquidationId: id }, orderBy: { stepNumber: 'desc' } });
    for (const { asset, held, market } of lastLook.parse(last.inputs).holdings) {
      // What lies beside a market that was not looked at is nothing.
      const { minimumOrderKrw = '0', bids = [] } = typeof market === 'string' ? {} : market;
      const worth = new Decimal(bids[0]?.[0] ?? 0).times(held);
      const isLittle = typeof market === 'string' ? Number(held) === 0 : worth.lt(new Decimal(minimumOrderKrw).times('1.03'));
      if (!isLittle) lost.push(`case ${caseId} is exhausted and holds ${held} ${asset} for ${worth.toFixed(0)} won`);
    }
  }
  return lost;
}

import type { CivilDate } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { splitByLargestRemainder, Won } from '../kernel/money.ts';
import type { TaxLevel } from './bill-line.ts';

export type BillOrderCriterion = 'prescription_earliest' | 'due_earliest' | 'arisen_earliest' | 'smallest_first' | 'notice_number';

/** What the city has stored about the order of money (policy `appropriation.*`). */
export interface AppropriationRules {
  /** Applied from the first to the last; what is equal under all of them shares in proportion. */
  readonly billOrder: readonly BillOrderCriterion[];
  /** Tier of the 가산세 assessed on a liability that arose on a day: the older text of LTCA 4 counts it as tax. */
  readonly surchargeTierFor: (arisenOn: CivilDate) => 'tax' | 'surcharge';
  readonly lastTierOrder: 'surcharge_first' | 'late_penalty_first' | 'together';
}

/** A cost of enforcement still to be recovered (체납처분비). */
export interface CostClaim {
  readonly costId: string;
  readonly incurredOn: CivilDate;
  readonly outstanding: Won;
}

/** What is unpaid on one tax item of a covered bill, as of the day of the credit. */
export interface LineClaim {
  readonly lineId: string;
  readonly noticeNumber: string;
  readonly taxItem: string;
  readonly level: TaxLevel;
  readonly arisenOn: CivilDate;
  readonly dueOn: CivilDate;
  /** Day from which the claim would be extinct; undefined while nothing runs, which orders it last. */
  readonly prescribedFrom: CivilDate | undefined;
  readonly tax: Won;
  readonly surcharge: Won;
  readonly latePenalty: Won;
}

export type AppropriationTier = 'cost' | 'tax' | 'surcharge';
export type AppropriationComponent = 'cost' | 'tax' | 'surcharge' | 'late_penalty';

/** Money put on one component of one claim, in the order in which it is put. */
export interface Allocation {
  /** From 1. */
  readonly sequence: number;
  readonly tier: AppropriationTier;
  readonly component: AppropriationComponent;
  /** `costId` of a cost, `lineId` of a tax item. */
  readonly claimId: string;
  readonly noticeNumber: string | undefined;
  readonly outstandingBefore: Won;
  readonly amount: Won;
  /** Korean: article and city rule that put it here, and how the amount came about. */
  readonly reason: string;
}

export interface Appropriation {
  readonly allocations: readonly Allocation[];
  readonly allocated: Won;
  /** What is left once every claim is covered: it belongs to the taxpayer (LTCA 99(3)). */
  readonly remainder: Won;
}

/** One component of one claim with its place in the order. Claims of equal rank share. */
interface RankedClaim {
  readonly rank: readonly (number | string)[];
  readonly tier: AppropriationTier;
  readonly component: AppropriationComponent;
  readonly claimId: string;
  readonly noticeNumber: string | undefined;
  readonly outstanding: bigint;
  readonly reason: string;
}

const TIER_RANK = { cost: 0, tax: 1, surcharge: 2 } as const;

/**
 * Puts money on costs and covered bills in the tiers of LTCA 4(1): costs, then tax, then 가산세 with the late penalty; inside the
 * tax tier the province's before the city's (LTCA 4(2), LTBA 2(2)); between bills by the city's rule. A tier gets nothing while
 * an earlier one is open. The order of the input decides nothing; whatever is equal under every rule is split by largest
 * remainder, ties by id. Errors: `AMOUNT_NEGATIVE`, `INPUT_INVALID` for an id given twice.
 */
export function appropriate(
  amount: Won,
  costs: readonly CostClaim[],
  lines: readonly LineClaim[],
  rules: AppropriationRules,
): Appropriation {
  assertUsable(amount, costs, lines);
  const claims = [...costs.map(rankCost), ...lines.flatMap((line) => rankLine(line, rules))].filter(({ outstanding }) => outstanding > 0n);
  const allocations: Allocation[] = [];
  let left = amount.toBigInt();
  for (const equals of inRankOrder(claims)) {
    if (left === 0n) break;
    left -= fill(equals, left, allocations);
  }
  const remainder = Won.of(left);
  return { allocations, allocated: amount.minus(remainder), remainder };
}

/** Puts as much as there is on claims of equal rank and says how much that was. */
function fill(equals: readonly RankedClaim[], available: bigint, allocations: Allocation[]): bigint {
  const outstanding = equals.map((claim) => claim.outstanding);
  const open = outstanding.reduce((sum, part) => sum + part, 0n);
  const used = available < open ? available : open;
  const parts = used === open ? outstanding : splitByLargestRemainder(used, outstanding);
  for (const [index, claim] of equals.entries()) {
    const part = parts[index] ?? 0n;
    if (part === 0n) continue;
    allocations.push({
      sequence: allocations.length + 1,
      tier: claim.tier,
      component: claim.component,
      claimId: claim.claimId,
      noticeNumber: claim.noticeNumber,
      outstandingBefore: Won.of(claim.outstanding),
      amount: Won.of(part),
      reason: `${claim.reason} ${explainAmount(part, claim.outstanding, equals.length)}`,
    });
  }
  return used;
}

function explainAmount(part: bigint, outstanding: bigint, sharers: number): string {
  if (part === outstanding) return '전액 충당.';
  if (sharers === 1) return '남은 금액 범위에서 일부 충당.';
  return `같은 순서의 ${sharers}건에 남은 금액을 비례하여 나눔(끝수는 최대잔여법).`;
}

function rankCost(cost: CostClaim): RankedClaim {
  return {
    rank: [TIER_RANK.cost, cost.incurredOn],
    tier: 'cost',
    component: 'cost',
    claimId: cost.costId,
    noticeNumber: undefined,
    outstanding: cost.outstanding.toBigInt(),
    reason: '지방세징수법 제4조제1항제1호: 체납처분비, 먼저 든 것부터.',
  };
}

function rankLine(line: LineClaim, rules: AppropriationRules): RankedClaim[] {
  const order = billRank(line, rules.billOrder);
  const level = levelRank(line.level);
  const base = { claimId: line.lineId, noticeNumber: line.noticeNumber };
  const between = explainBillOrder(rules.billOrder);
  const surchargeIsTax = rules.surchargeTierFor(line.arisenOn) === 'tax';
  const last = LAST_TIER_RANK[rules.lastTierOrder];
  const inTaxTier = (component: 'tax' | 'surcharge', amount: Won): RankedClaim => ({
    ...base,
    rank: [TIER_RANK.tax, level, ...order, component === 'tax' ? 0 : 1],
    tier: 'tax',
    component,
    outstanding: amount.toBigInt(),
    reason: `${TAX_TIER_REASON[component]}, ${LEVEL_REASON[level]}, ${between}.`,
  });
  const inLastTier = (component: 'surcharge' | 'late_penalty', amount: Won): RankedClaim => ({
    ...base,
    rank: [TIER_RANK.surcharge, last[component], ...order],
    tier: 'surcharge',
    component,
    outstanding: amount.toBigInt(),
    reason: `${LAST_TIER_REASON[component]}, ${between}.`,
  });
  return [
    inTaxTier('tax', line.tax),
    surchargeIsTax ? inTaxTier('surcharge', line.surcharge) : inLastTier('surcharge', line.surcharge),
    inLastTier('late_penalty', line.latePenalty),
  ];
}

const LAST_TIER_RANK = {
  surcharge_first: { surcharge: 0, late_penalty: 1 },
  late_penalty_first: { surcharge: 1, late_penalty: 0 },
  together: { surcharge: 0, late_penalty: 0 },
} as const;

const TAX_TIER_REASON = {
  tax: '지방세징수법 제4조제1항제2호: 지방세(가산세 제외)',
  surcharge: '구 지방세징수법 제4조제1항제2호(법률 제17770호 부칙 제4조): 2023년까지 성립한 지방세의 가산세',
} as const;

const LAST_TIER_REASON = {
  surcharge: '지방세징수법 제4조제1항제3호: 고지된 가산세',
  late_penalty: '지방세징수법 제4조제1항제3호: 납부지연가산세(가산금)',
} as const;

const LEVEL_REASON = ['도세(특별시세·광역시세)를 먼저(제4조제2항)', '시·군·구세'] as const;

/** Metropolitan taxes rank as provincial ones and those of a gu as a city's (LTBA 2(2)). */
function levelRank(level: TaxLevel): 0 | 1 {
  return level === 'province' || level === 'metropolitan' ? 0 : 1;
}

function billRank(line: LineClaim, criteria: readonly BillOrderCriterion[]): string[] {
  return criteria.map((criterion) => criterionRank(line, criterion));
}

/** Text that sorts a line as the criterion wants it. */
function criterionRank(line: LineClaim, criterion: BillOrderCriterion): string {
  switch (criterion) {
    case 'prescription_earliest':
      return line.prescribedFrom ?? '9999-12-31';
    case 'due_earliest':
      return line.dueOn;
    case 'arisen_earliest':
      return line.arisenOn;
    case 'smallest_first':
      return Won.sum([line.tax, line.surcharge, line.latePenalty]).toString().padStart(20, '0');
    case 'notice_number':
      return line.noticeNumber;
  }
}

const CRITERION_REASON = {
  prescription_earliest: '시효 완성이 빠른 것',
  due_earliest: '납부기한이 빠른 것',
  arisen_earliest: '납세의무 성립이 빠른 것',
  smallest_first: '남은 금액이 적은 것',
  notice_number: '고지번호 순',
} as const;

function explainBillOrder(criteria: readonly BillOrderCriterion[]): string {
  if (criteria.length === 0) return '고지 사이에는 순서 없음(시 기준)';
  return `고지 사이는 ${criteria.map((criterion) => CRITERION_REASON[criterion]).join(', ')}(시 기준)`;
}

/** Groups of equal rank from first to last, each in order of id. */
function inRankOrder(claims: readonly RankedClaim[]): RankedClaim[][] {
  const sorted = [...claims].sort((a, b) => compareRank(a.rank, b.rank) || compareText(a.claimId, b.claimId));
  const groups: RankedClaim[][] = [];
  for (const claim of sorted) {
    const group = groups.at(-1);
    if (group?.[0] !== undefined && compareRank(group[0].rank, claim.rank) === 0) group.push(claim);
    else groups.push([claim]);
  }
  return groups;
}

function compareRank(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined) return 1;
    if (left !== right) return left < right ? -1 : 1;
  }
  return a.length - b.length;
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function assertUsable(amount: Won, costs: readonly CostClaim[], lines: readonly LineClaim[]): void {
  const amounts = [
    amount,
    ...costs.map(({ outstanding }) => outstanding),
    ...lines.flatMap((line) => [line.tax, line.surcharge, line.latePenalty]),
  ];
  const negative = amounts.find((figure) => figure.isNegative());
  if (negative !== undefined) {
    throw new CheongsanError('AMOUNT_NEGATIVE', `Money is put on claims of at least zero, got ${negative.toString()} won.`);
  }
  const seen = new Set<string>();
  for (const id of [...costs.map(({ costId }) => costId), ...lines.map(({ lineId }) => lineId)]) {
    if (seen.has(id)) throw new CheongsanError('INPUT_INVALID', `The claim ${id} is given twice; give each claim once.`);
    seen.add(id);
  }
}

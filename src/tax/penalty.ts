import type { CivilDate } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { type Rate, Won } from '../kernel/money.ts';
import type { HolidayCalendar } from './holiday.ts';
import type { LatePenaltyRules, ScaledRate } from './penalty-rules.ts';
import { type PenaltyDates, penaltyStepDays } from './penalty-steps.ts';

/** One tax item of one notice: LTBA 55(4) measures the threshold, and the rounding runs, on it alone. */
export interface PenaltyCase extends PenaltyDates {
  /** Day the liability arose, not the notice's; a secondary debtor's is the primary debtor's (LTBA addendum 17768, article 6). */
  readonly arisenOn: CivilDate;
  /** Tax without 가산세. */
  readonly principal: Won;
  /** 가산세 assessed with it. */
  readonly surcharge: Won;
  /** What has been paid of the tax, and of its 가산세 where that is part of the base; a payment counts from the day after it. */
  readonly payments: readonly { readonly on: CivilDate; readonly amount: Won }[];
  /** True for a bill against a withholding agent, whose penalty LTBA 56 computes otherwise. */
  readonly isWithholdingAgent: boolean;
}

export interface PenaltyStep {
  readonly on: CivilDate;
  readonly base: Won;
  readonly rate: Rate;
  readonly amount: Won;
}

/** A step that arose because a month had passed. */
export interface PenaltyMonth extends PenaltyStep {
  /** First day of the month; it ended the day before `on`. */
  readonly from: CivilDate;
}

/** What has arisen by the start of a day, step by step. The amounts of the steps add up to `total`. */
export interface PenaltyStatement {
  readonly regime: LatePenaltyRules['regime'];
  readonly deadline: CivilDate;
  /** Undefined while the deadline, or a deferral that spans it, has not passed, and when nothing was unpaid then. */
  readonly once: PenaltyStep | undefined;
  readonly months: readonly PenaltyMonth[];
  readonly total: Won;
  readonly suspended: boolean;
}

/** A step in whole won, before it is dressed for reading. */
interface RawStep {
  readonly on: CivilDate;
  readonly base: bigint;
  readonly rate: ScaledRate;
  readonly amount: bigint;
}

interface RawMonth extends RawStep {
  readonly from: CivilDate;
}

interface Accrual {
  readonly deadline: CivilDate;
  readonly once: RawStep | undefined;
  readonly months: readonly RawMonth[];
  readonly suspended: boolean;
}

/** The penalty as of a day, past or future, with every step. Error: `PENALTY_WITHHOLDING_AGENT`, and those of the calendar. */
export function penaltyStatement(
  penaltyCase: PenaltyCase,
  asOf: CivilDate,
  rules: LatePenaltyRules,
  calendar: HolidayCalendar,
): PenaltyStatement {
  const accrual = accrue(penaltyCase, asOf, rules, calendar);
  const { deadline, once, months, suspended } = accrual;
  const toStep = stepDresser();
  return {
    regime: rules.regime,
    deadline,
    once: once === undefined ? undefined : toStep(once),
    months: months.map((month) => ({ from: month.from, ...toStep(month) })),
    total: Won.of(totalOf(accrual)),
    suspended,
  };
}

/** The sum of `penaltyStatement` without its steps, for many bills at once. Same errors. */
export function penaltyTotal(penaltyCase: PenaltyCase, asOf: CivilDate, rules: LatePenaltyRules, calendar: HolidayCalendar): PenaltyTotal {
  const accrual = accrue(penaltyCase, asOf, rules, calendar);
  return { total: Won.of(totalOf(accrual)), suspended: accrual.suspended };
}

export interface PenaltyTotal {
  readonly total: Won;
  readonly suspended: boolean;
}

/** Most steps of a statement share base and amount, so each figure becomes won once. */
function stepDresser(): (step: RawStep) => PenaltyStep {
  const known = new Map<bigint, Won>();
  const toWon = (figure: bigint): Won => {
    const won = known.get(figure) ?? Won.of(figure);
    known.set(figure, won);
    return won;
  };
  return ({ on, base, rate, amount }) => ({ on, base: toWon(base), rate: rate.rate, amount: toWon(amount) });
}

function totalOf({ once, months }: Accrual): bigint {
  return months.reduce((sum, { amount }) => sum + amount, once?.amount ?? 0n);
}

function accrue(penaltyCase: PenaltyCase, asOf: CivilDate, rules: LatePenaltyRules, calendar: HolidayCalendar): Accrual {
  assertComputable(penaltyCase);
  const { deadline, onceOn, months: passed, suspended } = penaltyStepDays(penaltyCase, asOf, rules, calendar);
  if (onceOn > asOf) return { deadline, once: undefined, months: [], suspended };
  const baseOn = baseByDay(penaltyCase, rules);
  const assessed = baseOn(undefined);
  const rounder = new Rounder(rules);
  const onceBase = baseOn(onceOn);
  if (onceBase === 0n) return { deadline, once: undefined, months: [], suspended };
  const once = { on: onceOn, base: onceBase, rate: rules.onceRate, amount: rounder.once(onceBase) };
  const months: RawMonth[] = [];
  for (const { from, on } of passed) {
    const base = baseOn(on);
    const measured = rules.thresholdMeasure === 'assessed' ? assessed : base;
    if (base === 0n || measured < rules.monthlyThreshold) continue;
    const rate = monthlyRateOf(on, rules);
    months.push({ from, on, base, rate, amount: rounder.month(base, rate) });
  }
  return { deadline, once, months, suspended };
}

function assertComputable(penaltyCase: PenaltyCase): void {
  if (penaltyCase.isWithholdingAgent) {
    throw new CheongsanError(
      'PENALTY_WITHHOLDING_AGENT',
      'The late penalty of a withholding agent follows LTBA 56, which is not computed here; take its amount from the official ledger.',
    );
  }
  const amounts = [penaltyCase.principal, penaltyCase.surcharge, ...penaltyCase.payments.map(({ amount }) => amount)];
  const negative = amounts.find((amount) => amount.isNegative());
  if (negative !== undefined) {
    throw new CheongsanError('AMOUNT_NEGATIVE', `A penalty needs amounts of at least zero, got ${negative.toString()} won.`);
  }
}

/** What is unpaid at 0:00 of a day, in whole won; without a day, what was assessed. Payments of the day itself come after 0:00. */
function baseByDay(penaltyCase: PenaltyCase, rules: LatePenaltyRules): (day: CivilDate | undefined) => bigint {
  const surcharge = rules.baseIncludesSurcharge ? penaltyCase.surcharge.toBigInt() : 0n;
  const assessed = penaltyCase.principal.toBigInt() + surcharge;
  const payments = penaltyCase.payments.map(({ on, amount }) => ({ on, amount: amount.toBigInt() }));
  return (day) => {
    if (day === undefined) return assessed;
    const paid = payments.reduce((sum, payment) => (payment.on < day ? sum + payment.amount : sum), 0n);
    return paid < assessed ? assessed - paid : 0n;
  };
}

/** Error: `POLICY_UNKNOWN` when no monthly rate is in force on the day. */
function monthlyRateOf(stepOn: CivilDate, rules: LatePenaltyRules): ScaledRate {
  const isInForce = (from: CivilDate): boolean => (rules.rateOfStep === 'step_day' ? from <= stepOn : from < stepOn);
  const rate = rules.monthlyRates.findLast(({ from }) => isInForce(from));
  if (rate === undefined) {
    throw new CheongsanError(
      'POLICY_UNKNOWN',
      `No monthly rate of the late penalty is in force on ${stepOn}; add it to late_penalty.monthly_rates.`,
    );
  }
  return rate;
}

/**
 * Drops what is below the rounding unit, at each step or only of a running sum. A step is always what it adds to the rounded
 * sum, so the steps add up to the total under every reading.
 */
class Rounder {
  readonly #rules: LatePenaltyRules;
  readonly #divisor: bigint;
  /** Unrounded sum so far, over the rate denominator. */
  #carried = 0n;

  constructor(rules: LatePenaltyRules) {
    this.#rules = rules;
    this.#divisor = rules.rateDenominator * rules.roundingUnit;
  }

  once(base: bigint): bigint {
    const exact = base * this.#rules.onceRate.numerator;
    if (this.#rules.rounding === 'total') this.#carried = exact;
    return this.#rounded(exact);
  }

  month(base: bigint, rate: ScaledRate): bigint {
    const exact = base * rate.numerator;
    if (this.#rules.rounding === 'each_step') return this.#rounded(exact);
    const before = this.#rounded(this.#carried);
    this.#carried += exact;
    return this.#rounded(this.#carried) - before;
  }

  #rounded(exact: bigint): bigint {
    return (exact / this.#divisor) * this.#rules.roundingUnit;
  }
}

import type { CivilDate } from '../kernel/civil-date.ts';
import { Won } from '../kernel/money.ts';
import type { LineClaim } from './appropriation.ts';
import type { BillLine, Credit } from './bill-line.ts';
import type { HolidayCalendar } from './holiday.ts';
import { penaltyTotal } from './penalty.ts';
import type { LatePenaltyRules } from './penalty-rules.ts';

/** What computing a debt depends on besides the bills. */
export interface OwedParameters {
  readonly penaltyRulesFor: (arisenOn: CivilDate) => LatePenaltyRules;
  readonly calendar: HolidayCalendar;
}

/** What is unpaid on one tax item as of a day. */
export interface OwedLine {
  readonly line: BillLine;
  readonly tax: Won;
  readonly surcharge: Won;
  /** Late penalty that has arisen by the start of the day and is unpaid. */
  readonly latePenalty: Won;
  readonly total: Won;
  /** True while a deferral keeps the penalty from being collected (LTCA 28). */
  readonly penaltySuspended: boolean;
  /** Credited beyond what was owed, for example after a reduction; owed back, and never set against another line (LTCA 21). */
  readonly overpaid: Won;
}

export interface Owed {
  readonly lines: readonly OwedLine[];
  readonly total: Won;
}

/**
 * What is owed on bills as of a day, past or future: credits up to and including that day, penalty as it stands at its start. For
 * a future day this is the need a sale must cover at settlement. Errors of `penaltyTotal`.
 */
export function owedOn(lines: readonly BillLine[], asOf: CivilDate, parameters: OwedParameters): Owed {
  const owedLines = lines.map((line) => owedLineOn(line, asOf, parameters));
  return { lines: owedLines, total: Won.sum(owedLines.map(({ total }) => total)) };
}

function owedLineOn(line: BillLine, asOf: CivilDate, { penaltyRulesFor, calendar }: OwedParameters): OwedLine {
  const rules = penaltyRulesFor(line.arisenOn);
  const payments = line.credits.map((credit) => ({ on: credit.on, amount: creditToBase(credit, rules) }));
  const penalty = penaltyTotal({ ...line, payments }, asOf, rules, calendar);
  const credits = line.credits.filter(({ on }) => on <= asOf);
  const tax = line.principal.minus(Won.sum(credits.map((credit) => credit.tax)));
  const surcharge = line.surcharge.minus(Won.sum(credits.map((credit) => credit.surcharge)));
  const latePenalty = penalty.total.minus(Won.sum(credits.map((credit) => credit.penalty)));
  const balances = [tax, surcharge, latePenalty];
  return {
    line,
    tax: atLeastZero(tax),
    surcharge: atLeastZero(surcharge),
    latePenalty: atLeastZero(latePenalty),
    total: Won.sum(balances.map(atLeastZero)),
    penaltySuspended: penalty.suspended,
    overpaid: Won.sum(balances.map((balance) => atLeastZero(balance.negated()))),
  };
}

function creditToBase(credit: Credit, rules: LatePenaltyRules): Won {
  return rules.baseIncludesSurcharge ? credit.tax.plus(credit.surcharge) : credit.tax;
}

function atLeastZero(amount: Won): Won {
  return amount.isNegative() ? Won.zero : amount;
}

/** What may be claimed on a line: a penalty that a deferral keeps from being collected is no claim meanwhile (LTCA 28(1), (2)). */
export function lineClaim(
  { line, tax, surcharge, latePenalty, penaltySuspended }: OwedLine,
  prescribedFrom: CivilDate | undefined,
): LineClaim {
  const { lineId, noticeNumber, taxItem, level, arisenOn, dueOn } = line;
  const claimable = penaltySuspended ? Won.zero : latePenalty;
  return { lineId, noticeNumber, taxItem, level, arisenOn, dueOn, prescribedFrom, tax, surcharge, latePenalty: claimable };
}

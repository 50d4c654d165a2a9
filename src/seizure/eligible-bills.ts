import type { CivilDate } from '../kernel/civil-date.ts';
import { CheongsanError, type ErrorCode } from '../kernel/errors.ts';
import type { BillState } from '../tax/bill-state.ts';
import { seizableBill } from '../tax/bill-state.ts';
import type { TaxRules } from '../tax/rules.ts';
import { seizabilityOn } from '../tax/seizability.ts';

/** One reason against seizing for a bill, with the code under which it is refused. */
export interface BillBar {
  readonly code: ErrorCode;
  /** Korean, with article and dates. */
  readonly text: string;
  readonly endsOn: CivilDate | undefined;
}

export interface BarredBill {
  readonly billId: number;
  readonly noticeNumber: string;
  readonly bars: readonly BillBar[];
}

/** A person's bills, parted into those a seizure may cover and those it may not, each of the latter with every reason. */
export interface SortedBills {
  readonly eligible: readonly BillState[];
  readonly barred: readonly BarredBill[];
  /** Notices whose 정리보류 the seizure must revoke, since property was found (LTCA 106). */
  readonly revokesWriteOff: readonly string[];
}

/**
 * Judges each bill for a seizure on a day, and on the earlier day on which its property was taken already, if it was. Errors of the
 * calendar only: a bar is an answer.
 */
export function sortBills(bills: readonly BillState[], on: CivilDate, rules: TaxRules, takenOn: CivilDate = on): SortedBills {
  const eligible: BillState[] = [];
  const barred: BarredBill[] = [];
  const revokesWriteOff: string[] = [];
  for (const bill of bills) {
    const barsNow = barsOf(bill, on, rules);
    const bars = barsNow.length > 0 || takenOn === on ? barsNow : barsOf(bill, takenOn, rules);
    if (bars.length > 0) {
      barred.push({ billId: bill.billId, noticeNumber: bill.noticeNumber, bars });
      continue;
    }
    eligible.push(bill);
    if (bill.seizability.writeOff === 'held') revokesWriteOff.push(bill.noticeNumber);
  }
  return { eligible, barred, revokesWriteOff };
}

/** Every reason against seizing for a bill on a day; empty when it may be seized for. */
export function barsOf(bill: BillState, on: CivilDate, rules: TaxRules): BillBar[] {
  if (bill.lines.some(({ isWithholdingAgent }) => isWithholdingAgent)) return [WITHHOLDING_AGENT];
  const bars = seizabilityOn(seizableBill(bill, on, rules), on, rules.seizabilityParametersFor(on)).bars;
  return [...bars, ...(bill.pendingUpdates > 0 ? [UPDATE_PENDING] : [])];
}

const WITHHOLDING_AGENT: BillBar = {
  code: 'PENALTY_WITHHOLDING_AGENT',
  text: '특별징수의무자의 체납액은 가산세를 이 시스템에서 계산하지 않음(지방세기본법 제56조).',
  endsOn: undefined,
};

const UPDATE_PENDING: BillBar = {
  code: 'SEIZURE_BILL_BARRED',
  text: '결재되지 않은 체납액 변동이 있음(지방세기본법 제58조).',
  endsOn: undefined,
};

/** The refusal that stands for a list of barred bills: the first bar of the first bill, with all of them as facts. */
export function barredError(barred: readonly BarredBill[], what: string): CheongsanError {
  const [first] = barred;
  const [bar] = first?.bars ?? [];
  if (first === undefined || bar === undefined) throw new CheongsanError('INTERNAL', `${what} was refused for no reason.`);
  const notices = barred.map(({ noticeNumber, bars }) => `${noticeNumber} (${bars.map(({ code }) => code).join(', ')})`);
  return new CheongsanError(bar.code, `${what} may not be seized for: ${notices.join('; ')}.`, {
    facts: { bills: barred.map(({ billId, bars }) => ({ billId, codes: bars.map(({ code }) => code) })) },
  });
}

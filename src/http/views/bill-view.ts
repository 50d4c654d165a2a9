import { z } from 'zod';
import type { Bill } from '../../database/generated/client.ts';
import { TaxLevel, WriteOffState } from '../../database/generated/enums.ts';
import type { Transaction } from '../../database/work.ts';
import { type CivilDate, dayFromColumn } from '../../kernel/civil-date.ts';
import { Won } from '../../kernel/money.ts';
import { readPolicy } from '../../policy/book.ts';
import { barsOf } from '../../seizure/eligible-bills.ts';
import { type BillState, loadBillStates, owedOnBills } from '../../tax/bill-state.ts';
import type { OwedLine } from '../../tax/owed.ts';
import { type TaxRules, taxRules } from '../../tax/rules.ts';
import { dayText, rowId, wonText } from '../schemas.ts';

const owedLineAnswer = z.object({
  billLineId: rowId,
  taxItem: z.string().meta({ example: '자동차세' }),
  level: z.enum(TaxLevel),
  taxKrw: wonText,
  surchargeKrw: wonText,
  latePenaltyKrw: wonText,
  totalKrw: wonText,
  penaltySuspended: z.boolean().meta({ example: false }),
  overpaidKrw: wonText.meta({ example: '0' }),
});

/** A bill with what is owed on it as of a day. Names nobody. */
export const billAnswer = z
  .object({
    id: rowId,
    noticeNumber: z.string().meta({ example: '2023-110-000123' }),
    personId: rowId,
    taxYear: z.int().meta({ example: 2023 }),
    arisenOn: dayText,
    dueOn: dayText,
    dunningServedOn: dayText.nullable(),
    dunningDeadlineOn: dayText.nullable(),
    writeOffState: z.enum(WriteOffState),
    pendingUpdates: z.int().meta({ description: '결재되지 않은 체납액 변동', example: 0 }),
    owed: z
      .object({ lines: z.array(owedLineAnswer), totalKrw: wonText })
      .nullable()
      .meta({ description: '계산할 수 없으면 null' }),
    notComputable: z.string().nullable().meta({ description: '계산할 수 없는 까닭', example: null }),
    bars: z
      .array(z.object({ code: z.string(), text: z.string(), endsOn: dayText.nullable() }))
      .meta({ description: '오늘 이 체납액으로 압류할 수 없는 까닭', example: [] }),
  })
  .meta({ id: 'Bill', description: '체납 건' });
export type BillAnswer = z.input<typeof billAnswer>;

type Reader = Pick<Transaction, 'bill' | 'policyValue'>;

/** Bills as of a day, in the order of their ids. Error: `NOT_FOUND`. */
export async function viewBills(reader: Reader, billIds: readonly number[], asOf: CivilDate): Promise<BillAnswer[]> {
  const rules = taxRules(await readPolicy(reader));
  const states = await loadBillStates(reader, billIds);
  const rows = await reader.bill.findMany({ where: { id: { in: states.map(({ billId }) => billId) } } });
  const rowOf = new Map(rows.map((row) => [row.id, row]));
  return states.flatMap((state) => {
    const row = rowOf.get(state.billId);
    return row === undefined ? [] : [toAnswer(row, state, asOf, rules)];
  });
}

function toAnswer(bill: Bill, state: BillState, asOf: CivilDate, rules: TaxRules): BillAnswer {
  return {
    id: bill.id,
    noticeNumber: bill.noticeNumber,
    personId: bill.personId,
    taxYear: bill.taxYear,
    arisenOn: dayFromColumn(bill.arisenOn),
    dueOn: dayFromColumn(bill.dueOn),
    dunningServedOn: bill.dunningServedOn === null ? null : dayFromColumn(bill.dunningServedOn),
    dunningDeadlineOn: bill.dunningDeadlineOn === null ? null : dayFromColumn(bill.dunningDeadlineOn),
    writeOffState: bill.writeOffState,
    pendingUpdates: state.pendingUpdates,
    ...owedOf(state, asOf, rules),
    bars: barsOf(state, asOf, rules).map(({ code, text, endsOn }) => ({ code, text, endsOn: endsOn ?? null })),
  };
}

/** What is owed, or why nobody here can say it: the penalty of withholding agents is computed elsewhere (LTBA 56). */
function owedOf(state: BillState, asOf: CivilDate, rules: TaxRules): Pick<BillAnswer, 'owed' | 'notComputable'> {
  if (state.lines.some(({ isWithholdingAgent }) => isWithholdingAgent)) return { owed: null, notComputable: 'PENALTY_WITHHOLDING_AGENT' };
  const { lines, total } = owedOnBills([state], asOf, rules);
  return { owed: { lines: lines.map(toLine), totalKrw: total.toString() }, notComputable: null };
}

function toLine({ line, tax, surcharge, latePenalty, total, penaltySuspended, overpaid }: OwedLine) {
  return {
    billLineId: Number(line.lineId),
    taxItem: line.taxItem,
    level: line.level,
    taxKrw: tax.toString(),
    surchargeKrw: surcharge.toString(),
    latePenaltyKrw: latePenalty.toString(),
    totalKrw: total.toString(),
    penaltySuspended,
    overpaidKrw: overpaid.toString(),
  };
}

/** The sum over bills of which it can be said. */
export function totalOwed(bills: readonly BillAnswer[]): Won {
  return Won.sum(bills.flatMap(({ owed }) => (owed === null ? [] : [Won.of(owed.totalKrw)])));
}

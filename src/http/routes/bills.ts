import { z } from 'zod';
import { type CivilDate, dayFromColumn, seoulDay } from '../../kernel/civil-date.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { readPolicy } from '../../policy/book.ts';
import { loadBillStates } from '../../tax/bill-state.ts';
import { type PenaltyMonth, type PenaltyStep, penaltyStatement } from '../../tax/penalty.ts';
import { taxRules } from '../../tax/rules.ts';
import { assertCaseExists } from '../known-case.ts';
import { NONE, type Route, read } from '../route.ts';
import { dayInput, dayText, instantText, pathId, rowId, wonText } from '../schemas.ts';
import type { Services } from '../services.ts';
import { billAnswer, totalOwed, viewBills } from '../views/bill-view.ts';

const asOfQuery = z.object({ asOf: dayInput.exactOptional().meta({ description: '기준일, 없으면 오늘' }) });
const billsAnswer = z.object({ asOf: dayText, bills: z.array(billAnswer), totalKrw: wonText });

function dayOf({ database }: Services, { asOf }: { readonly asOf?: CivilDate }): CivilDate {
  return asOf ?? seoulDay(database.clock.now());
}

async function answerBills(services: Services, billIds: readonly number[], query: { readonly asOf?: CivilDate }) {
  const asOf = dayOf(services, query);
  const bills = await viewBills(services.database.read, billIds, asOf);
  return { asOf, bills, totalKrw: totalOwed(bills).toString() };
}

const stepAnswer = z.object({ on: dayText, baseKrw: wonText, rate: z.string().meta({ example: '0.03' }), amountKrw: wonText });

const monthAnswer = stepAnswer.extend({ from: dayText.meta({ description: '1개월의 첫날. on의 전날에 끝난다' }) });

function toStep({ on, base, rate, amount }: PenaltyStep): z.input<typeof stepAnswer> {
  return { on, baseKrw: base.toString(), rate: rate.toString(), amountKrw: amount.toString() };
}

function toMonth(month: PenaltyMonth): z.input<typeof monthAnswer> {
  return { from: month.from, ...toStep(month) };
}

const penaltyAnswer = z.object({
  asOf: dayText,
  lines: z.array(
    z.object({
      billLineId: rowId,
      taxItem: z.string().meta({ example: '자동차세' }),
      regime: z.enum(['additional_charge', 'late_payment_surcharge']),
      deadline: dayText,
      once: stepAnswer.nullable(),
      months: z.array(monthAnswer),
      totalKrw: wonText,
      suspended: z.boolean(),
    }),
  ),
});

const listRoutes: readonly Route[] = [
  read({
    operationId: 'listBillsOfPerson',
    tag: 'bill',
    summary: '한 체납자의 체납 건과 기준일의 체납액',
    path: '/persons/{personId}/bills',
    permission: 'bill.read',
    params: z.object({ personId: pathId }),
    query: asOfQuery,
    answer: billsAnswer,
    handle: async ({ services, params, query }) => {
      const bills = await services.database.read.bill.findMany({ where: params, select: { id: true }, orderBy: { id: 'asc' } });
      return answerBills(
        services,
        bills.map(({ id }) => id),
        query,
      );
    },
  }),
  read({
    operationId: 'listBillsOfCase',
    tag: 'bill',
    summary: '압류에 관계되는 체납 건과 기준일의 체납액',
    path: '/cases/{caseId}/bills',
    permission: 'bill.read',
    params: z.object({ caseId: pathId }),
    query: asOfQuery,
    answer: billsAnswer,
    handle: async ({ services, params, query }) => {
      await assertCaseExists(services.database.read, params.caseId);
      const bills = await services.database.read.caseBill.findMany({ where: params, select: { billId: true }, orderBy: { billId: 'asc' } });
      return answerBills(
        services,
        bills.map(({ billId }) => billId),
        query,
      );
    },
  }),
  read({
    operationId: 'findBill',
    tag: 'bill',
    summary: '고지번호로 체납 건 찾기',
    path: '/bills',
    permission: 'bill.read',
    params: NONE,
    query: asOfQuery.extend({ noticeNumber: z.string().min(1).max(40).meta({ example: '2023-110-000123' }) }),
    answer: billsAnswer,
    handle: async ({ services, query: { noticeNumber, ...query } }) => {
      const bill = await services.database.read.bill.findUnique({ where: { noticeNumber }, select: { id: true } });
      return answerBills(services, bill === null ? [] : [bill.id], query);
    },
  }),
];

const billRoutesOfOne: readonly Route[] = [
  read({
    operationId: 'getBill',
    tag: 'bill',
    summary: '체납 건과 기준일의 체납액',
    path: '/bills/{billId}',
    permission: 'bill.read',
    params: z.object({ billId: pathId }),
    query: asOfQuery,
    answer: billAnswer,
    handle: async ({ services, params: { billId }, query }) => {
      const [bill] = await viewBills(services.database.read, [billId], dayOf(services, query));
      if (bill === undefined) throw new CheongsanError('NOT_FOUND', `There is no bill ${billId}.`);
      return bill;
    },
  }),
  read({
    operationId: 'getPenaltyStatement',
    tag: 'bill',
    summary: '세목별 납부지연가산세 계산 내역',
    path: '/bills/{billId}/penalty',
    permission: 'bill.read',
    params: z.object({ billId: pathId }),
    query: asOfQuery,
    answer: penaltyAnswer,
    handle: async ({ services, params: { billId }, query }) => {
      const { read: reader } = services.database;
      const asOf = dayOf(services, query);
      const rules = taxRules(await readPolicy(reader));
      const [bill] = await loadBillStates(reader, [billId]);
      const lines = (bill?.lines ?? []).map((line) => {
        const penaltyRules = rules.penaltyRulesFor(line.arisenOn);
        const payments = line.credits.map(({ on, tax, surcharge }) => ({
          on,
          amount: penaltyRules.baseIncludesSurcharge ? tax.plus(surcharge) : tax,
        }));
        const { once, months, total, ...rest } = penaltyStatement({ ...line, payments }, asOf, penaltyRules, rules.calendar);
        return {
          billLineId: Number(line.lineId),
          taxItem: line.taxItem,
          regime: rest.regime,
          deadline: rest.deadline,
          once: once === undefined ? null : toStep(once),
          months: months.map(toMonth),
          totalKrw: total.toString(),
          suspended: rest.suspended,
        };
      });
      return { asOf, lines };
    },
  }),
  read({
    operationId: 'listReceiptsOfBill',
    tag: 'bill',
    summary: '체납 건의 수납 내역',
    path: '/bills/{billId}/receipts',
    permission: 'bill.read',
    params: z.object({ billId: pathId }),
    query: NONE,
    answer: z.array(
      z.object({
        id: rowId,
        receiptNumber: z.string(),
        billLineId: rowId,
        tier: z.enum(['cost', 'tax', 'surcharge', 'late_penalty']),
        amountKrw: wonText,
        occurredOn: dayText,
        source: z.string().meta({ example: 'distribution:7' }),
        caseId: rowId.nullable(),
        exportedAt: instantText.nullable(),
      }),
    ),
    handle: async ({ services: { database }, params }) => {
      const receipts = await database.read.billReceipt.findMany({ where: params, orderBy: { id: 'asc' } });
      return receipts.map(({ id, receiptNumber, billLineId, tier, amountKrw, occurredOn, source, caseId, exportedAt }) => ({
        id,
        receiptNumber,
        billLineId,
        tier,
        amountKrw: amountKrw.toString(),
        occurredOn: dayFromColumn(occurredOn),
        source,
        caseId,
        exportedAt: exportedAt?.toISOString() ?? null,
      }));
    },
  }),
];

export const billRoutes: readonly Route[] = [...listRoutes, ...billRoutesOfOne];

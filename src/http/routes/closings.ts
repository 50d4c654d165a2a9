import { z } from 'zod';
import { MonthClosingState, TaxLevel } from '../../database/generated/enums.ts';
import { dayFromColumn } from '../../kernel/civil-date.ts';
import { requestClosing } from '../../registers/closing/close-month.ts';
import { type MonthView, viewMonth } from '../../registers/closing/month-view.ts';
import { monthText, OBSTACLES } from '../../registers/closing/obstacles.ts';
import { recordTreasuryMonth } from '../../registers/closing/treasury-month.ts';
import { command, NONE, type Route, read } from '../route.ts';
import {
  dayText,
  factsAnswer,
  instantText,
  lineText,
  monthInput,
  monthOut,
  pageAnswer,
  pageArgs,
  pageQuery,
  reasonText,
  rowId,
  toPage,
  wonInput,
  wonText,
} from '../schemas.ts';

const figure = z.string().meta({ example: '1200000' });
const level = z.enum(TaxLevel).meta({ description: '세목의 귀속 (province: 도, metropolitan: 광역, city: 시, gu: 구)', example: 'city' });

const monthAnswer = z.object({
  month: monthOut,
  dueOn: dayText.meta({ description: '마감 기한' }),
  closedAt: instantText.nullable(),
  obstacles: z.array(
    z.object({
      code: z.enum(Object.keys(OBSTACLES)).meta({ example: 'treasury_unheard' }),
      title: z.string().meta({ example: '금고의 월계표를 아직 기록하지 않았습니다.' }),
      facts: factsAnswer,
    }),
  ),
  figures: z.array(
    z.object({
      chart: z.string().meta({ example: '1510' }),
      name: z.string().meta({ example: '시금고 세입' }),
      asset: z.string().meta({ example: 'KRW' }),
      opening: figure,
      debit: figure,
      credit: figure,
      closing: figure,
    }),
  ),
  treasury: z.array(z.object({ level, treasuryKrw: wonText.nullable(), ledgerKrw: wonText })),
});

function toMonth({ month, dueOn, closedAt, obstacles, figures, treasury }: MonthView): z.input<typeof monthAnswer> {
  return {
    month: monthText(month),
    dueOn,
    closedAt: closedAt?.toISOString() ?? null,
    obstacles: obstacles.map(({ code, facts }) => ({ code, title: OBSTACLES[code].title, facts })),
    figures: [...figures],
    treasury: treasury.map(({ treasuryKrw, ...row }) => ({ ...row, treasuryKrw: treasuryKrw ?? null })),
  };
}

export const closingRoutes: readonly Route[] = [
  read({
    operationId: 'listClosings',
    tag: 'treasury',
    summary: '징수부 마감 목록',
    path: '/closings',
    permission: 'ledger.read',
    params: NONE,
    query: z.object(pageQuery),
    answer: pageAnswer(
      z.object({
        id: rowId,
        month: monthOut,
        state: z
          .enum(MonthClosingState)
          .meta({ description: 'requested: 결재 대기, closed: 마감, rejected: 반려·실효', example: 'closed' }),
        approvalId: rowId.nullable(),
        figuresDigest: z.string().meta({ example: '9f…' }),
        createdAt: instantText,
        closedAt: instantText.nullable(),
      }),
    ),
    handle: async ({ services: { database }, query }) =>
      toPage(await database.read.monthClosing.findMany(pageArgs(query)), query, (row) => ({
        id: row.id,
        month: monthText(dayFromColumn(row.month)),
        state: row.state,
        approvalId: row.approvalId,
        figuresDigest: row.figuresDigest,
        createdAt: row.createdAt.toISOString(),
        closedAt: row.closedAt?.toISOString() ?? null,
      })),
  }),
  read({
    operationId: 'getMonth',
    tag: 'treasury',
    summary: '한 달의 합계, 금고와의 비교, 마감을 막는 까닭',
    path: '/closings/months/{month}',
    permission: 'ledger.read',
    params: z.object({ month: monthInput }),
    query: NONE,
    answer: monthAnswer,
    handle: async ({ services: { database }, params: { month } }) => toMonth(await viewMonth(database, month)),
  }),
  command({
    operationId: 'recordTreasuryMonth',
    tag: 'treasury',
    summary: '금고 월계표의 세입을 기록 (장부는 움직이지 않음)',
    path: '/closings/treasury-months',
    permission: 'bank.import',
    params: NONE,
    query: NONE,
    body: z.object({
      month: monthInput,
      level,
      receivedKrw: wonInput,
      documentNumber: lineText(80, '금고-2026-03').meta({ description: '월계표의 문서 번호' }),
    }),
    answer: z.object({ treasuryMonthId: rowId }),
    handle: async (work, { body: { receivedKrw, ...word } }) => ({
      treasuryMonthId: await recordTreasuryMonth(work, { ...word, received: receivedKrw }),
    }),
  }),
  command({
    operationId: 'requestClosing',
    tag: 'treasury',
    summary: '한 달의 징수부를 마감하는 결재를 올림',
    path: '/closings/approval-requests',
    permission: 'month_closing.propose',
    params: NONE,
    query: NONE,
    body: z.object({ month: monthInput, reason: reasonText }),
    answer: z.object({ closingId: rowId, approvalId: rowId }),
    handle: (work, { body }) => requestClosing(work, body),
  }),
];

import { z } from 'zod';
import { readPolicy } from '../../policy/book.ts';
import { differences } from '../../tax/receivables.ts';
import { taxRules } from '../../tax/rules.ts';
import { NONE, type Route, read } from '../route.ts';
import { dayText, wonText } from '../schemas.ts';

const differenceAnswer = z
  .object({
    noticeNumber: z.string().meta({ example: '2023-110-000123' }),
    taxItemCode: z.string().meta({ example: '140' }),
    ledgerPrincipalKrw: wonText,
    ledgerSurchargeKrw: wonText,
    figuresPrincipalKrw: wonText,
    figuresSurchargeKrw: wonText,
    officialAsOf: dayText.nullable(),
    officialPrincipalKrw: wonText.nullable(),
    officialSurchargeKrw: wonText.nullable(),
    officialPenaltyKrw: wonText.nullable(),
    computedPenaltyKrw: wonText.nullable().meta({ description: '같은 날의 우리 계산' }),
    unexportedKrw: wonText.meta({ description: '아직 보내지 않은 수납' }),
    pendingKrw: wonText.meta({ description: '결재를 기다리는 변동' }),
  })
  .meta({ id: 'BookDifference', description: '장부와 지방세 전산망이 다른 세목' });

export const bookDifferenceRoutes: readonly Route[] = [
  read({
    operationId: 'getBookDifferences',
    tag: 'bill',
    summary: '우리 장부와 지방세 전산망의 체납 잔액 차이',
    path: '/official-balances/differences',
    permission: 'bill.read',
    params: NONE,
    query: NONE,
    answer: z.object({
      lineCount: z.int().meta({ description: '세목 수', example: 412 }),
      comparedCount: z.int().meta({ description: '전산망의 잔액이 있는 세목 수', example: 412 }),
      ledgerKrw: wonText,
      figuresKrw: wonText,
      officialKrw: wonText,
      ledgerComparedKrw: wonText,
      rows: z.array(differenceAnswer),
    }),
    handle: async ({ services: { database } }) => {
      const { rows, ...totals } = await differences(database.read, taxRules(await readPolicy(database.read)));
      return { ...totals, rows: rows.map((row) => ({ ...row })) };
    },
  }),
];

import { z } from 'zod';
import { type BalanceAt, balancesAsOf } from '../../custody/balance-report.ts';
import { EXPLANATION_KINDS } from '../../custody/explanation-kinds.ts';
import { ExplanationKind } from '../../database/generated/enums.ts';
import type { Transaction } from '../../database/work.ts';
import { CHART, type ChartCode } from '../../ledger/chart.ts';
import { dayText, decimalText } from '../schemas.ts';
import { balancesOfAccount, latestBalanceAnswer } from './balance-view.ts';

const explainedAnswer = z.object({
  kind: z.enum(ExplanationKind),
  title: z.string().meta({ example: '에어드롭' }),
  quantity: decimalText.meta({ description: '모자람은 음수', example: '0.1' }),
  reference: z.string().meta({ example: '거래소 공지 2026-31' }),
  occurredOn: dayText,
});

const underWay = decimalText.nullable();

/** What lies at an account, or lay there at a past instant: of the past nobody knows what was under way. */
export const balanceAnswer = latestBalanceAnswer
  .extend({
    underWayLess: underWay.meta({ description: '진행 중인 일로 줄 수 있는 양, 지난 시각에는 없음', example: '0' }),
    underWayMore: underWay.meta({ description: '진행 중인 일로 늘 수 있는 양, 지난 시각에는 없음', example: '0' }),
    postedQuantity: underWay.meta({ description: '나중에 기록되었어도 그날까지의 것으로 셈한 수량, 지금은 없음', example: null }),
    explained: z.array(explainedAnswer).meta({ description: '두 담당자가 설명한 차이, 지금은 빈 목록' }),
  })
  .meta({ id: 'AccountBalanceAt', description: '계정의 잔액 (지금 또는 지난 시각)' });

/** Errors: those of `balancesAsOf`. */
export async function balancesNowOrAt(
  reader: Transaction,
  { accountId, asOf, now }: { readonly accountId: number; readonly asOf: Date | undefined; readonly now: Date },
): Promise<z.input<typeof balanceAnswer>[]> {
  if (asOf !== undefined) return (await balancesAsOf(reader, { accountId, instant: asOf, now })).map(toAnswer);
  return (await balancesOfAccount(reader, accountId)).map((balance) => ({ ...balance, postedQuantity: null, explained: [] }));
}

function toAnswer({ asset, bookedQuantity, postedQuantity, parts, explained, reading }: BalanceAt): z.input<typeof balanceAnswer> {
  const part = (chart: ChartCode) => parts.find((each) => each.chart === chart)?.quantity ?? '0';
  return {
    asset,
    ledgerQuantity: bookedQuantity,
    underWayLess: null,
    underWayMore: null,
    gasFloat: part(CHART.gasFloat),
    unexplained: part(CHART.unexplained),
    reading: reading === undefined ? null : { ...reading, readAt: reading.readAt.toISOString() },
    postedQuantity,
    explained: explained.map(({ occurredOn, ...line }) => ({ ...line, title: EXPLANATION_KINDS[line.kind].title, occurredOn })),
  };
}

import { writeCsv } from '../../document/csv/csv-writer.ts';
import type { TextEncoding } from '../../document/csv/text-encoding.ts';
import type { WritableColumn, WritableTable } from '../../document/table-content.ts';
import { seoulDay, seoulTime } from '../../kernel/civil-date.ts';
import type { Decimal } from '../../kernel/decimal.ts';
import { averageSecondsToFill, basisPoints, type MeasuredFill, passiveShare } from './cost.ts';
import type { CaseLine, PeriodReport } from './period-report.ts';
import { type CaseReport, fillsOf, type HoldingReport } from './report.ts';
import { SALE_STATE_TITLES } from './sale-state.ts';

export const STYLE_TITLES = { cross: '즉시 체결', passive: '호가 대기' } as const;
export const NO_FILLS_TITLE = '체결 없음';

interface FillRow {
  readonly caseNumber: string;
  readonly holding: HoldingReport;
  readonly measured: MeasuredFill;
}

const FILL_COLUMNS: readonly WritableColumn<FillRow>[] = [
  { header: '사건번호', kind: 'text', value: ({ caseNumber }) => caseNumber },
  { header: '가상자산', kind: 'text', value: ({ holding }) => holding.asset },
  { header: '거래소', kind: 'text', value: ({ measured }) => measured.fill.venue },
  { header: '주문', kind: 'decimal', value: ({ measured }) => String(measured.fill.orderId) },
  { header: '거래소 체결번호', kind: 'text', value: ({ measured }) => measured.fill.tradeId },
  { header: '주문 방식', kind: 'text', value: ({ measured }) => STYLE_TITLES[measured.fill.style] },
  { header: '체결일', kind: 'date', value: ({ measured }) => seoulDay(measured.fill.filledAt) },
  { header: '체결시각(서울)', kind: 'text', value: ({ measured }) => seoulTime(measured.fill.filledAt) },
  { header: '수량', kind: 'decimal', value: ({ measured }) => measured.fill.quantity.toString() },
  { header: '체결가(원)', kind: 'decimal', value: ({ measured }) => measured.fill.price.toString() },
  { header: '체결대금(원)', kind: 'decimal', value: ({ measured }) => measured.fill.proceeds.toString() },
  { header: '수수료(원)', kind: 'decimal', value: ({ measured }) => measured.fill.fee.toString() },
  { header: '판단에서 체결까지(초)', kind: 'decimal', value: ({ measured }) => secondsToFill(measured) },
  { header: '도착가(원)', kind: 'decimal', value: ({ measured }) => measured.arrivalPrice?.toString() },
  { header: '판단 때 중간가(원)', kind: 'decimal', value: ({ measured }) => measured.fill.mid?.toString() },
  { header: '도착가 대비 비용(원)', kind: 'decimal', value: ({ measured }) => measured.arrival?.total.toFixed() },
  { header: '그중 가격충격·호가차(원)', kind: 'decimal', value: ({ measured }) => measured.arrival?.impact.toFixed() },
  { header: '그중 시간(원)', kind: 'decimal', value: ({ measured }) => measured.arrival?.timing.toFixed() },
  { header: '그중 나눌 수 없음(원)', kind: 'decimal', value: ({ measured }) => measured.arrival?.unsplit.toFixed() },
  { header: '도착가 대비 비용(bp)', kind: 'decimal', value: ({ measured }) => points(measured.arrival) },
  { header: '자진기간 시작가(원)', kind: 'decimal', value: ({ holding }) => holding.windowStart?.price.toString() },
  { header: '시작가 대비 비용(원)', kind: 'decimal', value: ({ measured }) => measured.windowStart?.total.toFixed() },
  { header: '시작가 대비 비용(bp)', kind: 'decimal', value: ({ measured }) => points(measured.windowStart) },
];

const CASE_COLUMNS: readonly WritableColumn<CaseLine>[] = [
  { header: '사건번호', kind: 'text', value: ({ number }) => number },
  { header: '매각 상태', kind: 'text', value: ({ sale }) => (sale === undefined ? undefined : SALE_STATE_TITLES[sale.state]) },
  { header: '체결 여부', kind: 'text', value: ({ sums }) => (sums.fills === 0 ? NO_FILLS_TITLE : '체결') },
  { header: '거래소', kind: 'text', value: ({ venues }) => venues.join(', ') },
  { header: '가상자산', kind: 'text', value: ({ assets }) => assets.join(', ') },
  { header: '주문 수', kind: 'decimal', value: ({ orders }) => String(orders) },
  { header: '체결 수', kind: 'decimal', value: ({ sums }) => String(sums.fills) },
  { header: '체결대금(원)', kind: 'decimal', value: ({ sums }) => sums.proceeds.toFixed() },
  { header: '수수료(원)', kind: 'decimal', value: ({ sums }) => sums.fees.toFixed() },
  { header: '도착가로 잰 체결 수', kind: 'decimal', value: ({ sums }) => String(sums.arrivalFills) },
  { header: '도착가 대비 비용(원)', kind: 'decimal', value: (line) => arrivalAmount(line, 'total') },
  { header: '그중 수수료(원)', kind: 'decimal', value: (line) => arrivalAmount(line, 'fees') },
  { header: '그중 가격충격·호가차(원)', kind: 'decimal', value: (line) => arrivalAmount(line, 'impact') },
  { header: '그중 시간(원)', kind: 'decimal', value: (line) => arrivalAmount(line, 'timing') },
  { header: '그중 나눌 수 없음(원)', kind: 'decimal', value: (line) => arrivalAmount(line, 'unsplit') },
  { header: '도착가 대비 비용(bp)', kind: 'decimal', value: ({ sums }) => points(sums.arrival) },
  { header: '시작가로 잰 체결 수', kind: 'decimal', value: ({ sums }) => String(sums.windowStartFills) },
  {
    header: '시작가 대비 비용(원)',
    kind: 'decimal',
    value: ({ sums }) => (sums.windowStartFills === 0 ? undefined : sums.windowStart.total.toFixed()),
  },
  { header: '시작가 대비 비용(bp)', kind: 'decimal', value: ({ sums }) => points(sums.windowStart) },
  { header: '미매각 기회비용(원)', kind: 'decimal', value: ({ opportunityCost }) => opportunityCost?.toFixed() },
  { header: '호가 대기 체결 비율', kind: 'decimal', value: ({ sums }) => passiveShare(sums)?.toFixed() },
  { header: '판단에서 체결까지 평균(초)', kind: 'decimal', value: ({ sums }) => averageSecondsToFill(sums)?.toFixed() },
  { header: '보호 장치 작동 횟수', kind: 'decimal', value: ({ guardEvents }) => String(guardEvents) },
];

/** One row a fill of a case, in the order of the trades, as CSV. Errors: those of `writeCsv`. */
export function fillsCsv(report: CaseReport, encoding: TextEncoding): Promise<Uint8Array> {
  const rows = fillsOf(report).map(({ holding, measured }) => ({ caseNumber: report.number, holding, measured }));
  return csvBytes({ columns: FILL_COLUMNS, rows }, encoding);
}

/** One row a case of a period, as CSV. Errors: those of `writeCsv`. */
export function casesCsv({ cases }: PeriodReport, encoding: TextEncoding): Promise<Uint8Array> {
  return csvBytes({ columns: CASE_COLUMNS, rows: cases }, encoding);
}

async function csvBytes<Row>(table: WritableTable<Row>, encoding: TextEncoding): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  for await (const piece of writeCsv(table, { encoding })) pieces.push(piece);
  return Buffer.concat(pieces);
}

function arrivalAmount({ sums }: CaseLine, part: 'total' | 'fees' | 'impact' | 'timing' | 'unsplit'): string | undefined {
  return sums.arrivalFills === 0 ? undefined : sums.arrival[part].toFixed();
}

function points(cost: { readonly total: Decimal; readonly benchmark: Decimal } | undefined): string | undefined {
  return cost === undefined ? undefined : basisPoints(cost.total, cost.benchmark)?.toFixed();
}

function secondsToFill({ fill: { filledAt, decidedAt } }: MeasuredFill): string | undefined {
  return decidedAt === undefined ? undefined : ((filledAt.getTime() - decidedAt.getTime()) / 1_000).toFixed(3);
}

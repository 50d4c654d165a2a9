import { formatWon, formatWonFigure } from '../document/korean-format.ts';
import { addDays, type CivilDate } from '../kernel/civil-date.ts';
import { Won } from '../kernel/money.ts';
import type { PenaltyStatement, PenaltyStep } from '../tax/penalty.ts';
import type { LatePenaltyRules } from '../tax/penalty-rules.ts';
import { drawTable, type TextColumn } from './text-table.ts';

const REGIMES = {
  additional_charge: '가산금·중가산금(2023년까지 성립)',
  late_payment_surcharge: '납부지연가산세(2024년부터 성립)',
} as const satisfies Record<PenaltyStatement['regime'], string>;

/** The same as the table, for scripts. Won and rates as text. */
export function penaltyJson(statement: PenaltyStatement, { sources }: LatePenaltyRules, asOf: CivilDate) {
  const { regime, deadline, once, months, total, suspended } = statement;
  const step = ({ on, base, rate, amount }: PenaltyStep, ground: string) => {
    return { on, baseKrw: base.toString(), rate: rate.toString(), krw: amount.toString(), ground };
  };
  return {
    asOf,
    regime,
    deadline,
    suspended,
    totalKrw: total.toString(),
    onceKrw: (once?.amount ?? Won.zero).toString(),
    once: once === undefined ? null : step(once, sources.once),
    months: months.map((month) => ({ from: month.from, to: addDays(month.on, -1), ...step(month, sources.monthly) })),
  };
}

const COLUMNS: readonly TextColumn[] = [
  { header: '구분', align: 'left' },
  { header: '기간', align: 'left' },
  { header: '발생일', align: 'left' },
  { header: '기초 세액(원)', align: 'right' },
  { header: '비율', align: 'right' },
  { header: '금액(원)', align: 'right' },
  { header: '근거', align: 'left' },
];

/** Every step by which a penalty arose: for what time, on what, at what rate, how much and by which article. */
export function drawPenalty(statement: PenaltyStatement, rules: LatePenaltyRules, asOf: CivilDate): string {
  const { regime, deadline, once, months, total, suspended } = statement;
  const figures = ({ on, base, rate, amount }: PenaltyStep) => {
    return [on, formatWonFigure(base), `${rate.value.shiftedBy(2).toFixed()}%`, formatWonFigure(amount)];
  };
  const rows = [
    ...(once === undefined ? [] : [['납부기한 경과', '', ...figures(once), rules.sources.once]]),
    ...months.map((month, index) => [
      `${index + 1}개월째`,
      `${month.from} ~ ${addDays(month.on, -1)}`,
      ...figures(month),
      rules.sources.monthly,
    ]),
  ];
  return [
    `${REGIMES[regime]}, 납부기한 ${deadline}, 기준일 ${asOf}`,
    rows.length === 0 ? '기준일까지 생긴 것이 없습니다.' : drawTable(COLUMNS, rows),
    ...(isBelowThreshold(statement, rules)
      ? [`세액이 ${formatWon(Won.of(rules.monthlyThreshold))}보다 적어 매월분은 붙지 않습니다. 근거: ${rules.sources.threshold}`]
      : []),
    ...(suspended ? ['기준일에 징수유예 중이어서, 생긴 것도 유예가 끝날 때까지 징수하지 않습니다.'] : []),
    `합계 ${formatWon(total)}`,
  ].join('\n');
}

/** Whether no month counted because the tax is small. */
function isBelowThreshold({ once, months }: PenaltyStatement, { monthlyThreshold }: LatePenaltyRules): boolean {
  return once !== undefined && months.length === 0 && once.base.toBigInt() < monthlyThreshold;
}

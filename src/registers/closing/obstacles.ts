import type { Transaction } from '../../database/work.ts';
import { addDays, type CivilDate, dayAfterMonths, dayFromColumn, dayToColumn } from '../../kernel/civil-date.ts';
import { readPolicy } from '../../policy/book.ts';
import { suspenseCharts } from '../../policy/definitions/closing.ts';
import { closingBalance, type MonthFigureRow } from './figures.ts';
import { treasuryComparison } from './treasury-month.ts';

/** Why a month cannot be closed, with what an official reads. */
export const OBSTACLES = {
  closed_already: { title: '이미 마감한 달입니다.' },
  not_over: { title: '아직 지나지 않은 달입니다.' },
  earlier_open: { title: '마감하지 않은 앞선 달이 있습니다. 앞선 달부터 차례로 마감하십시오.' },
  suspense_not_empty: { title: '말일에 비어 있어야 하는 계정에 잔액이 있습니다. 원인이나 주인을 확인하여 처리하십시오.' },
  treasury_unheard: { title: '금고의 월계표를 아직 기록하지 않았습니다.' },
  treasury_differs: { title: '금고의 월계표와 장부의 세입이 다릅니다. 어느 쪽이 맞는지 확인하십시오.' },
} as const satisfies Record<string, { title: string }>;

export interface Obstacle {
  readonly code: keyof typeof OBSTACLES;
  readonly facts: { readonly [key: string]: string };
}

type Reader = Pick<Transaction, '$queryRaw' | 'ledgerPeriod' | 'ledgerEntry' | 'treasuryMonth' | 'policyValue'>;

/** Everything that stands against closing a month on a day, whatever else is asked. */
export async function closingObstacles(
  reader: Reader,
  { month, figures, today }: { readonly month: CivilDate; readonly figures: readonly MonthFigureRow[]; readonly today: CivilDate },
): Promise<Obstacle[]> {
  const obstacles: Obstacle[] = [];
  if (await isClosed(reader, month)) return [{ code: 'closed_already', facts: { month: monthText(month) } }];
  const lastDay = addDays(dayAfterMonths(month, 1), -1);
  if (today <= lastDay) obstacles.push({ code: 'not_over', facts: { lastDay } });
  const open = await firstOpenMonth(reader, month);
  if (open !== undefined) obstacles.push({ code: 'earlier_open', facts: { month: monthText(open) } });
  const suspense = (await readPolicy(reader)).get(suspenseCharts, month);
  for (const row of figures) {
    const balance = closingBalance(row);
    if (!suspense.includes(row.chart) || balance === '0') continue;
    obstacles.push({ code: 'suspense_not_empty', facts: { chart: row.chart, name: row.name, asset: row.asset, balance } });
  }
  for (const { level, treasuryKrw, ledgerKrw } of await treasuryComparison(reader, month)) {
    if (treasuryKrw === undefined) obstacles.push({ code: 'treasury_unheard', facts: { level, ledgerKrw } });
    else if (treasuryKrw !== ledgerKrw) obstacles.push({ code: 'treasury_differs', facts: { level, treasuryKrw, ledgerKrw } });
  }
  return obstacles;
}

export async function isClosed(reader: Pick<Transaction, 'ledgerPeriod'>, month: CivilDate): Promise<boolean> {
  return (await reader.ledgerPeriod.findUnique({ where: { month: dayToColumn(month) } })) !== null;
}

/** The first month before this one that has entries and is not closed. */
async function firstOpenMonth(reader: Pick<Transaction, '$queryRaw'>, month: CivilDate): Promise<CivilDate | undefined> {
  const [row] = await reader.$queryRaw<{ month: Date }[]>`
    SELECT m.month::date AS month
      FROM generate_series(date_trunc('month', (SELECT min(posted_on) FROM ledger_entry)), ${dayToColumn(month)}::date - 1, '1 month') AS m (month)
     WHERE NOT EXISTS (SELECT 1 FROM ledger_period p WHERE p.month = m.month::date)
       AND EXISTS (SELECT 1 FROM ledger_entry e WHERE e.posted_on >= m.month::date AND e.posted_on < (m.month + interval '1 month')::date)
     ORDER BY m.month LIMIT 1`;
  return row === undefined ? undefined : dayFromColumn(row.month);
}

/** `2026-03`, as people name a month. */
export function monthText(month: CivilDate): string {
  return month.slice(0, 7);
}

import type { Database } from '../../database/work.ts';
import { addDays, type CivilDate, dayAfterMonths, dayToColumn, seoulDay } from '../../kernel/civil-date.ts';
import { readPolicy } from '../../policy/book.ts';
import { monthClosingDay } from '../../policy/definitions/closing.ts';
import { closingBalance, type MonthFigureRow, monthFigures } from './figures.ts';
import { closingObstacles, type Obstacle } from './obstacles.ts';
import { type TreasuryComparison, treasuryComparison } from './treasury-month.ts';

/** A month of the books, closed or not. */
export interface MonthView {
  /** Its first day. */
  readonly month: CivilDate;
  /** The last day on which it is to be closed (rule of Seoul, article 12(2)). */
  readonly dueOn: CivilDate;
  readonly closedAt: Date | undefined;
  readonly obstacles: readonly Obstacle[];
  readonly figures: readonly (MonthFigureRow & { readonly closing: string })[];
  readonly treasury: readonly TreasuryComparison[];
}

/** A month as it stands now: what it comes to, what the treasury says, and what stands against closing it. */
export async function viewMonth({ read, clock }: Pick<Database, 'read' | 'clock'>, month: CivilDate): Promise<MonthView> {
  const figures = await monthFigures(read, month);
  const period = await read.ledgerPeriod.findUnique({ where: { month: dayToColumn(month) } });
  const next = dayAfterMonths(month, 1);
  return {
    month,
    dueOn: addDays(next, (await readPolicy(read)).get(monthClosingDay, next) - 1),
    closedAt: period?.closedAt,
    obstacles: await closingObstacles(read, { month, figures, today: seoulDay(clock.now()) }),
    figures: figures.map((row) => ({ ...row, closing: closingBalance(row) })),
    treasury: await treasuryComparison(read, month),
  };
}

import { appendAudit } from '../../audit/append.ts';
import { TaxLevel } from '../../database/generated/enums.ts';
import { type Transaction, userIdOf, type Work } from '../../database/work.ts';
import { type CivilDate, dayAfterMonths, dayToColumn, firstOfMonth } from '../../kernel/civil-date.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import type { Won } from '../../kernel/money.ts';
import { CHART } from '../../ledger/chart.ts';

export interface TreasuryWord {
  readonly month: CivilDate;
  readonly level: TaxLevel;
  /** What the treasury received for this level in the month, less what it gave back. */
  readonly received: Won;
  /** Number of its trial balance. */
  readonly documentNumber: string;
}

/**
 * Keeps what the treasury's trial balance says of a month; a later one on the same level counts instead. It moves nothing. Errors:
 * `INPUT_INVALID` for a day that begins no month or an amount below zero.
 */
export async function recordTreasuryMonth(work: Work, { month, level, received, documentNumber }: TreasuryWord): Promise<number> {
  const recordedById = userIdOf(work.actor);
  if (recordedById === null) throw new CheongsanError('FORBIDDEN', 'Only an official records what the treasury says.');
  if (firstOfMonth(month) !== month) throw new CheongsanError('INPUT_INVALID', `${month} is not the first day of a month.`);
  if (received.isNegative()) throw new CheongsanError('INPUT_INVALID', `A treasury receives no ${received.toString()} won.`);
  const row = await work.tx.treasuryMonth.create({
    data: { month: dayToColumn(month), level, receivedKrw: received.toBigInt(), documentNumber, recordedById, createdAt: work.at },
  });
  await appendAudit(work, {
    stream: 'system',
    action: 'treasury_month.recorded',
    subject: `treasury_month:${row.id}`,
    payload: { month, level, receivedKrw: received.toString(), documentNumber },
  });
  return row.id;
}

export interface TreasuryComparison {
  readonly level: TaxLevel;
  /** Undefined where the treasury has not been heard. */
  readonly treasuryKrw: string | undefined;
  readonly ledgerKrw: string;
}

/** What the treasury says beside what the ledger posted to it in the month, for every level on which either has something. */
export async function treasuryComparison(
  reader: Pick<Transaction, '$queryRaw' | 'treasuryMonth'>,
  month: CivilDate,
): Promise<TreasuryComparison[]> {
  const [from, until] = [month, dayAfterMonths(month, 1)].map(dayToColumn);
  const posted = await reader.$queryRaw<{ level: string; amount: string }[]>`
    SELECT split_part(a.subject, ':', 2) AS level, trim_scale(sum(l.amount))::text AS amount
      FROM ledger_entry e JOIN ledger_line l ON l.entry_id = e.id JOIN ledger_account a ON a.id = l.account_id
     WHERE a.chart_code = ${CHART.treasury} AND e.posted_on >= ${from} AND e.posted_on < ${until} GROUP BY 1`;
  const heard = await reader.treasuryMonth.findMany({ where: { month: dayToColumn(month) }, orderBy: { id: 'asc' } });
  const words = new Map(heard.map(({ level, receivedKrw }) => [level, receivedKrw.toString()]));
  return Object.values(TaxLevel).flatMap((level) => {
    const ledgerKrw = posted.find((row) => row.level === level)?.amount;
    const treasuryKrw = words.get(level);
    return ledgerKrw === undefined && treasuryKrw === undefined ? [] : [{ level, treasuryKrw, ledgerKrw: ledgerKrw ?? '0' }];
  });
}

import { Prisma } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { seoulDay, yearOf } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';

/** Series of numbers, each running from one in every year without gaps. */
const SERIES = {
  seizure_case: { prefix: '', digits: 6, lock: 7163512071 },
  inquiry_request: { prefix: 'INQ-', digits: 4, lock: 7163512072 },
} as const;

/**
 * The next numbers of this year (`2026-000123`, `INQ-2026-0007`), in the order in which the caller gives them out. The series stays
 * locked until the end of the unit of work, so that a number taken back leaves no gap. Call it after all row locks.
 */
export async function nextNumbers(work: Work, series: keyof typeof SERIES, count: number): Promise<string[]> {
  const { prefix, digits, lock } = SERIES[series];
  const stem = `${prefix}${yearOf(seoulDay(work.at))}-`;
  await work.tx.$queryRaw`SELECT 1 AS locked FROM (SELECT pg_advisory_xact_lock(${lock})) AS waiting`;
  const rows = await work.tx.$queryRaw<{ last: number | null }[]>`
    SELECT max(substr(number, ${stem.length + 1})::int) AS last FROM ${Prisma.raw(series)} WHERE starts_with(number, ${stem})`;
  const last = rows[0]?.last ?? 0;
  if (last + count >= 10 ** digits) throw new CheongsanError('CONFLICT', `The numbers ${stem}… are used up for this year.`);
  return Array.from({ length: count }, (_, index) => `${stem}${String(last + 1 + index).padStart(digits, '0')}`);
}

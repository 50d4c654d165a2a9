import type { Notice, ServiceAttempt } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { type CivilDate, dayFromColumn, dayToColumn } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { deadlineAfterService, type LateServiceRule } from './late-service.ts';
import type { ServiceBar } from './service-rules.ts';

export type NoticeWithAttempts = Notice & { readonly attempts: readonly ServiceAttempt[] };

/**
 * Locks notices until the end of the unit of work, ids ascending and after whatever rows `lockRows` knows, and reads them with
 * their attempts in order. Errors: `NOT_FOUND`, `INPUT_INVALID` for an id named twice.
 */
export async function lockNotices(work: Work, ids: readonly number[]): Promise<NoticeWithAttempts[]> {
  const wanted = [...ids].sort((a, b) => a - b);
  if (new Set(wanted).size !== wanted.length) throw new CheongsanError('INPUT_INVALID', 'A notice is named twice; name each once.');
  await work.tx.$queryRaw`SELECT id FROM notice WHERE id = ANY (${wanted}) ORDER BY id FOR NO KEY UPDATE`;
  const notices = await work.tx.notice.findMany({
    where: { id: { in: wanted } },
    include: { attempts: { orderBy: { id: 'asc' } } },
    orderBy: { id: 'asc' },
  });
  if (notices.length !== wanted.length) {
    const found = new Set(notices.map(({ id }) => id));
    throw new CheongsanError('NOT_FOUND', `There is no notice ${wanted.filter((id) => !found.has(id)).join(', ')}.`);
  }
  return notices;
}

export async function lockNotice(work: Work, id: number): Promise<NoticeWithAttempts> {
  const [notice] = await lockNotices(work, [id]);
  if (notice === undefined) throw new CheongsanError('NOT_FOUND', `There is no notice ${id}.`);
  return notice;
}

/** Refuses with the bar's code; the notice is named by its number. */
export function assertUnbarred(bar: ServiceBar | undefined, notice: Pick<Notice, 'number' | 'id'>): void {
  if (bar === undefined) return;
  throw new CheongsanError(bar.code, `Notice ${notice.number}: ${bar.text}`, { facts: { noticeId: notice.id } });
}

/** Error: `INPUT_INVALID` for a day before `from` or after `today`. */
export function assertDayWithin(day: CivilDate, from: CivilDate, today: CivilDate, what: string): void {
  if (day < from || day > today) {
    throw new CheongsanError('INPUT_INVALID', `${what} is on ${day}, but must be from ${from} to ${today}.`, {
      facts: { day, from, today },
    });
  }
}

/** The deadline of a notice that is served on a day, as its column takes it; nothing where the letter sets none. */
export function movedDeadline(
  { statedDeadlineOn }: Pick<Notice, 'statedDeadlineOn'>,
  servedOn: CivilDate,
  rule: LateServiceRule,
): { deadlineOn?: Date } {
  if (statedDeadlineOn === null) return {};
  return { deadlineOn: dayToColumn(deadlineAfterService(dayFromColumn(statedDeadlineOn), servedOn, rule)) };
}

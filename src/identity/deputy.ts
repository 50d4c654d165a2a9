import { appendAudit } from '../audit/append.ts';
import type { Deputy } from '../database/generated/client.ts';
import { type Transaction, userIdOf, type Work } from '../database/work.ts';
import { type CivilDate, dayToColumn, seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { assertRolesCombine } from './roles.ts';
import { requireUser } from './user.ts';

/**
 * Lets one official stand in for an absent one from one day to another, both included. While it runs he has the absent
 * official's roles beside his own; every act still bears his own name. Errors: `FORBIDDEN` for appointing oneself,
 * `INPUT_INVALID` for days or roles that do not go together, `CONFLICT` for a deactivated user.
 */
export async function appointDeputy(
  work: Work,
  input: {
    readonly absentId: number;
    readonly deputyId: number;
    readonly from: CivilDate;
    readonly until: CivilDate;
    readonly reason: string;
  },
): Promise<{ readonly id: number }> {
  const grantedById = userIdOf(work.actor);
  if (grantedById === null || grantedById === input.deputyId) {
    throw new CheongsanError('FORBIDDEN', 'A deputy is appointed by the absent official or an administrator, never by himself.');
  }
  if (input.absentId === input.deputyId) throw new CheongsanError('INPUT_INVALID', 'Nobody is his own deputy; name another official.');
  if (input.until < input.from || input.until < seoulDay(work.at)) {
    throw new CheongsanError('INPUT_INVALID', `A deputy cannot serve from ${input.from} until ${input.until}; name days that lie ahead.`);
  }
  if (input.reason.trim() === '') throw new CheongsanError('INPUT_INVALID', 'State why a deputy is needed.');
  const absent = await requireUser(work.tx, input.absentId);
  const deputy = await requireUser(work.tx, input.deputyId);
  if (!absent.active || !deputy.active) throw new CheongsanError('CONFLICT', 'Both officials must be active.');
  assertRolesCombine([...absent.roles, ...deputy.roles]);
  const { id } = await work.tx.deputy.create({
    data: {
      absentId: input.absentId,
      deputyId: input.deputyId,
      fromDay: dayToColumn(input.from),
      untilDay: dayToColumn(input.until),
      reason: input.reason.trim(),
      grantedById,
      createdAt: work.at,
    },
    select: { id: true },
  });
  await appendAudit(work, {
    stream: 'system',
    action: 'deputy.appointed',
    subject: `deputy:${id}`,
    payload: { absent: input.absentId, deputy: input.deputyId, from: input.from, until: input.until },
  });
  return { id };
}

/** Ends a deputy's service before its last day. Errors: `NOT_FOUND`, `CONFLICT` when it was ended before. */
export async function endDeputy(work: Work, deputyRowId: number): Promise<void> {
  const row = await work.tx.deputy.findUnique({ where: { id: deputyRowId } });
  if (row === null) throw new CheongsanError('NOT_FOUND', `There is no deputy ${deputyRowId}.`);
  const { count } = await work.tx.deputy.updateMany({ where: { id: deputyRowId, endedAt: null }, data: { endedAt: work.at } });
  if (count === 0) throw new CheongsanError('CONFLICT', `Deputy ${deputyRowId} was ended before.`);
  await appendAudit(work, {
    stream: 'system',
    action: 'deputy.ended',
    subject: `deputy:${deputyRowId}`,
    payload: { absent: row.absentId, deputy: row.deputyId },
  });
}

/** Deputies serving on a day or later, the earliest first. */
export async function listDeputies(reader: Pick<Transaction, 'deputy'>, day: CivilDate): Promise<readonly Deputy[]> {
  return reader.deputy.findMany({
    where: { endedAt: null, untilDay: { gte: dayToColumn(day) } },
    orderBy: [{ fromDay: 'asc' }, { id: 'asc' }],
  });
}

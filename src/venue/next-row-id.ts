import type { Transaction } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';

/** The id of a row about to be written, where something written before it has to name it: a sealed key, a sub-account. */
export async function nextRowId(
  tx: Transaction,
  table: 'venue_account' | 'venue_deposit' | 'venue_withdrawal' | 'won_withdrawal' | 'refund',
): Promise<number> {
  const rows = await tx.$queryRaw<{ id: number }[]>`SELECT nextval(pg_get_serial_sequence(${table}, 'id'))::int AS id`;
  const id = rows[0]?.id;
  if (id === undefined) throw new CheongsanError('INTERNAL', `The database gave no id for a row of ${table}.`);
  return id;
}

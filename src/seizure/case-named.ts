import type { Transaction } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';

/** The case that a text names: its number, its id, or its id as traces write it, `case:12`. Errors: `NOT_FOUND`, `CONFLICT`. */
export async function caseNamed(
  reader: Pick<Transaction, 'seizureCase'>,
  text: string,
): Promise<{ readonly id: number; readonly number: string }> {
  const [, prefix, digits] = /^(case:)?([1-9]\d{0,8})$/.exec(text) ?? [];
  const byId = digits === undefined ? [] : [{ id: Number(digits) }];
  const byNumber = prefix === undefined ? [{ number: text }] : [];
  const found = await reader.seizureCase.findMany({ where: { OR: [...byId, ...byNumber] }, select: { id: true, number: true }, take: 2 });
  const [row, other] = found;
  if (row === undefined) throw new CheongsanError('NOT_FOUND', `There is no case ${text}.`);
  if (other === undefined) return row;
  throw new CheongsanError('CONFLICT', `${text} may mean case:${row.id} or case:${other.id}; name the one that is meant in this form.`);
}

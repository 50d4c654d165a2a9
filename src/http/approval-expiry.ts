import type { Work } from '../database/work.ts';
import { addDays, seoulDay, startOfDay } from '../kernel/civil-date.ts';
import { readPolicy } from '../policy/book.ts';
import { approvalExpiryDays } from '../policy/definitions/sale.ts';

/** The midnight at which a request for approval made now is over. */
export async function approvalExpiry(work: Work): Promise<Date> {
  const today = seoulDay(work.at);
  return startOfDay(addDays(today, (await readPolicy(work.tx)).get(approvalExpiryDays, today) + 1));
}

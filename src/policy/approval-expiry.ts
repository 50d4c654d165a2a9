import type { Work } from '../database/work.ts';
import { addDays, seoulDay, startOfDay } from '../kernel/civil-date.ts';
import { readPolicy } from './book.ts';
import { approvalExpiryDays } from './definitions/sale.ts';
import type { PolicySet } from './policy-set.ts';

/** The midnight in Seoul at which a request for approval made at this instant is over. */
export function approvalExpiresAt(policy: PolicySet, at: Date): Date {
  const today = seoulDay(at);
  return startOfDay(addDays(today, policy.get(approvalExpiryDays, today) + 1));
}

/** The same for a request made now, where no policy has been read yet. */
export async function approvalExpiry(work: Work): Promise<Date> {
  return approvalExpiresAt(await readPolicy(work.tx), work.at);
}

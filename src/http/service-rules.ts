import type { Transaction } from '../database/work.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import { serviceRules } from '../notice/service-parameters.ts';
import type { ServiceRules } from '../notice/service-rules.ts';
import { readPolicy } from '../policy/book.ts';
import { taxRules } from '../tax/rules.ts';

/** What law and city set for service on a day, with the working days of the calendar. */
export async function rulesOfService(reader: Pick<Transaction, 'policyValue'>, on: CivilDate): Promise<ServiceRules> {
  const policy = await readPolicy(reader);
  const { calendar } = taxRules(policy);
  return serviceRules(policy, on, (day) => calendar.isWorkingDay(day));
}

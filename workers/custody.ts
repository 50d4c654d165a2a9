import { tendAccount } from '../src/custody/tend.ts';
import { adoptTravelRulesAt } from '../src/custody/travel-rule.ts';
import type { Services } from '../src/http/services.ts';
import { compareWithdrawals } from '../src/treasury/withdrawal-comparison.ts';

/** `account:ID`: read what has come and gone at the exchange, and compare its balances with the ledger and its withdrawals with ours. */
export async function answerCustody({ database, keys, exchanges }: Services, accountId: number): Promise<void> {
  await tendAccount(database, await exchanges.exchangeFor(accountId), accountId);
  await adoptTravelRulesAt(database, keys, accountId);
  await compareWithdrawals(database, accountId);
}

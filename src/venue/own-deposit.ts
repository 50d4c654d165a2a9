/*
 * Deposits that no exchange listed: officials have put them into the books, for coins that were there all the same. Their ids are the
 * service's own, begin with one of these, and say nothing of an account.
 */

/** More than the books had, taken as a receipt. */
export const EXCESS_DEPOSIT = 'excess:';
/** A difference that officials have explained. */
export const EXPLAINED_DEPOSIT = 'explained:';

export const OWN_DEPOSITS = [EXCESS_DEPOSIT, EXPLAINED_DEPOSIT] as const;

/** Whether an exchange gave a deposit its id. */
export function isListedDeposit(depositId: string): boolean {
  return !OWN_DEPOSITS.some((own) => depositId.startsWith(own));
}

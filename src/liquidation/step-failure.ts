import type { CheongsanError, ErrorCode } from '../kernel/errors.ts';

const PASSING: ReadonlySet<ErrorCode> = new Set(['DATABASE_UNAVAILABLE', 'DATABASE_CONTENTION', 'EXCHANGE_UNAVAILABLE']);

/** What concerns the database or the account concerns every sale; anything else one sale or one order. */
export function concernsAll({ code }: CheongsanError): boolean {
  return PASSING.has(code);
}

import { CheongsanError } from '../kernel/errors.ts';
import type { Desk } from './desk.ts';

/** Undefined when the venue gave no answer that can be used. */
export async function readable<T>({ log, accountId }: Desk, what: string, read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (thrown) {
    const isVenues = thrown instanceof CheongsanError && (thrown.code === 'EXCHANGE_UNAVAILABLE' || thrown.code === 'EXCHANGE_REFUSED');
    if (!isVenues) throw thrown;
    log.warn({ account: accountId, what, code: thrown.code, reason: thrown.message }, 'the venue could not be read');
    return undefined;
  }
}

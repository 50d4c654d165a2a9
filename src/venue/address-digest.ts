import type { DepositAddress } from '../exchange/port.ts';
import { digestOf } from '../kernel/digest.ts';

/** What a deposit address is called where it need not be written, and by which a change of it or of its tag is known. */
export function digestOfAddress({ address, secondaryAddress }: Pick<DepositAddress, 'address' | 'secondaryAddress'>): string {
  return digestOf({ address, secondaryAddress });
}

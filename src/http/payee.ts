import { z } from 'zod';
import { lineText } from './schemas.ts';

/** The account at a bank to which won goes back, as it is given and shown. */
export const payee = z.strictObject({
  bankName: lineText(40, '표본은행'),
  accountNumber: z
    .string()
    .regex(/^[0-9][0-9-]{5,29}$/, 'digits and hyphens')
    .meta({ example: '000-0000-0001' }),
  holderName: lineText(100, '표본-001'),
});

export const payeeInput = payee.meta({ description: '받을 계좌 (암호화하여 보관하고, 지급할 담당자에게만 다시 보임)' });

import { z } from 'zod';
import { appendAudit } from '../audit/append.ts';
import type { BankLine } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { assertPurpose } from '../person/purpose.ts';
import { bankLineSubject } from './accounts.ts';

const counterpartSchema = z.object({ counterpart: z.string(), remark: z.string() });
/** What the bank wrote about the other side of a line. */
export type Counterpart = z.infer<typeof counterpartSchema>;

function counterpartContext(bankSerial: string): string {
  return `bank_line:${bankSerial}:counterpart`;
}

export function sealCounterpart(keys: MasterKey, bankSerial: string, written: Counterpart): Uint8Array<ArrayBuffer> {
  return keys.seal(JSON.stringify(written), counterpartContext(bankSerial));
}

/** For a comparison that shows nobody what is in it; whoever looks at it uses `readCounterpart`. */
export function openCounterpart(keys: MasterKey, line: Pick<BankLine, 'bankSerial' | 'counterpartCipher'>): Counterpart {
  return counterpartSchema.parse(JSON.parse(keys.openText(line.counterpartCipher, counterpartContext(line.bankSerial))));
}

/** Opens what the bank wrote, for an officer who matches by hand; the view is logged. Errors: `NOT_FOUND`, `INPUT_INVALID`. */
export async function readCounterpart(work: Work, keys: MasterKey, bankLineId: number, purpose: string): Promise<Counterpart> {
  assertPurpose(purpose);
  const line = await work.tx.bankLine.findUnique({ where: { id: bankLineId } });
  if (line === null) throw new CheongsanError('NOT_FOUND', `There is no bank line ${bankLineId}.`);
  await appendAudit(work, {
    stream: 'system',
    action: 'bank_line.viewed',
    subject: bankLineSubject(bankLineId),
    payload: { purpose },
  });
  return openCounterpart(keys, line);
}

import { z } from 'zod';
import type { StayKind } from '../database/generated/client.ts';
import type { Transaction, Work } from '../database/work.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { canonicalJson } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey, SealingKey } from '../kernel/master-key.ts';
import { normaliseName } from '../person/details.ts';
import { personKey } from '../person/person-key.ts';
import { staysOfKinds } from '../seizure/stay.ts';
import type { RefundOrigin } from './refund-origin.ts';

const payeeSchema = z.object({
  bankName: z.string().trim().min(1).max(40),
  accountNumber: z
    .string()
    .trim()
    .regex(/^[0-9][0-9-]{5,29}$/, 'digits and hyphens'),
  holderName: z.string().trim().min(1).max(100),
});
/** The account at a bank to which won goes back. */
export type RefundPayee = z.infer<typeof payeeSchema>;

/** Error: `INPUT_INVALID`, naming the fields and none of what they hold. */
export function parsePayee(given: RefundPayee): RefundPayee {
  const parsed = payeeSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const fields = [...new Set(parsed.error.issues.map(({ path }) => path.join('.')))].join(', ');
  throw new CheongsanError('INPUT_INVALID', `The account to be paid cannot be used; check ${fields}.`);
}

/** True when the account is held under this name, however it is spaced. */
export function isHeldBy({ holderName }: RefundPayee, name: string): boolean {
  return normaliseName(holderName) === normaliseName(name);
}

/**
 * The key under which a payee is sealed: the taxpayer's own, so that his erasure takes it with him; for a payer who is no person of
 * ours the installation's, as for whatever the bank wrote of him. Errors: `PERSON_ERASED`, `NOT_FOUND`.
 */
export async function payeeKey(
  reader: Pick<Transaction, 'person' | 'seizureCase'>,
  keys: MasterKey,
  origin: RefundOrigin,
): Promise<SealingKey> {
  if (origin.kind === 'receipt') return keys;
  const { personId } = await reader.seizureCase.findUniqueOrThrow({ where: { id: origin.caseId }, select: { personId: true } });
  return personKey(reader, keys, personId);
}

/** The payee as it is stored: sealed for this one refund, and a digest under the same key, which is what is approved. */
export function sealPayee(key: SealingKey, number: string, payee: RefundPayee) {
  return { payeeCipher: key.seal(JSON.stringify(payee), payeeContext(number)), payeeDigest: key.digest(canonicalJson({ ...payee })) };
}

export function openPayee(key: SealingKey, number: string, payeeCipher: Uint8Array): RefundPayee {
  return payeeSchema.parse(JSON.parse(key.openText(payeeCipher, payeeContext(number))));
}

function payeeContext(number: string): string {
  return `refund:${number}:payee`;
}

/** Grounds on which somebody else than the taxpayer may have to be paid. */
const STAYS_AGAINST_REFUND: readonly StayKind[] = ['death', 'bankruptcy', 'rehabilitation', 'court_order'];

/** Error: `CONFLICT` while a stay of the case leaves it open who is to be paid. */
export async function assertPayeeCertain(work: Work, origin: RefundOrigin): Promise<void> {
  if (origin.kind === 'receipt') return;
  const { caseId } = origin;
  const [stay] = await staysOfKinds(work.tx, [caseId], STAYS_AGAINST_REFUND, seoulDay(work.at));
  if (stay === undefined) return;
  throw new CheongsanError('CONFLICT', `Stay ${stay.id} (${stay.kind}) of case ${caseId} leaves it open who is to be paid.`, {
    facts: { stayId: stay.id, kind: stay.kind },
  });
}

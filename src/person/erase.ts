import { appendAudit } from '../audit/append.ts';
import { lockRows } from '../database/locks.ts';
import type { Work } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { erased } from './person-key.ts';
import { assertPurpose } from './purpose.ts';

/**
 * Destroys a person's key, details and indexes for ever; the row, every chain and every sum stay (Personal Information
 * Protection Act 21). Whether he is still needed is for the floors above to know. `ground` is a code such as `retention.over`.
 * Backups made before still hold the wrapped key until they are rotated out. Errors: `NOT_FOUND`, `PERSON_ERASED`, `INPUT_INVALID`.
 */
export async function erasePerson(work: Work, personId: number, ground: string): Promise<void> {
  assertPurpose(ground);
  await lockRows(work, 'person', [personId]);
  const person = await work.tx.person.findUnique({ where: { id: personId }, select: { erasedAt: true } });
  if (person === null) throw new CheongsanError('NOT_FOUND', `There is no person ${personId}.`);
  if (person.erasedAt !== null) throw erased(personId);
  await work.tx.person.update({
    where: { id: personId },
    data: {
      keyCipher: null,
      detailsCipher: null,
      registrationIndex: null,
      nameBirthIndex: null,
      nameBirthPhoneIndex: null,
      erasedAt: work.at,
    },
  });
  await appendAudit(work, { stream: `person:${personId}`, action: 'person.erased', subject: `person:${personId}`, payload: { ground } });
}

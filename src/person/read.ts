import { appendAudit } from '../audit/append.ts';
import type { Work } from '../database/work.ts';
import { digestOf } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import type { PersonDetails } from './details.ts';
import { openDetails, sealedPersons } from './person-key.ts';
import { assertPurpose } from './purpose.ts';

export interface ReadPerson extends PersonDetails {
  readonly id: number;
  /** A sample person of a demo, never a real one. */
  readonly sample: boolean;
}

/** Opens one person's details for a purpose (`subject.act`) and logs the view. Errors: `NOT_FOUND`, `PERSON_ERASED`, `INPUT_INVALID`. */
export async function readPerson(work: Work, keys: MasterKey, personId: number, purpose: string): Promise<ReadPerson> {
  assertPurpose(purpose);
  const person = await work.tx.person.findUnique({ where: { id: personId } });
  if (person === null) throw new CheongsanError('NOT_FOUND', `There is no person ${personId}.`);
  const details = openDetails(keys, person);
  await appendAudit(work, { stream: `person:${personId}`, action: 'person.viewed', subject: `person:${personId}`, payload: { purpose } });
  return { ...details, id: personId, sample: person.sample };
}

/**
 * Opens many persons' details for one purpose and logs it as one view with its count; the digest over the ids proves later
 * whose. Erased persons are missing from the answer. Errors: `NOT_FOUND` for an id that never was, `INPUT_INVALID`.
 */
export async function readPersons(
  work: Work,
  keys: MasterKey,
  personIds: readonly number[],
  purpose: string,
): Promise<ReadonlyMap<number, ReadPerson>> {
  assertPurpose(purpose);
  const wanted = [...new Set(personIds)].sort((a, b) => a - b);
  const persons = await sealedPersons(work.tx, wanted);
  if (persons.length !== wanted.length) {
    const found = new Set(persons.map(({ id }) => id));
    throw new CheongsanError('NOT_FOUND', `There is no person ${wanted.filter((id) => !found.has(id)).join(', ')}.`);
  }
  const readable = persons.filter(({ erasedAt }) => erasedAt === null);
  const read = new Map(readable.map((person) => [person.id, { ...openDetails(keys, person), id: person.id, sample: person.sample }]));
  if (read.size > 0) {
    await appendAudit(work, {
      stream: 'system',
      action: 'person.viewed',
      subject: 'person:many',
      recordDigest: digestOf([...read.keys()]),
      payload: { purpose, count: read.size },
    });
  }
  return read;
}

import { randomBytes } from 'node:crypto';
import type { Person } from '../database/generated/client.ts';
import type { Transaction } from '../database/work.ts';
import { type Canonical, canonicalJson } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { type MasterKey, SealingKey } from '../kernel/master-key.ts';
import { detailsSchema, type PersonDetails } from './details.ts';

/*
 * Each person has a key of his own, wrapped by the installation's master key. Everything that names him (his details, the
 * letters to him, his bank account) is sealed under it, and digests over such things are HMACs under it. Destroying the one
 * wrapped key therefore makes all of it unreadable at once and leaves every chain and every sum as it is.
 */

const KEY_BYTES = 32;

type PersonReader = Pick<Transaction, 'person'>;
/** A person as stored, closed. */
export type SealedPerson = Pick<Person, 'id' | 'keyCipher' | 'detailsCipher' | 'erasedAt' | 'sample'>;

export interface SealedDetails {
  readonly keyCipher: Uint8Array<ArrayBuffer>;
  readonly detailsCipher: Uint8Array<ArrayBuffer>;
}

function keyContext(personId: number): string {
  return `person:${personId}:key`;
}

function detailsContext(personId: number): string {
  return `person:${personId}:details`;
}

/** Keys for so many new persons, drawn at once: asking the system for each one would be what a large batch waits for. */
export function generateKeys(count: number): readonly Uint8Array[] {
  const bytes = randomBytes(count * KEY_BYTES);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * KEY_BYTES, (index + 1) * KEY_BYTES));
}

/** Wraps a person's new key and seals his details under it; both are bound to his id. */
export function sealDetails(keys: MasterKey, key: Uint8Array, personId: number, details: PersonDetails): SealedDetails {
  return {
    keyCipher: keys.seal(key, keyContext(personId)),
    detailsCipher: new SealingKey(key).seal(JSON.stringify(details), detailsContext(personId)),
  };
}

/** Persons as stored, closed, ids ascending; unknown ids are missing. */
export function sealedPersons(reader: Pick<Transaction, '$queryRaw'>, personIds: readonly number[]): Promise<SealedPerson[]> {
  return reader.$queryRaw<SealedPerson[]>`
    SELECT id, sample, key_cipher AS "keyCipher", details_cipher AS "detailsCipher", erased_at AS "erasedAt"
      FROM person WHERE id = ANY (${[...new Set(personIds)]}::int[]) ORDER BY id`;
}

/** Errors: `PERSON_ERASED`; `KEY_UNAVAILABLE` for another installation's key or changed bytes. */
export function openDetails(keys: MasterKey, person: Pick<SealedPerson, 'id' | 'keyCipher' | 'detailsCipher'>): PersonDetails {
  const key = openKey(keys, person);
  if (person.detailsCipher === null) throw erased(person.id);
  return detailsSchema.parse(JSON.parse(key.openText(person.detailsCipher, detailsContext(person.id))));
}

function openKey(keys: MasterKey, person: Pick<SealedPerson, 'id' | 'keyCipher'>): SealingKey {
  if (person.keyCipher === null) throw erased(person.id);
  return new SealingKey(keys.open(person.keyCipher, keyContext(person.id)));
}

export function erased(personId: number): CheongsanError {
  return new CheongsanError('PERSON_ERASED', `The personal data of person ${personId} has been erased; only ids and sums are left.`);
}

/**
 * The person's own key, to seal, open or digest what belongs to him. Opening something for somebody's eyes is a view and is
 * logged by whoever does it. Errors: `NOT_FOUND`, `PERSON_ERASED`.
 */
export async function personKey(reader: PersonReader, keys: MasterKey, personId: number): Promise<SealingKey> {
  const person = await reader.person.findUnique({ where: { id: personId }, select: { id: true, keyCipher: true } });
  if (person === null) throw new CheongsanError('NOT_FOUND', `There is no person ${personId}.`);
  return openKey(keys, person);
}

/** The keys of many persons in one query. Erased persons are left out. */
export async function personKeys(
  reader: Pick<Transaction, '$queryRaw'>,
  keys: MasterKey,
  personIds: readonly number[],
): Promise<ReadonlyMap<number, SealingKey>> {
  const persons = await sealedPersons(reader, personIds);
  return new Map(persons.filter(({ erasedAt }) => erasedAt === null).map((person) => [person.id, openKey(keys, person)]));
}

/** Digest over personal data, an HMAC under the person's key: nobody can test a guess against it once the key is gone. */
export async function personDigest(reader: PersonReader, keys: MasterKey, personId: number, content: Canonical): Promise<string> {
  return (await personKey(reader, keys, personId)).digest(canonicalJson(content));
}

import { z } from 'zod';
import type { WithdrawalAddress } from '../database/generated/client.ts';
import type { Transaction } from '../database/work.ts';
import { canonicalJson } from '../kernel/digest.ts';
import type { MasterKey, SealingKey } from '../kernel/master-key.ts';
import { personKey } from '../person/person-key.ts';

const destinationSchema = z.object({ network: z.string(), address: z.string(), secondaryAddress: z.string().nullable() });
/** Where coins go: personal data, that is sealed at once and opened only for whoever sends or checks. */
export type Destination = z.infer<typeof destinationSchema>;

/**
 * The key under which a destination is sealed: the taxpayer's or right-holder's own, so that his erasure takes it with him; of a
 * sender whom nobody knows and of the city the installation's. Errors: `PERSON_ERASED`, `NOT_FOUND`.
 */
export async function destinationKey(reader: Pick<Transaction, 'person'>, keys: MasterKey, personId: number | null): Promise<SealingKey> {
  return personId === null ? keys : personKey(reader, keys, personId);
}

/** The digest under the same key; by it the same destination is known again, and by its beginning people name it. */
export function destinationDigest(key: SealingKey, destination: Destination): string {
  return key.digest(canonicalJson(destination));
}

export function sealDestination(key: SealingKey, destination: Destination) {
  const digest = destinationDigest(key, destination);
  return { destinationCipher: key.seal(JSON.stringify(destination), contextOf(digest)), destinationDigest: digest };
}

/** Opening it for somebody's eyes is a view and is logged by whoever does it. Errors: `PERSON_ERASED`, `KEY_UNAVAILABLE`. */
export async function openDestination(
  reader: Pick<Transaction, 'person'>,
  keys: MasterKey,
  row: Pick<WithdrawalAddress, 'personId' | 'destinationCipher' | 'destinationDigest'>,
): Promise<Destination> {
  const key = await destinationKey(reader, keys, row.personId);
  return destinationSchema.parse(JSON.parse(key.openText(row.destinationCipher, contextOf(row.destinationDigest))));
}

function contextOf(digest: string): string {
  return `withdrawal_address:${digest}`;
}

/** What an address is called where it must not be written: eight digits of its digest. */
export function fingerprintOf({ destinationDigest: digest }: Pick<WithdrawalAddress, 'destinationDigest'>): string {
  return `${digest.slice(0, 4)}-${digest.slice(4, 8)}`;
}

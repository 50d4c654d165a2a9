import type { PersonKind } from '../database/generated/enums.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { normaliseName, normalisePhone, type PersonDetails } from './details.ts';
import { digitsOf } from './registration-number.ts';

export interface BlindIndexes {
  readonly registrationIndex: string | null;
  readonly nameBirthIndex: string | null;
  readonly nameBirthPhoneIndex: string | null;
}

/** Residents and corporations have numbers of their own: the same thirteen digits may belong to one of each. */
export function registrationIndex(keys: MasterKey, kind: PersonKind, registrationNumber: string): string {
  return keys.blindIndex(`person.registration.${kind}`, digitsOf(registrationNumber));
}

export function nameBirthIndex(keys: MasterKey, name: string, birthDate: CivilDate): string {
  return keys.blindIndex('person.name_birth', `${birthDate}${normaliseName(name)}`);
}

export function nameBirthPhoneIndex(keys: MasterKey, name: string, birthDate: CivilDate, phone: string): string {
  return keys.blindIndex('person.name_birth_phone', `${birthDate}${normalisePhone(phone)}/${normaliseName(name)}`);
}

/** The indexes by which a person can be found; null where a part of one is unknown. */
export function blindIndexes(keys: MasterKey, details: PersonDetails): BlindIndexes {
  const { kind, name, registrationNumber, birthDate, phone } = details;
  return {
    registrationIndex: registrationNumber === null ? null : registrationIndex(keys, kind, registrationNumber),
    nameBirthIndex: birthDate === null ? null : nameBirthIndex(keys, name, birthDate),
    nameBirthPhoneIndex: birthDate === null || phone === null ? null : nameBirthPhoneIndex(keys, name, birthDate, phone),
  };
}

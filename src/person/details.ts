import { z } from 'zod';
import { PersonKind } from '../database/generated/enums.ts';
import { type CivilDate, isCivilDate } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { checkRegistrationNumber, digitsOf } from './registration-number.ts';

/** Everything that names a person. It leaves the person's own encryption only through reading functions that log it. */
export interface PersonDetails {
  readonly kind: PersonKind;
  readonly name: string;
  /** Digits only; a right-holder may come without one, and is then never found or recognised by it. */
  readonly registrationNumber: string | null;
  readonly birthDate: CivilDate | null;
  readonly phone: string | null;
  readonly address: string | null;
  readonly email: string | null;
}

export const DETAIL_FIELDS = ['kind', 'name', 'registrationNumber', 'birthDate', 'phone', 'address', 'email'] as const;
export type DetailField = (typeof DETAIL_FIELDS)[number];

/** What a person's sealed details consist of when opened. */
export const detailsSchema: z.ZodType<PersonDetails> = z.object({
  kind: z.enum(PersonKind),
  name: z.string(),
  registrationNumber: z.string().nullable(),
  birthDate: z.custom<CivilDate>((value) => typeof value === 'string' && isCivilDate(value)).nullable(),
  phone: z.string().nullable(),
  address: z.string().nullable(),
  email: z.string().nullable(),
});

/** 8 digits for a business line to 12 for a relayed number, with or without the country's 82. */
const PHONE_DIGITS = /^(?:0\d{7,11}|1\d{7})$/;

/** A name as it is compared: one form of each syllable, and no blanks, which offices set as they like. */
export function normaliseName(name: string): string {
  return name.normalize('NFC').replace(/\s+/gu, '');
}

/** A telephone number as it is compared: digits only, as dialled inside Korea. */
export function normalisePhone(phone: string): string {
  const digits = digitsOf(phone);
  const isInternational = phone.trim().startsWith('+82') || digits.startsWith('0082');
  return isInternational ? `0${digits.replace(/^(?:00)?82/, '').replace(/^0/, '')}` : digits;
}

export function isPhone(phone: string): boolean {
  return PHONE_DIGITS.test(normalisePhone(phone));
}

/**
 * Details in the one form that is stored: numbers as digits, text composed and trimmed, empty text as absent. Error:
 * `INPUT_INVALID`, naming field and position and never the value.
 */
export function tidyDetails(details: PersonDetails, position: number): PersonDetails {
  const name = details.name.normalize('NFC').trim();
  if (normaliseName(name) === '') throw new CheongsanError('INPUT_INVALID', `Person ${position} of the batch has no name.`);
  const registrationNumber = emptyAsNull(details.registrationNumber);
  return {
    kind: details.kind,
    name,
    registrationNumber: registrationNumber === null ? null : numberAt(details.kind, registrationNumber, position),
    birthDate: details.birthDate,
    phone: emptyAsNull(details.phone === null ? null : normalisePhone(details.phone)),
    address: emptyAsNull(details.address?.normalize('NFC') ?? null),
    email: emptyAsNull(details.email),
  };
}

function numberAt(kind: PersonKind, text: string, position: number): string {
  try {
    return checkRegistrationNumber(kind, text).digits;
  } catch (cause) {
    if (!(cause instanceof CheongsanError)) throw cause;
    throw new CheongsanError('INPUT_INVALID', `Person ${position} of the batch: ${cause.message}`, { cause });
  }
}

function emptyAsNull(text: string | null): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? null : trimmed;
}

/** Fields in which a new description contradicts the kept one; what it does not say contradicts nothing. */
export function differingFields(kept: PersonDetails, given: PersonDetails): DetailField[] {
  return DETAIL_FIELDS.filter((field) => {
    if (field === 'name') return normaliseName(kept.name) !== normaliseName(given.name);
    return given[field] !== null && kept[field] !== given[field];
  });
}

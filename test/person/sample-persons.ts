import { type CivilDate, civilDate } from '../../src/kernel/civil-date.ts';
import type { PersonDetails } from '../../src/person/details.ts';

/** A plainly made-up person; the same number gives the same one. */
export function samplePerson(number: number, change: Partial<PersonDetails> = {}): PersonDetails {
  const birthDate: CivilDate = civilDate(`19${String(50 + (number % 50)).padStart(2, '0')}-03-0${1 + (number % 9)}`);
  const text = String(number).padStart(6, '0');
  return {
    kind: 'natural',
    name: `표본-${text}`,
    registrationNumber: `${birthDate.slice(2).replaceAll('-', '')}1${text}`,
    birthDate,
    phone: `0109${text.padStart(7, '0')}`,
    address: `충청북도 청주시 상당구 표본로 ${number}`,
    email: `sample-${text}@example.org`,
    ...change,
  };
}

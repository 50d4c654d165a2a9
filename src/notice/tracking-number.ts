import { CheongsanError } from '../kernel/errors.ts';

const DOMESTIC = /^\d{13}$/;
const INTERNATIONAL = /^[A-Z]{2}\d{9}[A-Z]{2}$/;

/** True for a number of the post's registered mail: 13 digits, or an international one such as `RR123456785KR`. */
export function isTrackingNumber(text: string): boolean {
  return DOMESTIC.test(text) || INTERNATIONAL.test(text);
}

/** A tracking number without the blanks and hyphens people write into it. Error: `INPUT_INVALID`. */
export function normalizedTrackingNumber(text: string): string {
  const number = text.replace(/[\s-]/g, '').toUpperCase();
  if (!isTrackingNumber(number)) {
    throw new CheongsanError('INPUT_INVALID', `${JSON.stringify(text)} is no tracking number of registered mail (13 digits).`);
  }
  return number;
}

import type { PersonKind } from '../database/generated/enums.ts';
import { type CivilDate, dayFrom } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';

/** What looks odd about a number and may still be right: an officer sees it, nothing is refused for it. */
export type NumberWarning = 'check_digit' | 'birth_date';

export interface CheckedNumber {
  readonly digits: string;
  readonly warnings: readonly NumberWarning[];
}

const NOT_DIGITS = /\D/g;
const ALLOWED = /^[\d\s-]+$/;
const CENTURY_BY_SEVENTH_DIGIT: Readonly<Record<string, number>> = {
  '1': 1900,
  '2': 1900,
  '3': 2000,
  '4': 2000,
  '5': 1900,
  '6': 1900,
  '7': 2000,
  '8': 2000,
  '9': 1800,
  '0': 1800,
};

/** Only the digits of a number, however it was grouped. */
export function digitsOf(text: string): string {
  return text.replace(NOT_DIGITS, '');
}

/**
 * Checks a resident or foreigner registration number (13 digits) or, of a corporation, its corporate registration number
 * (13) or business number (10). Only the count of digits refuses: numbers issued since October 2020 carry no check digit
 * (Enforcement Rules of the Resident Registration Act 2), so that a wrong one proves nothing. Error: `INPUT_INVALID`,
 * without the number.
 */
export function checkRegistrationNumber(kind: PersonKind, text: string): CheckedNumber {
  const digits = digitsOf(text);
  const lengths = kind === 'natural' ? [13] : [10, 13];
  if (!ALLOWED.test(text) || !lengths.includes(digits.length)) {
    throw new CheongsanError(
      'INPUT_INVALID',
      `The registration number of a ${kind} person has ${lengths.join(' or ')} digits, this one has ${digits.length}${ALLOWED.test(text) ? '' : ' and other characters'}.`,
    );
  }
  if (kind === 'natural') return { digits, warnings: residentWarnings(digits) };
  const fits = digits.length === 10 ? hasBusinessCheckDigit(digits) : hasCorporateCheckDigit(digits);
  return { digits, warnings: fits ? [] : ['check_digit'] };
}

/** The birth date a resident or foreigner registration number states, or undefined when no calendar has that day. */
export function birthDateOf(residentDigits: string): CivilDate | undefined {
  const century = CENTURY_BY_SEVENTH_DIGIT[residentDigits.charAt(6)];
  if (residentDigits.length !== 13 || century === undefined) return undefined;
  return dayFrom(century + Number(residentDigits.slice(0, 2)), Number(residentDigits.slice(2, 4)), Number(residentDigits.slice(4, 6)));
}

function residentWarnings(digits: string): NumberWarning[] {
  const warnings: NumberWarning[] = [];
  if (birthDateOf(digits) === undefined) warnings.push('birth_date');
  if (!hasResidentCheckDigit(digits)) warnings.push('check_digit');
  return warnings;
}

/** Weights 2 to 9, then 2 to 5; residents complete the sum to a multiple of 11, foreigners' digits are two further on. */
function hasResidentCheckDigit(digits: string): boolean {
  const remainder = weightedSum(digits, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11;
  const isForeigner = '5678'.includes(digits.charAt(6));
  return Number(digits.charAt(12)) === ((isForeigner ? 13 : 11) - remainder) % 10;
}

/** Weights 1 and 2 in turn, completed to a multiple of 10. */
function hasCorporateCheckDigit(digits: string): boolean {
  return Number(digits.charAt(12)) === (10 - (weightedSum(digits, [1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2]) % 10)) % 10;
}

/** Weights 1, 3, 7 in turn and 5 for the ninth digit, whose tens count as well; completed to a multiple of 10. */
function hasBusinessCheckDigit(digits: string): boolean {
  const carried = Math.floor((Number(digits.charAt(8)) * 5) / 10);
  const sum = weightedSum(digits, [1, 3, 7, 1, 3, 7, 1, 3, 5]) + carried;
  return Number(digits.charAt(9)) === (10 - (sum % 10)) % 10;
}

function weightedSum(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, index) => sum + weight * Number(digits.charAt(index)), 0);
}

import { describe, expect, it } from 'vitest';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { type GivenIdentity, type Match, type Subject, SubjectIndex } from '../../src/seizure/match.ts';
import { MATCH_REASONS } from '../../src/seizure/match-reason.ts';

const kim: Subject = {
  personId: 1,
  requestLine: 1,
  registrationNumber: '8001011000001',
  registrationToken: 'token-1',
  name: '표본-001',
  birthDate: civilDate('1980-01-01'),
  phone: '01000000001',
};
const lee: Subject = {
  personId: 2,
  requestLine: 2,
  registrationNumber: '8505052000002',
  registrationToken: 'token-2',
  name: '표본-002',
  birthDate: civilDate('1985-05-05'),
  phone: '01000000002',
};
/** Same name and birth date as `lee`. */
const twin: Subject = {
  ...lee,
  personId: 3,
  requestLine: 3,
  registrationNumber: '8505051000003',
  registrationToken: 'token-3',
  phone: '01000000003',
};
/** All that an exchange may compare, equal to `lee`. */
const double: Subject = {
  ...twin,
  personId: 4,
  requestLine: 4,
  registrationNumber: '8505051000004',
  registrationToken: 'token-4',
  phone: lee.phone,
};
const company: Subject = {
  personId: 5,
  requestLine: 5,
  registrationNumber: '1101110000005',
  registrationToken: 'token-5',
  name: '표본상사',
  birthDate: undefined,
  phone: undefined,
};

const nothing: GivenIdentity = {
  requestLine: undefined,
  registrationNumber: undefined,
  isVerified: false,
  registrationToken: undefined,
  name: undefined,
  birthDate: undefined,
  phone: undefined,
};
const kimsDetails = { name: kim.name, birthDate: kim.birthDate, phone: kim.phone };
const leesDetails = { name: lee.name, birthDate: lee.birthDate, phone: lee.phone };

function match(subjects: readonly Subject[], given: Partial<GivenIdentity>): Match {
  return new SubjectIndex(subjects).match({ ...nothing, ...given });
}

interface Row {
  readonly what: string;
  readonly subjects?: readonly Subject[];
  readonly given: Partial<GivenIdentity>;
  readonly expected: Pick<Match, 'basis' | 'state' | 'personId'>;
  readonly reasons: Match['reasons'];
}

const NUMBER = 'registration_number';
const TOKEN = 'verified_identity';
const DETAILS = 'name_birth_phone';

const rows: readonly Row[] = [
  {
    what: 'the registration number alone',
    given: { registrationNumber: '8001011000001' },
    expected: { basis: NUMBER, state: 'matched', personId: 1 },
    reasons: ['REGISTRATION_EQUAL'],
  },
  {
    what: 'the registration number with equal details',
    given: { registrationNumber: '8001011000001', ...kimsDetails, requestLine: 1 },
    expected: { basis: NUMBER, state: 'matched', personId: 1 },
    reasons: ['REGISTRATION_EQUAL', 'NAME_EQUAL', 'BIRTH_DATE_EQUAL', 'PHONE_EQUAL'],
  },
  {
    what: 'the registration number with another phone',
    given: { registrationNumber: '8001011000001', ...kimsDetails, phone: '01099999999' },
    expected: { basis: NUMBER, state: 'matched', personId: 1 },
    reasons: ['REGISTRATION_EQUAL', 'NAME_EQUAL', 'BIRTH_DATE_EQUAL', 'PHONE_DIFFERS'],
  },
  {
    what: 'the registration number with another name',
    given: { registrationNumber: '8001011000001', ...kimsDetails, name: '표본-009' },
    expected: { basis: NUMBER, state: 'conflict', personId: 1 },
    reasons: ['REGISTRATION_EQUAL', 'NAME_DIFFERS', 'BIRTH_DATE_EQUAL', 'PHONE_EQUAL'],
  },
  {
    what: 'the registration number with another birth date',
    given: { registrationNumber: '8001011000001', birthDate: civilDate('1981-01-01') },
    expected: { basis: NUMBER, state: 'conflict', personId: 1 },
    reasons: ['REGISTRATION_EQUAL', 'BIRTH_DATE_DIFFERS'],
  },
  {
    what: 'the registration number under the line of another person',
    given: { registrationNumber: '8001011000001', requestLine: 2 },
    expected: { basis: NUMBER, state: 'conflict', personId: 1 },
    reasons: ['REGISTRATION_EQUAL', 'LINE_DIFFERS'],
  },
  {
    what: 'a registration number of nobody asked about',
    given: { registrationNumber: '9001011000001', name: '표본-009' },
    expected: { basis: NUMBER, state: 'unmatched', personId: undefined },
    reasons: ['REGISTRATION_UNKNOWN'],
  },
  {
    what: 'a registration number of nobody beside the name and birth date of somebody',
    given: { registrationNumber: '9001011000001', ...kimsDetails },
    expected: { basis: NUMBER, state: 'conflict', personId: 1 },
    reasons: ['REGISTRATION_UNKNOWN', 'NAME_EQUAL', 'BIRTH_DATE_EQUAL'],
  },
  {
    what: 'two of ours under one registration number',
    subjects: [kim, { ...lee, registrationNumber: kim.registrationNumber }],
    given: { registrationNumber: '8001011000001' },
    expected: { basis: NUMBER, state: 'conflict', personId: undefined },
    reasons: ['REGISTRATION_EQUAL', 'SEVERAL_CANDIDATES'],
  },
  {
    what: 'a company by its registration number',
    given: { registrationNumber: '1101110000005', name: '표본상사' },
    expected: { basis: NUMBER, state: 'matched', personId: 5 },
    reasons: ['REGISTRATION_EQUAL', 'NAME_EQUAL'],
  },
  {
    what: 'an identity the exchange verified',
    given: { registrationToken: 'token-1', isVerified: true, ...kimsDetails },
    expected: { basis: TOKEN, state: 'matched', personId: 1 },
    reasons: ['VERIFIED_IDENTITY_EQUAL', 'NAME_EQUAL', 'BIRTH_DATE_EQUAL', 'PHONE_EQUAL'],
  },
  {
    what: 'an equal digest that the exchange did not verify',
    given: { registrationToken: 'token-1', isVerified: false },
    expected: { basis: TOKEN, state: 'probable', personId: 1 },
    reasons: ['VERIFIED_IDENTITY_EQUAL', 'IDENTITY_NOT_VERIFIED'],
  },
  {
    what: 'a verified identity with another name',
    given: { registrationToken: 'token-1', isVerified: true, name: '표본-009' },
    expected: { basis: TOKEN, state: 'conflict', personId: 1 },
    reasons: ['VERIFIED_IDENTITY_EQUAL', 'NAME_DIFFERS'],
  },
  {
    what: 'a verified identity of nobody asked about',
    given: { registrationToken: 'token-9', isVerified: true },
    expected: { basis: TOKEN, state: 'unmatched', personId: undefined },
    reasons: ['VERIFIED_IDENTITY_UNKNOWN'],
  },
  {
    what: 'verified details without the digest',
    given: { isVerified: true, ...kimsDetails },
    expected: { basis: DETAILS, state: 'probable', personId: 1 },
    reasons: ['NAME_EQUAL', 'BIRTH_DATE_EQUAL', 'PHONE_EQUAL'],
  },
  {
    what: 'name, birth date and phone under the line of another person',
    given: { ...kimsDetails, requestLine: 2 },
    expected: { basis: DETAILS, state: 'conflict', personId: 1 },
    reasons: ['NAME_EQUAL', 'BIRTH_DATE_EQUAL', 'PHONE_EQUAL', 'LINE_DIFFERS'],
  },
  {
    what: 'name and birth date of two, the phone of one',
    subjects: [lee, twin],
    given: leesDetails,
    expected: { basis: DETAILS, state: 'probable', personId: 2 },
    reasons: ['NAME_EQUAL', 'BIRTH_DATE_EQUAL', 'PHONE_EQUAL'],
  },
  {
    what: 'name, birth date and phone of two',
    subjects: [lee, double],
    given: leesDetails,
    expected: { basis: DETAILS, state: 'conflict', personId: undefined },
    reasons: ['SEVERAL_CANDIDATES'],
  },
  {
    what: 'name and birth date with another phone',
    given: { ...kimsDetails, phone: '01099999999' },
    expected: { basis: 'name_birth', state: 'conflict', personId: 1 },
    reasons: ['NAME_EQUAL', 'BIRTH_DATE_EQUAL', 'PHONE_DIFFERS'],
  },
  {
    what: 'name and birth date without a phone',
    given: { ...kimsDetails, phone: undefined },
    expected: { basis: 'name_birth', state: 'unmatched', personId: undefined },
    reasons: ['NAME_EQUAL', 'BIRTH_DATE_EQUAL', 'PHONE_MISSING'],
  },
  {
    what: 'name and birth date of two without a phone',
    subjects: [lee, twin],
    given: { ...leesDetails, phone: undefined },
    expected: { basis: 'name_birth', state: 'conflict', personId: undefined },
    reasons: ['NAME_EQUAL', 'BIRTH_DATE_EQUAL', 'SEVERAL_CANDIDATES'],
  },
  {
    what: 'a name alone',
    given: { name: kim.name },
    expected: { basis: 'none', state: 'unmatched', personId: undefined },
    reasons: ['NO_CANDIDATE'],
  },
  {
    what: 'a name and phone without birth date',
    given: { name: kim.name, phone: kim.phone },
    expected: { basis: 'none', state: 'unmatched', personId: undefined },
    reasons: ['NO_CANDIDATE'],
  },
  { what: 'nothing at all', given: {}, expected: { basis: 'none', state: 'unmatched', personId: undefined }, reasons: ['NO_CANDIDATE'] },
];

describe('a row of a reply against the persons asked about', () => {
  it.each(rows)('$what', ({ subjects, given, expected, reasons }) => {
    expect(match(subjects ?? [kim, lee, company], given)).toEqual({ ...expected, reasons });
  });

  it('never takes personal details for more than probable, whatever else is said', () => {
    const bySelf = rows.filter(({ given }) => given.registrationNumber === undefined && given.registrationToken === undefined);
    for (const { subjects, given } of bySelf)
      expect(match(subjects ?? [kim, lee, company], { ...given, isVerified: true }).state).not.toBe('matched');
  });

  it('has a Korean text for every reason', () => {
    for (const { reasons } of rows) for (const reason of reasons) expect(MATCH_REASONS[reason]).toMatch(/[가-힣]/);
  });
});

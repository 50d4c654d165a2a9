import type { MatchBasis } from '../database/generated/enums.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import type { MatchReason } from './match-reason.ts';

/** Whom a row of the exchange's reply is about, as the exchange gives it, in the forms in which persons are compared. */
export interface GivenIdentity {
  /** Line of our request that the exchange answers. */
  readonly requestLine: number | undefined;
  readonly registrationNumber: string | undefined;
  /** True when the exchange says that it checked an identity document. */
  readonly isVerified: boolean;
  /** The exchange's digest of the registration number it verified, made as the request demands. */
  readonly registrationToken: string | undefined;
  readonly name: string | undefined;
  readonly birthDate: CivilDate | undefined;
  readonly phone: string | undefined;
}

/** A person we asked about, in the same forms. */
export interface Subject {
  readonly personId: number;
  readonly requestLine: number;
  readonly registrationNumber: string | undefined;
  readonly registrationToken: string | undefined;
  readonly name: string;
  readonly birthDate: CivilDate | undefined;
  readonly phone: string | undefined;
}

/**
 * `matched` is used as it is. `probable` needs the exchange's confirmation and an officer's decision. `conflict` means that
 * something speaks against it, or that several persons fit. `unmatched` names nobody.
 */
export interface Match {
  readonly basis: MatchBasis;
  readonly state: 'matched' | 'probable' | 'conflict' | 'unmatched';
  readonly personId: number | undefined;
  readonly reasons: readonly MatchReason[];
}

/** Finds the person a row is about among those the request asked for. Built once a request. */
export class SubjectIndex {
  readonly #byRegistrationNumber: ReadonlyMap<string, readonly Subject[]>;
  readonly #byRegistrationToken: ReadonlyMap<string, readonly Subject[]>;
  readonly #byNameAndBirth: ReadonlyMap<string, readonly Subject[]>;

  constructor(subjects: readonly Subject[]) {
    this.#byRegistrationNumber = grouped(subjects, ({ registrationNumber }) => registrationNumber);
    this.#byRegistrationToken = grouped(subjects, ({ registrationToken }) => registrationToken);
    this.#byNameAndBirth = grouped(subjects, nameAndBirth);
  }

  /**
   * The registration number decides where it is given, then the identity the exchange verified. Name, birth date and phone
   * together are never more than probable: until October 2021 exchanges opened accounts on them alone.
   */
  match(given: GivenIdentity): Match {
    if (given.registrationNumber !== undefined) return this.#byNumber(given, given.registrationNumber);
    if (given.registrationToken !== undefined) return this.#byToken(given, given.registrationToken);
    return this.#byPersonalDetails(given);
  }

  #byNumber(given: GivenIdentity, registrationNumber: string): Match {
    const subjects = this.#byRegistrationNumber.get(registrationNumber) ?? [];
    if (subjects.length === 0) return this.#contradicted(given, 'registration_number', 'REGISTRATION_UNKNOWN');
    return decided(given, subjects, 'registration_number', ['REGISTRATION_EQUAL']);
  }

  #byToken(given: GivenIdentity, registrationToken: string): Match {
    const subjects = this.#byRegistrationToken.get(registrationToken) ?? [];
    if (subjects.length === 0) return this.#contradicted(given, 'verified_identity', 'VERIFIED_IDENTITY_UNKNOWN');
    if (given.isVerified) return decided(given, subjects, 'verified_identity', ['VERIFIED_IDENTITY_EQUAL']);
    const match = decided(given, subjects, 'verified_identity', ['VERIFIED_IDENTITY_EQUAL', 'IDENTITY_NOT_VERIFIED']);
    return match.state === 'matched' ? { ...match, state: 'probable' } : match;
  }

  /** A number that is none of ours beside a name and birth date that are: somebody is mistaken, so a person must look. */
  #contradicted(given: GivenIdentity, basis: MatchBasis, reason: MatchReason): Match {
    const twins = this.#byNameAndBirth.get(nameAndBirth(given) ?? '') ?? [];
    const [twin] = twins;
    if (twin === undefined) return { basis, state: 'unmatched', personId: undefined, reasons: [reason] };
    const personId = twins.length === 1 ? twin.personId : undefined;
    return { basis, state: 'conflict', personId, reasons: [reason, 'NAME_EQUAL', 'BIRTH_DATE_EQUAL'] };
  }

  #byPersonalDetails(given: GivenIdentity): Match {
    const sameNameAndBirth = this.#byNameAndBirth.get(nameAndBirth(given) ?? '') ?? [];
    const samePhone = sameNameAndBirth.filter(({ phone }) => given.phone !== undefined && phone === given.phone);
    if (samePhone.length > 0) return personalDetailsAgree(given, samePhone);
    const [subject] = sameNameAndBirth;
    if (subject === undefined) return { basis: 'none', state: 'unmatched', personId: undefined, reasons: ['NO_CANDIDATE'] };
    const agreeing: MatchReason[] = ['NAME_EQUAL', 'BIRTH_DATE_EQUAL'];
    if (sameNameAndBirth.length > 1) {
      return { basis: 'name_birth', state: 'conflict', personId: undefined, reasons: [...agreeing, 'SEVERAL_CANDIDATES'] };
    }
    if (given.phone === undefined || subject.phone === undefined) {
      return { basis: 'name_birth', state: 'unmatched', personId: undefined, reasons: [...agreeing, 'PHONE_MISSING'] };
    }
    return { basis: 'name_birth', state: 'conflict', personId: subject.personId, reasons: [...agreeing, 'PHONE_DIFFERS'] };
  }
}

function personalDetailsAgree(given: GivenIdentity, subjects: readonly Subject[]): Match {
  const match = decided(given, subjects, 'name_birth_phone', []);
  return match.state === 'matched' ? { ...match, state: 'probable' } : match;
}

/** One subject fits on the basis given: what else the row says either agrees or makes it a conflict. */
function decided(given: GivenIdentity, subjects: readonly Subject[], basis: MatchBasis, grounds: readonly MatchReason[]): Match {
  const [subject] = subjects;
  if (subject === undefined || subjects.length > 1) {
    return { basis, state: 'conflict', personId: undefined, reasons: [...grounds, 'SEVERAL_CANDIDATES'] };
  }
  const compared = compare(given, subject);
  const isContradicted = compared.some((reason) => CONTRADICTIONS.has(reason));
  return { basis, state: isContradicted ? 'conflict' : 'matched', personId: subject.personId, reasons: [...grounds, ...compared] };
}

/** People change their phone, so another number beside an equal registration number contradicts nothing. */
const CONTRADICTIONS: ReadonlySet<MatchReason> = new Set(['NAME_DIFFERS', 'BIRTH_DATE_DIFFERS', 'LINE_DIFFERS']);

/** Side by side what the row and the person have in common and what not. What one side lacks is not compared. */
function compare(given: GivenIdentity, subject: Subject): MatchReason[] {
  const sides: readonly (readonly [string | undefined, string | undefined, MatchReason, MatchReason])[] = [
    [given.name, subject.name, 'NAME_EQUAL', 'NAME_DIFFERS'],
    [given.birthDate, subject.birthDate, 'BIRTH_DATE_EQUAL', 'BIRTH_DATE_DIFFERS'],
    [given.phone, subject.phone, 'PHONE_EQUAL', 'PHONE_DIFFERS'],
  ];
  const reasons = sides.flatMap(([theirs, ours, equal, differs]) => {
    if (theirs === undefined || ours === undefined) return [];
    return [theirs === ours ? equal : differs];
  });
  if (given.requestLine !== undefined && given.requestLine !== subject.requestLine) reasons.push('LINE_DIFFERS');
  return reasons;
}

function nameAndBirth({ name, birthDate }: Pick<GivenIdentity, 'name' | 'birthDate'>): string | undefined {
  return name === undefined || birthDate === undefined ? undefined : `${name}\u001f${birthDate}`;
}

function grouped(subjects: readonly Subject[], keyOf: (subject: Subject) => string | undefined): ReadonlyMap<string, readonly Subject[]> {
  const groups = new Map<string, Subject[]>();
  for (const subject of subjects) {
    const key = keyOf(subject);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [subject]);
    else group.push(subject);
  }
  return groups;
}

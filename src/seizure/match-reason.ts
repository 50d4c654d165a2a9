/** What agrees and what does not between a row of a reply and our person, and what an officer reads about it. */
export const MATCH_REASONS = {
  REGISTRATION_EQUAL: '등록번호가 같음',
  REGISTRATION_UNKNOWN: '등록번호가 조회 대상자 가운데 없음',
  VERIFIED_IDENTITY_EQUAL: '거래소가 신분증으로 확인한 사람의 등록번호 확인값이 같음',
  VERIFIED_IDENTITY_UNKNOWN: '등록번호 확인값이 조회 대상자 가운데 없음',
  IDENTITY_NOT_VERIFIED: '거래소가 신분증으로 본인을 확인하지 않음',
  NAME_EQUAL: '성명이 같음',
  NAME_DIFFERS: '성명이 다름',
  BIRTH_DATE_EQUAL: '생년월일이 같음',
  BIRTH_DATE_DIFFERS: '생년월일이 다름',
  PHONE_EQUAL: '휴대전화번호가 같음',
  PHONE_DIFFERS: '휴대전화번호가 다름',
  PHONE_MISSING: '휴대전화번호가 없어 비교할 수 없음',
  LINE_DIFFERS: '회신의 순번이 다른 조회 대상자를 가리킴',
  SEVERAL_CANDIDATES: '조건이 같은 조회 대상자가 여럿임',
  NO_CANDIDATE: '조회 대상자 가운데 해당하는 사람이 없음',
} as const;

export type MatchReason = keyof typeof MATCH_REASONS;

export function isMatchReason(code: string): code is MatchReason {
  return Object.hasOwn(MATCH_REASONS, code);
}

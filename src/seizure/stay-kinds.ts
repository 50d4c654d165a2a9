import type { StayKind, StayScope } from '../database/generated/enums.ts';
import type { CivilDate } from '../kernel/civil-date.ts';

/** What somebody is about to do to a case. */
export type EnforcementAct = 'seizure' | 'transfer' | 'sale' | 'distribution';

export interface StayKindDescription {
  /** Korean, as shown to officers. */
  readonly title: string;
  /** Articles it stands on; a policy pause without a legal ground says so. */
  readonly legalGround: string;
  readonly scope: StayScope;
  /** Korean: what stands still and when it ends. */
  readonly effect: string;
}

export const STAY_KINDS: Readonly<Record<StayKind, StayKindDescription>> = {
  appeal: {
    title: '불복(이의신청·심판청구·소송)',
    legalGround: '지방세징수법 제71조제5항',
    scope: 'sale',
    effect: '결정이나 판결이 확정될 때까지 매각하지 않습니다. 시 계정으로의 이전은 막지 않습니다(지방세기본법 제99조제1항).',
  },
  court_order: {
    title: '법원의 집행정지',
    legalGround: '행정소송법 제23조',
    scope: 'everything',
    effect: '정지 결정의 효력이 끝날 때까지 압류·이전·매각을 모두 멈춥니다.',
  },
  taxpayer_advocate: {
    title: '납세자보호관의 중지 요구',
    legalGround: '지방세기본법 제77조, 같은 법 시행령 제51조의2',
    scope: 'everything',
    effect: '요구가 철회되거나 처리될 때까지 모두 멈춥니다.',
  },
  rehabilitation: {
    title: '회생절차',
    legalGround: '채무자 회생 및 파산에 관한 법률 제58조제3항',
    scope: 'everything',
    effect: '중지 기간이 끝날 때까지 체납처분을 모두 멈춥니다.',
  },
  bankruptcy: {
    title: '파산선고',
    legalGround: '채무자 회생 및 파산에 관한 법률 제349조',
    scope: 'seizure',
    effect: '새로 압류하지 않습니다. 파산선고 전에 압류한 재산의 체납처분은 계속합니다.',
  },
  death: {
    title: '체납자의 사망',
    legalGround: '지방세징수법 제47조, 지방세기본법 제42조·제43조',
    scope: 'sale',
    effect: '체납처분은 계속하되, 상속인을 확인하고 통지를 마칠 때까지 매각하지 않습니다.',
  },
  third_party_claim: {
    title: '제3자의 소유권 주장',
    legalGround: '지방세징수법 제60조, 같은 법 시행령 제59조',
    scope: 'everything',
    effect: '주장이 정리될 때까지 집행을 정지합니다. 부당하다는 통지를 받고 15일 안에 소송을 증명하지 않으면 계속합니다.',
  },
  collection_deferral: {
    title: '징수유예',
    legalGround: '지방세징수법 제25조의2·제28조',
    scope: 'everything',
    effect: '유예 기간에는 체납처분을 하지 않습니다.',
  },
  disposition_deferral: {
    title: '체납처분유예',
    legalGround: '지방세징수법 제105조',
    scope: 'everything',
    effect: '유예 기간에는 압류와 매각을 하지 않습니다. 납부지연가산세는 계속 붙습니다.',
  },
  no_surplus: {
    title: '실익 없음(체납처분 중지)',
    legalGround: '지방세징수법 제104조',
    scope: 'everything',
    effect: '체납처분비에 충당하고 남을 것이 없어 심의를 거쳐 중지합니다.',
  },
  hardship: {
    title: '생계 곤란에 따른 내부 보류',
    legalGround: '시 내부 결정(법정 사유 아님)',
    scope: 'sale',
    effect: '검토를 마칠 때까지 매각을 미룹니다. 납부지연가산세와 소멸시효에는 효과가 없습니다.',
  },
  objection: {
    title: '의견 제출에 따른 내부 보류',
    legalGround: '시 내부 결정(법정 사유 아님)',
    scope: 'sale',
    effect: '의견을 검토할 때까지 매각을 미룹니다.',
  },
  bill_update: {
    title: '체납액 변동 미처리',
    legalGround: '지방세기본법 제58조, 지방세징수법 제63조·제85조',
    scope: 'sale',
    effect: '가져온 변동이 결재되거나 반려될 때까지 매각하지 않습니다.',
  },
  freeze: {
    title: '가상자산 동결',
    legalGround: '시 내부 결정(잔액 차이 확인)',
    scope: 'everything',
    effect: '잔액 차이가 해명될 때까지 이전과 매각을 멈춥니다.',
  },
};

/** Whether a stay of this scope stops an act. A seizure that stands already is not undone by any of them. */
export function stops(scope: StayScope, act: EnforcementAct): boolean {
  switch (scope) {
    case 'everything':
      return true;
    case 'sale':
      return act === 'sale';
    case 'seizure':
      return act === 'seizure';
  }
}

/** The days on which a stay stops anything, both included; `untilDay` is null while its end is unknown. */
export interface StaySpan {
  readonly fromDay: CivilDate;
  readonly untilDay: CivilDate | null;
}

export function isInForce({ fromDay, untilDay }: StaySpan, onDay: CivilDate): boolean {
  return fromDay <= onDay && (untilDay === null || onDay <= untilDay);
}

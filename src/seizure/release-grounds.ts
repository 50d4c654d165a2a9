import { ReleaseGround } from '../database/generated/enums.ts';

export interface ReleaseGroundDescription {
  /** Korean, as printed in the notice. */
  readonly title: string;
  readonly legalGround: string;
}

/** Why a whole seizure ends. Grounds for releasing a part of it (LTCA 63(2)1 to 3) end no case. */
export const RELEASE_GROUNDS: Readonly<Record<ReleaseGround, ReleaseGroundDescription>> = {
  nothing_owed: { title: '압류에 관계되는 체납액의 납부·충당 또는 부과 취소', legalGround: '지방세징수법 제63조제1항제1호' },
  not_needed: { title: '그 밖의 사유로 압류가 필요 없게 됨', legalGround: '지방세징수법 제63조제1항제1호' },
  third_party_owner: { title: '제3자의 소유권 주장이 이유 있음', legalGround: '지방세징수법 제63조제1항제2호' },
  third_party_judgment: { title: '제3자의 소유권을 확인한 판결', legalGround: '지방세징수법 제63조제1항제3호' },
  other_property: { title: '체납자가 제공한 다른 재산을 압류함', legalGround: '지방세징수법 제63조제2항제4호' },
  exempt: { title: '압류가 금지된 재산임이 증명됨', legalGround: '지방세징수법 제40조·제63조제2항제5호' },
};

/** Grounds other than payment, on which somebody has to decide. */
export type EndingGround = Exclude<ReleaseGround, 'nothing_owed'>;

/** The ground on which it was decided that a seizure ends, where a case that is not closed yet has one. */
export function decidedGround({ closeReason }: { readonly closeReason: string | null }): ReleaseGround | undefined {
  return Object.values(ReleaseGround).find((ground) => ground === closeReason);
}

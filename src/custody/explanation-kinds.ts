import type { ExplanationKind, ExplanationSide } from '../database/generated/enums.ts';

interface ExplanationDescription {
  /** Korean, as it stands in the books and in reports. */
  readonly title: string;
  readonly sides: readonly ExplanationSide[];
  readonly of: 'coins' | 'won' | 'any';
}

/**
 * What a difference can be that neither a deposit nor a withdrawal shows. A seizure covers what the seized thing bears (LTCA 46), so
 * what comes of coins belongs to whoever they belonged to when it accrued.
 */
export const EXPLANATION_KINDS: Readonly<Record<ExplanationKind, ExplanationDescription>> = {
  airdrop: { title: '에어드롭', sides: ['excess'], of: 'coins' },
  fork: { title: '하드포크로 생긴 가상자산', sides: ['excess'], of: 'coins' },
  staking_reward: { title: '스테이킹 보상', sides: ['excess'], of: 'coins' },
  deposit_interest: { title: '예치금 이용료', sides: ['excess'], of: 'won' },
  dust_conversion: { title: '소액 잔여 자산의 전환', sides: ['excess', 'shortage'], of: 'any' },
  venue_correction: { title: '거래소의 정정', sides: ['excess', 'shortage'], of: 'any' },
};

/** Entries of explanations, by kind: `explained_airdrop`. */
export function explanationEntryKind(kind: ExplanationKind): string {
  return `explained_${kind}`;
}

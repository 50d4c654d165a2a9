import type { VenueTroubleKind } from '../database/generated/enums.ts';

interface TroubleDescription {
  /** Korean, as a case shows it: what it waits for, or must be quicker than. */
  readonly title: string;
  /** Korean: what happens by itself, and what somebody has to do. */
  readonly consequence: string;
  /** One asset, or all of the account. */
  readonly of: 'asset' | 'account';
  /** What the last day that is known of it says. */
  readonly untilDay: string;
}

export const VENUE_TROUBLES: Readonly<Record<VenueTroubleKind, TroubleDescription>> = {
  unreadable: {
    title: '거래소가 응답하지 않아 기다립니다',
    consequence: '다시 읽히면 저절로 이어집니다. 오래 이어지면 거래소의 공지와 네트워크를 확인합니다.',
    of: 'account',
    untilDay: '',
  },
  maintenance: {
    title: '거래소가 점검 중이라 기다립니다',
    consequence: '점검이 끝나 다시 읽히면 저절로 이어집니다.',
    of: 'account',
    untilDay: '점검 마지막 날',
  },
  deposits_halted: {
    title: '거래소가 이 가상자산의 입금을 멈추어 이전받을 수 없습니다',
    consequence:
      '이전 기한은 저절로 미루어집니다. 오래 이어지면 다른 가상자산을 먼저 요구하거나, 재개를 거래소에 확인하거나, 부족분을 확정합니다.',
    of: 'asset',
    untilDay: '재개 예정일',
  },
  withdrawals_halted: {
    title: '거래소가 이 가상자산의 출금을 멈추어 돌려주거나 옮길 수 없습니다',
    consequence: '매각은 계속됩니다. 재개될 때까지 반환을 미루고, 돌려받을 사람에게 알립니다.',
    of: 'asset',
    untilDay: '재개 예정일',
  },
  delisting: {
    title: '거래소가 이 가상자산의 거래지원을 끝냅니다',
    consequence: '기한 전에 매각 계획을 앞당겨 팔거나, 반환·이전으로 거래소 밖으로 옮깁니다.',
    of: 'asset',
    untilDay: '거래지원 종료일',
  },
};

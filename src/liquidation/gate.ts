import { isInForce } from '../seizure/stay-kinds.ts';
import type { GateFacts } from './decision-inputs.ts';

/** Why a sale may not go on, as a stable code with the words an officer reads. */
export interface Denial {
  readonly code: DenialCode;
  readonly text: string;
}

/** Every refusal of the gate. Stored with the decision; scripts and tests rely on the codes. */
export const DENIAL_TEXT = {
  case_not_for_sale: '매각할 수 있는 단계의 사건이 아닙니다',
  sale_notice_missing: '매각 통지를 하지 않은 대상자가 있습니다 (지방세징수법 제71조제3항)',
  sale_notice_unserved: '매각 통지의 송달이 증명되지 않은 대상자가 있습니다 (지방세징수법 제71조제3항)',
  window_missing: '자진 매각·납부 기간이 시작되지 않았습니다',
  window_open: '자진 매각·납부 기간이 끝나지 않았습니다',
  stay_open: '매각을 멈추는 사유가 해소되지 않았습니다',
  bill_update_pending: '승인되지 않은 체납액 변동이 있습니다',
  bill_barred: '집행할 수 없는 체납액이 포함되어 있습니다',
  mandate_missing: '승인된 매각 위임이 없습니다',
  mandate_ended: '매각 위임의 기한이 지났습니다',
  trading_halted: '거래가 중지되어 있습니다 (HALTED)',
  trading_reducing: '새 주문을 내지 않는 상태입니다 (REDUCING)',
} as const;
export type DenialCode = keyof typeof DENIAL_TEXT;

/** Rules before the taxpayer's wishes knew of none. */
type GateLook = Omit<GateFacts, 'wishes'> & Partial<Pick<GateFacts, 'wishes'>>;

/** Phases in which a sale may begin or go on. */
const SALE_PHASES: readonly GateFacts['phase'][] = ['voluntary_window', 'cleared_for_sale', 'selling'];

/**
 * The gate before every order: every notice served, window over or waived, no stay, nothing pending against the bills, an
 * approved mandate in force, trading active (invariant 7; LTCA 71(3), 71(5), 28, 105; Supreme Court 2007두18154). All reasons
 * are given, not only the first; an empty list opens the gate.
 */
export function gateDenials(facts: GateLook): Denial[] {
  const codes: DenialCode[] = [];
  if (!SALE_PHASES.includes(facts.phase)) codes.push('case_not_for_sale');
  if (facts.saleNotices.length === 0 || facts.saleNotices.some((notice) => !notice.issued)) codes.push('sale_notice_missing');
  if (facts.saleNotices.some((notice) => notice.issued && !notice.served)) codes.push('sale_notice_unserved');
  codes.push(...windowDenials(facts));
  if (facts.openStays.some((stay) => isInForce(stay, facts.day))) codes.push('stay_open');
  if (facts.pendingBillUpdates > 0) codes.push('bill_update_pending');
  if (facts.billBars.length > 0) codes.push('bill_barred');
  if (facts.mandate?.state !== 'approved') codes.push('mandate_missing');
  else if (facts.mandate.endsOn < facts.day) codes.push('mandate_ended');
  if (facts.tradingState === 'HALTED') codes.push('trading_halted');
  if (facts.tradingState === 'REDUCING') codes.push('trading_reducing');
  return codes.map((code) => ({ code, text: DENIAL_TEXT[code] }));
}

function windowDenials({ window, day, wishes = [] }: GateLook): DenialCode[] {
  if (window === null || window.state === 'cancelled') return ['window_missing'];
  if (window.state === 'waived') return [];
  // Within his own time the taxpayer himself may ask for a sale; whoever else is owed a notice has been served with it all the same.
  if (window.state === 'open' && window.endsOn >= day && wishes.length > 0) return [];
  // The last day of the window belongs to the taxpayer, whatever a job has already marked.
  return window.state === 'passed' && window.endsOn < day ? [] : ['window_open'];
}

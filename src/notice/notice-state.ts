import type { NoticeState, ServiceResult } from '../database/generated/enums.ts';

/**
 * The way of one notice. A letter is issued once; it may be sent again and again until one attempt is proven served. Only a
 * proof leads to `served`, and nothing leads out of it.
 *
 *     issued ──dispatch──▶ sent ──served, proven──▶ served
 *        │                 │  ▲
 *        │         returned│  │dispatch (another attempt)
 *        │                 ▼  │
 *        └──cancel──▶ … returned ──cancel──▶ cancelled
 */
type NoticeAct = 'dispatch' | 'serve' | 'return' | 'cancel';

const NEXT: Readonly<Record<NoticeState, Partial<Record<NoticeAct, NoticeState>>>> = {
  issued: { dispatch: 'sent', cancel: 'cancelled' },
  sent: { serve: 'served', return: 'returned', cancel: 'cancelled' },
  returned: { dispatch: 'sent', cancel: 'cancelled' },
  served: {},
  cancelled: {},
};

/** The state after an act, or undefined when the state does not allow it. */
export function noticeStateAfter(state: NoticeState, act: NoticeAct): NoticeState | undefined {
  return NEXT[state][act];
}

/** What the end of an attempt does to its notice. */
export function actOfResult(result: Exclude<ServiceResult, 'pending'>): NoticeAct {
  return result === 'served' ? 'serve' : 'return';
}

import { appendAudit } from '../audit/append.ts';
import type { SaleWindow } from '../database/generated/client.ts';
import type { WindowState } from '../database/generated/enums.ts';
import type { Work } from '../database/work.ts';
import { dayFromColumn, dayToColumn, seoulDay } from '../kernel/civil-date.ts';
import { readPolicy } from '../policy/book.ts';
import { voluntaryWindowDays } from '../policy/definitions/sale.ts';
import type { CaseWithParts } from '../seizure/locked-case.ts';
import { moveCase } from '../seizure/phase.ts';
import { billsThatOwe } from '../seizure/settle.ts';
import { saleNoticeStatus } from './sale-notice-status.ts';
import { serviceCompleteOn, windowFrom, windowStateOn } from './window-rules.ts';
import { reviewWishes } from './wish-review.ts';

/**
 * Opens the window of a locked case once everyone whom the law names is proven served, and moves the case into it. Returns the
 * window, or undefined while somebody is not served.
 */
export async function openWindow(work: Work, { id: caseId }: Pick<CaseWithParts, 'id'>): Promise<SaleWindow | undefined> {
  const recipients = await saleNoticeStatus(work.tx, caseId);
  const completeOn = serviceCompleteOn(
    recipients.map(({ notice }) => ({
      servedOn: notice?.servedOn,
      provenAt: notice?.servedOn === undefined ? undefined : notice.provenAt,
    })),
  );
  if (completeOn === undefined) return undefined;
  // The taxpayer has the days that were promised to him, whatever the city has decided since.
  const promisedOn = recipients.flatMap(({ recipientKind, notice }) => (recipientKind === 'delinquent' ? (notice?.issuedOn ?? []) : []))[0];
  const windowDays = (await readPolicy(work.tx)).get(voluntaryWindowDays, promisedOn ?? completeOn);
  const { opensOn, endsOn } = windowFrom(completeOn, windowDays);
  const window = await work.tx.saleWindow.create({
    data: { caseId, opensOn: dayToColumn(opensOn), endsOn: dayToColumn(endsOn), windowDays, state: 'open', createdAt: work.at },
  });
  await moveCase(work, caseId, ['sale_noticed'], 'voluntary_window', {
    deadlineOn: endsOn,
    action: 'window.opened',
    payload: { window: window.id, opensOn, endsOn, windowDays, notices: recipients.flatMap(({ notice }) => notice?.id ?? []) },
  });
  return window;
}

/** Brings a window to the state its facts give it, as long as no sale has begun, and the wishes with it. The case is locked by the caller. */
export async function reviewWindow(work: Work, seizureCase: CaseWithParts, window: SaleWindow): Promise<void> {
  const state = (await stateNow(work, seizureCase, window)) ?? window.state;
  if (state !== window.state) await changeState(work, seizureCase, window, state);
  await reviewWishes(work, seizureCase, { ...window, state });
}

async function changeState(work: Work, seizureCase: CaseWithParts, window: SaleWindow, state: WindowState): Promise<void> {
  await work.tx.saleWindow.update({ where: { id: window.id }, data: { state, closedAt: state === 'open' ? null : work.at } });
  await appendAudit(work, {
    stream: `case:${seizureCase.id}`,
    action: `window.${state === 'open' ? 'reopened' : state}`,
    subject: `window:${window.id}`,
    before: window.state,
    after: state,
    payload: { endsOn: dayFromColumn(window.endsOn) },
  });
  work.ring('cases', seizureCase.id);
}

async function stateNow(work: Work, seizureCase: CaseWithParts, window: SaleWindow): Promise<WindowState | undefined> {
  const { phase } = seizureCase;
  const isWithoutSale = window.state === 'open' && (phase === 'settled' || phase === 'closed');
  if (phase !== 'voluntary_window' && !isWithoutSale) return undefined;
  const billIds = seizureCase.bills.map(({ billId }) => billId);
  const owesNothing = (await billsThatOwe(work, billIds)).size === 0;
  if (isWithoutSale) return owesNothing ? 'paid' : 'cancelled';
  const waiver = await work.tx.windowChoice.findFirst({ where: { caseId: seizureCase.id, kind: 'let_city_sell', revokedAt: null } });
  return windowStateOn({ endsOn: dayFromColumn(window.endsOn), owesNothing, hasWaived: waiver !== null }, seoulDay(work.at));
}

import { STOP_TEXT } from '../../liquidation/codes.ts';
import { PHASES } from '../../seizure/phase-table.ts';
import { decidedGround, RELEASE_GROUNDS } from '../../seizure/release-grounds.ts';
import type { CaseStanding, SaleFacts } from './facts.ts';
import type { CaseReport } from './report.ts';

export const SALE_STATE_TITLES = { running: '매각 중', paused: '멈춤', done: '끝남' } as const;

const NOT_SOLD = '매각하지 않음';

/** How far the sale of a case has come, or why there is none, in Korean. */
export function saleStateText({ standing, sale, sums }: Pick<CaseReport, 'standing' | 'sale' | 'sums'>): string {
  const { phase } = standing;
  const { title } = PHASES[phase];
  if (sums.fills > 0) return sale === undefined ? title : endOf(sale);
  switch (phase) {
    case 'refused':
      return `${title} · 압류하지 않아 ${NOT_SOLD}`;
    case 'settled':
    case 'closed':
      return `${title} · ${whyNotSold(standing, sale)}`;
    default:
      return sale === undefined ? `매각 시작 전 (${title})` : endOf(sale);
  }
}

function endOf({ state, endCode }: SaleFacts): string {
  const text = stopText(endCode);
  return text === undefined ? SALE_STATE_TITLES[state] : `${SALE_STATE_TITLES[state]}: ${text}`;
}

/** Why a sale ended, by the code with which it did; undefined for one that has not. */
export function stopText(endCode: string | undefined): string | undefined {
  return Object.entries(STOP_TEXT).find(([code]) => code === endCode)?.[1];
}

function whyNotSold({ closeReason, isNothingReceived }: CaseStanding, sale: SaleFacts | undefined): string {
  const ground = decidedGround({ closeReason: closeReason ?? null });
  if (ground !== undefined && ground !== 'nothing_owed') return `${NOT_SOLD} (${RELEASE_GROUNDS[ground].title})`;
  if (isNothingReceived && ground === undefined) return `이전받은 가상자산이 없어 ${NOT_SOLD}`;
  if (sale?.endCode === 'exhausted' || sale?.endCode === 'ended_by_official') return `${NOT_SOLD} (${STOP_TEXT[sale.endCode]})`;
  return `체납액이 납부·충당되거나 취소되어 ${NOT_SOLD}`;
}

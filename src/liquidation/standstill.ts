import type { Liquidation } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { warnOnce } from '../intent/alert.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { readPolicy } from '../policy/book.ts';
import { bandAlert } from '../policy/definitions/execution.ts';
import { saleCodesText } from './code-text.ts';
import { isSlow, reasonOf } from './wait.ts';

const WAITS_LOOKED_AT = 16;
const NEEDS_PERSON = new Set([
  'mandate_used_up',
  'mandate_ended',
  'mandate_missing',
  'price_below_floor',
  'no_market',
  'asset_not_allowed',
  'own_orders_open',
]);
/** Denials that end only when somebody gives leave anew, whatever else is said beside them. */
const LEAVE_IS_OVER = new Set(['mandate_ended', 'mandate_missing']);
/** Of a coin for which nobody has to do anything. */
const NOTHING_TO_DO = new Set(['not_planned', 'nothing_held', 'below_minimum']);
/** What a market in which one can sell within the band would have cured. */
const UNFILLED = new Set([
  'depth_below_minimum',
  'spread_wide',
  'book_thin',
  'book_empty',
  'book_crossed',
  'book_stale',
  'book_ahead_of_clock',
  'clock_skewed',
  'price_off_reference',
  'tick_unknown',
  'tick_misfit',
  'market_unreadable',
  'market_closed',
  'market_danger',
  'wallet_halted',
  'units_unavailable',
]);

/** How many decisions before the present one led to no order, in a row: dust may want one, and find nobody to go with. */
export async function waitsBefore(work: Work, sale: Liquidation): Promise<number> {
  const latest = await work.tx.saleDecision.findMany({
    where: { liquidationId: sale.id, stepNumber: { lte: sale.stepCount } },
    orderBy: { stepNumber: 'desc' },
    take: WAITS_LOOKED_AT,
    select: { outcome: true, share: { select: { id: true } } },
  });
  const order = latest.findIndex(({ outcome, share }) => outcome !== 'wait' && (outcome !== 'order' || share !== null));
  return order === -1 ? latest.length : order;
}

/**
 * What a sale stands still for and no other part of the service tells of: leave to sell, or a market, that somebody must find; and a
 * market in which nothing could be sold inside the band for as long as the policy waits.
 */
export async function tellOfStandstill(work: Work, sale: Liquidation, codes: readonly string[]): Promise<void> {
  // A need is left, a coin is held, and no plan sells it: nobody knows why.
  const isStranded = codes.every((code) => NOTHING_TO_DO.has(reasonOf(code))) && codes.some((code) => reasonOf(code) === 'not_planned');
  const forPerson = isStranded ? codes : codes.filter((code) => NEEDS_PERSON.has(reasonOf(code)));
  if (forPerson.length > 0 && (isSlow(codes) || forPerson.some((code) => LEAVE_IS_OVER.has(code)))) {
    await warnOnce(work, {
      code: 'sale_stands_still',
      subject: `case:${sale.caseId}`,
      text: `매각이 멈추어 있습니다 (${saleCodesText(forPerson)}). 사유를 없애거나, 새 매각 위임을 올리거나, 매각을 마치세요.`,
      facts: { liquidation: sale.id, codes: forPerson.join(' ') },
    });
  }
  if (isUnfilled(codes)) await tellOfUnfilledBand(work, sale, codes);
}

async function tellOfUnfilledBand(work: Work, sale: Liquidation, codes: readonly string[]): Promise<void> {
  const minutes = (await readPolicy(work.tx)).get(bandAlert, seoulDay(work.at));
  if (!(await isUnfilledSince(work, sale, new Date(work.at.getTime() - minutes * 60_000)))) return;
  await warnOnce(work, {
    code: 'band_unfilled',
    subject: `case:${sale.caseId}`,
    text: `허용 폭 안에서 ${minutes}분 동안 팔지 못했습니다 (${saleCodesText(codes)}). 시장을 확인하세요.`,
    facts: { liquidation: sale.id, codes: codes.join(' ') },
  });
}

/** True when the decision before that instant and every one since found no market to sell in; a slice that was sold is no such finding. */
async function isUnfilledSince(work: Work, { id: liquidationId }: Liquidation, since: Date): Promise<boolean> {
  const select = { outcome: true, codes: true } as const;
  const before = await work.tx.saleDecision.findFirst({
    where: { liquidationId, decidedAt: { lte: since } },
    orderBy: { stepNumber: 'desc' },
    select,
  });
  const later = await work.tx.saleDecision.findMany({ where: { liquidationId, decidedAt: { gt: since } }, select });
  return before !== null && [before, ...later].every(({ outcome, codes }) => outcome === 'wait' && isUnfilled(codes));
}

function isUnfilled(codes: readonly string[]): boolean {
  return codes.some((code) => UNFILLED.has(reasonOf(code)));
}

import type { Transaction } from '../../database/work.ts';
import { formatFigure } from '../../document/korean-format.ts';
import { drawFigure } from '../../document/svg/figure.ts';
import { basisPoints } from './cost.ts';
import { roundedPoints, wholeWon } from './figure-text.ts';
import { type HoldingPlotFacts, readPlotFacts } from './plot-facts.ts';
import { pricePanel } from './price-panel.ts';
import { progressPanel } from './progress-panel.ts';
import type { CaseReport } from './report.ts';

/** Prices, plan and fills of a case as an SVG document: two panels for each coin. */
export async function drawCaseReport(reader: Transaction, report: CaseReport): Promise<string> {
  return casePlot(report, await readPlotFacts(reader, report));
}

/** The same from what was read: a pure function. */
export function casePlot({ number, sale, sums }: CaseReport, facts: readonly HoldingPlotFacts[]): string {
  const points = basisPoints(sums.arrival.total, sums.arrival.benchmark);
  const cost = points === undefined ? '' : ` · 도착가 대비 비용 ${wholeWon(sums.arrival.total)}원 (${roundedPoints(points)}bp)`;
  const subtitle = `체결 ${formatFigure(String(sums.fills))}건, 체결대금 ${wholeWon(sums.proceeds)}원${cost}`;
  const emptyText = '아직 그릴 계획이나 체결이 없습니다.';
  const coins = facts.map(({ holding }) => holding.asset).join(', ');
  const shown = facts.length === 0 ? emptyText : `${coins} 매각: 시간에 따른 가격과 체결, 계획한 비율과 판 비율.`;
  return drawFigure({
    title: `매각 집행 보고 · 사건 ${number}`,
    subtitle,
    description: `사건 ${number}. ${shown} ${subtitle}.`,
    emptyText,
    panels: facts.flatMap((each) => [pricePanel(each), progressPanel(each, sale)]),
  });
}

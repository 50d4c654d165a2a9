import type { Panel } from '../../document/svg/figure.ts';
import type { NoteLayer } from '../../document/svg/layer.ts';
import { Decimal } from '../../kernel/decimal.ts';
import type { SaleFacts } from './facts.ts';
import { roundedPoints } from './figure-text.ts';
import type { HoldingPlotFacts } from './plot-facts.ts';
import { COLOURS, extentOf, pauseLayer, timeAxis, VALUE_MARGIN } from './plot-style.ts';
import { progressSteps } from './progress-steps.ts';
import { stopText } from './sale-state.ts';

/** What was planned to be sold of a coin over time, against what was. */
export function progressPanel(facts: HoldingPlotFacts, sale: SaleFacts | undefined): Panel {
  const { holding, slices, pauses } = facts;
  const times = timeAxis(facts);
  const { planned, sold } = progressSteps(
    holding.plans,
    slices,
    holding.fills.map(({ fill }) => fill),
  );
  const last = sold.at(-1)?.percent ?? 0;
  const [, highest] = extentOf([100, last, ...planned.map(({ percent }) => percent)]);
  const step = ({ at, percent }: { readonly at: Date; readonly percent: number }) => ({ atMs: at.getTime(), value: percent });
  return {
    heading: `${holding.asset} (${holding.venue}) · 계획과 매각`,
    valueTitle: holding.plans.length === 0 ? '판 수량 가운데 비율 (%)' : '팔기로 한 수량 가운데 비율 (%)',
    values: [0, highest * (1 + VALUE_MARGIN / 2)],
    times,
    plotHeight: 170,
    layers: [
      ...pauseLayer(times, pauses),
      ...(planned.length === 0
        ? []
        : [
            {
              kind: 'steps',
              legend: '계획 (구간의 목표)',
              colour: COLOURS.passive,
              width: 1.75,
              dash: '6 3',
              points: planned.map(step),
            } as const,
          ]),
      {
        kind: 'steps',
        legend: '판 비율',
        colour: COLOURS.cross,
        width: 2.25,
        dash: undefined,
        points: [{ atMs: times[0], value: 0 }, ...sold.map(step)],
      },
      ...endingNote(sale, planned.length === 0 ? undefined : last),
    ],
  };
}

const WHOLE_PERCENT = 99.95;

/** Why it stopped where it did, of a sale that ended before all that was planned was sold. */
function endingNote(sale: SaleFacts | undefined, soldPercent: number | undefined): NoteLayer[] {
  const ending = stopText(sale?.endCode);
  if (ending === undefined || soldPercent === undefined || soldPercent >= WHOLE_PERCENT) return [];
  const part = `${roundedPoints(new Decimal(soldPercent.toFixed(3)))}%`;
  const legend = sale?.endCode === 'covered' ? `${part}로 체납액이 충당되어 더 팔지 않고 마침` : `${part}에서 마침: ${ending}`;
  return [{ kind: 'note', legend }];
}

import { formatSeoulDateTime } from '../../document/korean-format.ts';
import type { Panel } from '../../document/svg/figure.ts';
import type { SpanLayer } from '../../document/svg/layer.ts';
import type { Price } from '../../kernel/money.ts';
import type { HoldingPlotFacts } from './plot-facts.ts';

/*
 * A drawing needs pixels, not won: prices become plain numbers here, for plots only. Colours are those of Okabe and Ito, which people with any
 * colour vision can tell apart; lines and signs differ in form as well.
 */
export const COLOURS = {
  mid: '#222222',
  close: '#8a8a8a',
  arrival: '#009e73',
  windowStart: '#cc79a7',
  cross: '#d55e00',
  passive: '#0072b2',
  pause: '#ececec',
} as const;

const SHORTEST_AXIS_MS = 60_000;
const TIME_MARGIN = 0.03;
export const VALUE_MARGIN = 0.08;

/** What of the pauses can be seen; nothing of it is named where nothing can. */
export function pauseLayer([fromMs, untilMs]: Panel['times'], pauses: HoldingPlotFacts['pauses']): SpanLayer[] {
  const seen = pauses.filter(({ from, until }) => from.getTime() <= untilMs && until.getTime() >= fromMs);
  if (seen.length === 0) return [];
  const spans = seen.map(({ from, until, texts }) => ({
    fromMs: from.getTime(),
    untilMs: until.getTime(),
    title: `${formatSeoulDateTime(from)} ~ ${formatSeoulDateTime(until)} ${texts.join(', ')}`,
  }));
  return [{ kind: 'spans', legend: '보호 장치로 멈춘 시간', colour: COLOURS.pause, spans }];
}

/** From the first instant that is known to the last, with some air, and never shorter than a minute. */
export function timeAxis({ from, until }: HoldingPlotFacts): Panel['times'] {
  const lacking = Math.max(0, SHORTEST_AXIS_MS - (until.getTime() - from.getTime())) / 2;
  const margin = (until.getTime() - from.getTime() + 2 * lacking) * TIME_MARGIN;
  return [from.getTime() - lacking - margin, until.getTime() + lacking + margin];
}

export function extentOf(values: readonly number[]): [low: number, high: number] {
  return [
    values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  ];
}

export function asNumber(price: Price): number {
  return price.value.toNumber();
}

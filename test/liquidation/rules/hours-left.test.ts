import { expect, it } from 'vitest';
import { EVEN_PLAN, evenShare, hoursLeft, IMMEDIATE_PLAN, TAIL_PLAN } from '../../../src/liquidation/plan-rules.ts';

it.each<[string, number, number | undefined, number]>([
  [EVEN_PLAN, 0, undefined, 24],
  [EVEN_PLAN, 23, undefined, 1],
  // What is not sold when its hours are over is late as a whole.
  [EVEN_PLAN, 24, undefined, 1],
  [EVEN_PLAN, 2, 10, 8],
  [EVEN_PLAN, 12, 10, 1],
  [IMMEDIATE_PLAN, 0, 240, 1],
  [IMMEDIATE_PLAN, 30, 240, 1],
  // Whose forecast is gone after a day and an hour has the rest of that day.
  [TAIL_PLAN, 25, 240, 23],
  [TAIL_PLAN, 25, 30, 5],
])('of plan %s at hour %i with an end after %s hours there are %i', (ruleVersion, bar, deadlineBars, hours) => {
  expect(hoursLeft({ ruleVersion }, bar, deadlineBars)).toBe(hours);
});

it('what is left is sold evenly over them', () => {
  expect(evenShare({ hoursLeft: 4, left: '0.5' }).toString()).toBe('0.125');
  expect(evenShare({ hoursLeft: 1, left: '0.5' }).toString()).toBe('0.5');
});

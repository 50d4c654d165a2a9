import { expect, it } from 'vitest';
import { itemMarker } from '../../src/document/layout/item-marker.ts';

it('numbers six levels as official documents do', () => {
  expect([0, 1, 2, 3, 4, 5].map((level) => itemMarker(level, 1))).toEqual(['2.', '나.', '2)', '나)', '(2)', '(나)']);
});

it('goes from 하 to 거', () => {
  expect(Array.from({ length: 16 }, (_, index) => itemMarker(1, index)).join('')).toBe('가.나.다.라.마.바.사.아.자.차.카.타.파.하.거.너.');
});

it('has no seventh level and no end of letters', () => {
  expect(() => itemMarker(6, 0)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  expect(itemMarker(1, 83)).toBe('히.');
  expect(() => itemMarker(1, 84)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
});

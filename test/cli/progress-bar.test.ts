import { expect, it } from 'vitest';
import { ProgressBar } from '../../src/cli/progress-bar.ts';

function drawnOn(isTTY: boolean) {
  let text = '';
  const bar = new ProgressBar({
    isTTY,
    write: (piece: string | Uint8Array) => {
      text += String(piece);
      return true;
    },
  });
  return { bar, text: () => text };
}

it('draws over itself where somebody looks on, and goes on below when the work changes', () => {
  const { bar, text } = drawnOn(true);
  for (let done = 0; done <= 1_000; done++) bar.show('읽는 중', done, 1_000);
  bar.show('저장하는 중', 1, 2);
  bar.end();
  expect(text().split('\r')).toHaveLength(1 + 101 + 1);
  expect(text()).toContain('[███████████████░░░░░░░░░░░░░░░]  50%');
  expect(text()).toMatch(/읽는 중 \[█{30}\] 100%\n\r저장하는 중 \[█{15}░{15}\] {2}50%\n$/);
});

it('writes one line a tenth into a log', () => {
  const { bar, text } = drawnOn(false);
  for (let done = 0; done <= 57; done++) bar.show('읽는 중', done, 57);
  bar.end();
  expect(text().split('\n').slice(0, 2)).toEqual(['읽는 중   0%', '읽는 중  10%']);
  expect(text().trimEnd().split('\n')).toHaveLength(11);
});

it('is done with nothing to do', () => {
  const { bar, text } = drawnOn(false);
  bar.show('읽는 중', 0, 0);
  expect(text()).toBe('읽는 중 100%\n');
});

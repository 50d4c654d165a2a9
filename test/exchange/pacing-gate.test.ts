import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Admission, PacingGate } from '../../src/exchange/pacing-gate.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Callers that want in, in order; `inside` grows as they are admitted. */
function callers(gate: PacingGate, count: number, group = 'default'): Admission[] {
  const inside: Admission[] = [];
  for (let index = 0; index < count; index += 1) void gate.enter(group).then((admission) => inside.push(admission));
  return inside;
}
const settle = () => vi.advanceTimersByTimeAsync(0);

test('pacing gate sends one request first and then as many as the answer leaves', async () => {
  const gate = new PacingGate({ patienceMs: 2_000 });
  const inside = callers(gate, 10);
  await settle();
  expect(inside).toHaveLength(1);
  gate.leave('default', 1, 3);
  await settle();
  expect(inside).toHaveLength(4);
});

test('pacing gate counts requests under way against what is left', async () => {
  const gate = new PacingGate({ patienceMs: 2_000 });
  const inside = callers(gate, 10);
  await settle();
  gate.leave('default', 1, 3);
  await settle();
  gate.leave('default', 2, 2);
  await settle();
  expect(inside).toHaveLength(4);
});

test('pacing gate waits out an empty second, then asks with one request', async () => {
  const gate = new PacingGate({ patienceMs: 2_000 });
  const inside = callers(gate, 10);
  await settle();
  gate.leave('default', 1, 0);
  await vi.advanceTimersByTimeAsync(999);
  expect(inside).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(inside).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(inside).toHaveLength(2);
  gate.leave('default', 2, 7);
  await settle();
  expect(inside).toHaveLength(9);
});

test('pacing gate serves a venue that tells nothing one request at a time', async () => {
  const gate = new PacingGate({ patienceMs: 2_000 });
  const inside = callers(gate, 3);
  await settle();
  gate.leave('default', 1, undefined);
  await settle();
  expect(inside).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(inside).toHaveLength(2);
  gate.leave('default', 2, undefined);
  await settle();
  expect(inside).toHaveLength(3);
});

test('pacing gate keeps groups apart', async () => {
  const gate = new PacingGate({ patienceMs: 2_000 });
  const orders = callers(gate, 2, 'order');
  const others = callers(gate, 2, 'default');
  await settle();
  gate.leave('order', 1, 0);
  gate.leave('default', 1, 20);
  await settle();
  expect(orders).toHaveLength(1);
  expect(others).toHaveLength(2);
});

test('pacing gate waits out a short block and reports a long one at once', async () => {
  const gate = new PacingGate({ patienceMs: 2_000 });
  gate.block('default', 1_500);
  const waiting = callers(gate, 1);
  await vi.advanceTimersByTimeAsync(1_499);
  expect(waiting).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(waiting).toEqual([{ admitted: true, turn: 1 }]);

  gate.block('default', 60_000);
  expect(await gate.enter('default')).toEqual({ admitted: false, retryAfterMs: 60_000 });
});

test('pacing gate a block of everything reaches those who already wait', async () => {
  const gate = new PacingGate({ patienceMs: 2_000 });
  const inside = callers(gate, 2);
  await settle();
  gate.leave('default', 1, 0);
  gate.blockAll(30_000);
  await settle();
  expect(inside).toEqual([
    { admitted: true, turn: 1 },
    { admitted: false, retryAfterMs: 30_000 },
  ]);
  expect(await gate.enter('order')).toEqual({ admitted: false, retryAfterMs: 30_000 });
  await vi.advanceTimersByTimeAsync(30_000);
  expect(await gate.enter('order')).toEqual({ admitted: true, turn: 1 });
});

test('pacing gate does not believe an answer that a later one has overtaken', async () => {
  const gate = new PacingGate({ patienceMs: 2_000 });
  const inside = callers(gate, 10);
  await settle();
  gate.leave('default', 1, 2);
  await settle();
  expect(inside).toHaveLength(3);
  gate.leave('default', 3, 0);
  gate.leave('default', 2, 1);
  await settle();
  expect(inside).toHaveLength(3);
});

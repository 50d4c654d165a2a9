import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Admission, PacingGate } from '../../src/exchange/pacing-gate.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const gateOf = (ratePerSecond: number) =>
  new PacingGate({ patienceMs: 2_000, ratePerSecond: { default: ratePerSecond, order: ratePerSecond } });

/** Callers that want in, in order; `inside` grows as they are admitted. */
function callers(gate: PacingGate, count: number, group = 'default'): Admission[] {
  const inside: Admission[] = [];
  for (let index = 0; index < count; index += 1) void gate.enter(group).then((admission) => inside.push(admission));
  return inside;
}
const settle = () => vi.advanceTimersByTimeAsync(0);

test('pacing gate sends one request first and then as many as the answer leaves', async () => {
  const gate = gateOf(12);
  const inside = callers(gate, 10);
  await settle();
  expect(inside).toHaveLength(1);
  gate.leave('default', 1, 3);
  await settle();
  expect(inside).toHaveLength(4);
});

test('pacing gate counts requests under way against what is left', async () => {
  const gate = gateOf(12);
  const inside = callers(gate, 10);
  await settle();
  gate.leave('default', 1, 3);
  await settle();
  gate.leave('default', 2, 2);
  await settle();
  expect(inside).toHaveLength(4);
});

test('pacing gate gives each place back a whole second after its own answer, not after the last one', async () => {
  const gate = gateOf(3);
  const inside = callers(gate, 10);
  await settle();
  gate.leave('default', 1, 2);
  await vi.advanceTimersByTimeAsync(400);
  gate.leave('default', 2, 1);
  gate.leave('default', 3, 0);
  await vi.advanceTimersByTimeAsync(599);
  expect(inside).toHaveLength(3);
  await vi.advanceTimersByTimeAsync(1);
  expect(inside).toHaveLength(4);
  await vi.advanceTimersByTimeAsync(400);
  expect(inside).toHaveLength(6);
});

test('pacing gate uses a window that has begun anew at once', async () => {
  const gate = gateOf(5);
  const inside = callers(gate, 12);
  await settle();
  gate.leave('default', 1, 4);
  await vi.advanceTimersByTimeAsync(900);
  expect(inside).toHaveLength(5);
  for (let turn = 2; turn <= 5; turn += 1) gate.leave('default', turn, 5 - turn);
  await vi.advanceTimersByTimeAsync(100);
  expect(inside).toHaveLength(6);
  gate.leave('default', 6, 4);
  await settle();
  expect(inside).toHaveLength(10);
});

test('pacing gate sends less when somebody else uses the limit too, and more again when he stops', async () => {
  const gate = gateOf(10);
  callers(gate, 1);
  await settle();
  gate.leave('default', 1, 9);
  callers(gate, 1);
  await settle();
  gate.leave('default', 2, 3);
  expect(gate.budget('default')).toEqual({ perSecond: 5, availableNow: 3, blockedMs: 0 });
  await vi.advanceTimersByTimeAsync(1_000);
  const inside = callers(gate, 20);
  await settle();
  expect(inside).toHaveLength(5);
  gate.leave('default', 3, 9);
  await settle();
  expect(gate.budget('default').perSecond).toBe(10);
  expect(inside).toHaveLength(10);
});

test('pacing gate takes the limit from the venue where it grants more than it publishes', async () => {
  const gate = gateOf(12);
  const inside = callers(gate, 300);
  await settle();
  gate.leave('default', 1, 499);
  await settle();
  expect(inside).toHaveLength(300);
  expect(gate.budget('default')).toEqual({ perSecond: 500, availableNow: 200, blockedMs: 0 });
});

test('pacing gate serves a venue that tells nothing one request at a time, and not faster than it publishes', async () => {
  const gate = gateOf(2);
  const inside = callers(gate, 4);
  await settle();
  gate.leave('default', 1, undefined);
  await settle();
  expect(inside).toHaveLength(2);
  gate.leave('default', 2, undefined);
  await vi.advanceTimersByTimeAsync(999);
  expect(inside).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(inside).toHaveLength(3);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(inside).toHaveLength(3);
  gate.leave('default', 3, undefined);
  await settle();
  expect(inside).toHaveLength(4);
});

test('pacing gate asks with one request again when it has heard nothing for a minute', async () => {
  const gate = gateOf(10);
  callers(gate, 1);
  await settle();
  gate.leave('default', 1, 9);
  await vi.advanceTimersByTimeAsync(60_001);
  const inside = callers(gate, 5);
  await settle();
  expect(inside).toHaveLength(1);
  gate.leave('default', 2, 2);
  await settle();
  expect(inside).toHaveLength(3);
});

test('pacing gate keeps groups apart, and one that is not named begins with one', async () => {
  const gate = gateOf(12);
  const orders = callers(gate, 2, 'order');
  const others = callers(gate, 2, 'unnamed');
  await settle();
  gate.leave('order', 1, 0);
  gate.leave('unnamed', 1, 20);
  await settle();
  expect(orders).toHaveLength(1);
  expect(others).toHaveLength(2);
});

test('pacing gate waits out a short block and reports a long one at once', async () => {
  const gate = gateOf(12);
  gate.block('default', 1_500);
  const waiting = callers(gate, 1);
  await vi.advanceTimersByTimeAsync(1_499);
  expect(waiting).toHaveLength(0);
  expect(gate.budget('default')).toMatchObject({ availableNow: 0, blockedMs: 0 });
  await vi.advanceTimersByTimeAsync(1);
  expect(waiting).toEqual([{ admitted: true, turn: 1 }]);

  gate.block('default', 60_000);
  expect(await gate.enter('default')).toEqual({ admitted: false, retryAfterMs: 60_000 });
  expect(gate.budget('default')).toMatchObject({ availableNow: 0, blockedMs: 60_000 });
  await vi.advanceTimersByTimeAsync(58_000);
  expect(gate.budget('default').blockedMs).toBe(0);
});

test('pacing gate a block of everything reaches those who already wait', async () => {
  const gate = gateOf(12);
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
  const gate = gateOf(12);
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

test('pacing gate tells how many may go, less those who wait already', async () => {
  const gate = gateOf(12);
  expect(gate.budget('order')).toEqual({ perSecond: 12, availableNow: 12, blockedMs: 0 });
  callers(gate, 5, 'order');
  await settle();
  expect(gate.budget('order')).toEqual({ perSecond: 12, availableNow: 7, blockedMs: 0 });
  gate.leave('order', 1, 11);
  await settle();
  expect(gate.budget('order').availableNow).toBe(7);
  callers(gate, 9, 'order');
  await settle();
  expect(gate.budget('order').availableNow).toBe(0);
});

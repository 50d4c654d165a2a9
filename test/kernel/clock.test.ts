import { describe, expect, it } from 'vitest';
import { DrivenClock, elapsedMs, pause, systemClock } from '../../src/kernel/clock.ts';

const start = new Date('2026-01-05T00:00:00Z');

describe('a driven clock', () => {
  it('stands still until it is moved', async () => {
    const clock = new DrivenClock(start);
    await pause(5);
    expect(clock.now()).toEqual(start);
    clock.advanceBy(1_500);
    expect(clock.now().toISOString()).toBe('2026-01-05T00:00:01.500Z');
    clock.advanceTo(new Date('2026-03-01T00:00:00Z'));
    expect(clock.now().toISOString()).toBe('2026-03-01T00:00:00.000Z');
  });

  it('never runs backwards', () => {
    const clock = new DrivenClock(start);
    clock.advanceBy(1_000);
    expect(() => clock.advanceTo(start)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
    expect(() => clock.advanceBy(-1)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
    expect(clock.now().toISOString()).toBe('2026-01-05T00:00:01.000Z');
  });

  it('is not moved by whoever holds an instant of it', () => {
    const clock = new DrivenClock(start);
    clock.now().setFullYear(1999);
    expect(clock.now()).toEqual(start);
  });
});

describe('real time', () => {
  it('passes in the machine clock', async () => {
    const [before, begun] = [systemClock.now(), elapsedMs()];
    await pause(15);
    expect(systemClock.now().getTime()).toBeGreaterThan(before.getTime());
    expect(elapsedMs()).toBeGreaterThan(begun);
  });

  it('is not waited for once somebody calls it off', async () => {
    const aborted = AbortSignal.abort();
    const controller = new AbortController();
    const waits = Promise.all([pause(3_600_000, aborted), pause(3_600_000, controller.signal)]);
    controller.abort();
    await expect(waits).resolves.toEqual([undefined, undefined]);
  });
});

import { createKorbitAdapter } from '../../src/exchange/korbit/adapter.ts';
import type { ExchangePort } from '../../src/exchange/port.ts';
import { DrivenClock } from '../../src/kernel/clock.ts';
import type { Reply, ScriptedVenue, SeenRequest } from './scripted-venue.ts';

export const NOW = new Date('2026-11-20T03:00:00Z');
export const NOW_MS = NOW.getTime();
export const KEYS = { accessKey: 'sample-access-key', secretKey: 'sample-secret-key' };

/** Plenty left, so that a test that is not about pacing is not slowed by it. */
export const PLENTY = { Ratelimit: 'limit=50, remaining=49, reset=1', 'Ratelimit-Policy': '50;w=1' };

export function ok(data?: unknown): Reply {
  return { headers: PLENTY, body: JSON.stringify({ success: true, data }) };
}

export function no(status: number, word: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { ...PLENTY, ...headers }, body: JSON.stringify({ success: false, error: { code: status, message: word } }) };
}

type Answer = Reply | ((request: SeenRequest) => Reply);

/** Answers by method and path; the venue's clock agrees with ours unless it is told otherwise. */
export function script(venue: ScriptedVenue, answers: Readonly<Record<string, Answer>>): void {
  const all: Readonly<Record<string, Answer>> = { 'GET /v2/time': ok({ time: NOW_MS }), ...answers };
  venue.script((request) => {
    const answer = all[`${request.method} ${request.path}`];
    // What a test that is over had asked may still arrive.
    if (answer === undefined) return no(404, 'NOT_SCRIPTED');
    return typeof answer === 'function' ? answer(request) : answer;
  });
}

/** One answer after the other; the last one stays. */
export function inTurn(...replies: readonly Reply[]): () => Reply {
  let next = 0;
  return () => {
    const reply = replies[Math.min(next++, replies.length - 1)];
    if (reply === undefined) throw new Error('A turn needs a reply.');
    return reply;
  };
}

export function adapterFor(
  venue: ScriptedVenue,
  given: { timeoutMs?: number; clock?: DrivenClock; secretKey?: string } = {},
): ExchangePort {
  const { timeoutMs = 5_000, clock = new DrivenClock(NOW), secretKey = KEYS.secretKey } = given;
  return createKorbitAdapter({ baseUrl: venue.baseUrl, accessKey: KEYS.accessKey, secretKey, timeoutMs, clock });
}

/** What was sent since a mark, without the questions for the time. */
export function sentSince(venue: ScriptedVenue, mark: number): readonly SeenRequest[] {
  return venue.seen.slice(mark).filter(({ path }) => path !== '/v2/time');
}

import { elapsedMs, pause } from '../kernel/clock.ts';

/** Venues count requests per second, so a used-up budget is full again at the latest this long after we heard of it. */
const REFILL_MS = 1_000;
/** A wait is looked at again at least this often, whatever it waits for. */
const LONGEST_NAP_MS = 1_000;

export type Admission = { readonly admitted: true; readonly turn: number } | { readonly admitted: false; readonly retryAfterMs: number };

interface Group {
  /** Requests that may still be sent before the venue is heard again. */
  budget: number;
  inFlight: number;
  /** Number of the last turn given, and of the latest whose answer was heard: an older answer that arrives late is out of date. */
  lastTurn: number;
  heardTurn: number;
  /** When an empty budget may be tried again; Infinity while the answer that will tell is still under way. */
  refillAtMs: number;
  blockedUntilMs: number;
  /** Resolves when the caller before has been admitted: first come, first served. */
  lastInLine: Promise<void>;
  nap: AbortController | undefined;
}

/**
 * Keeps requests within what the venue said is left, so that its rate limit is met by waiting and not by errors.
 *
 * Each group starts with one request, whose answer tells how many more may follow; from then on each answer renews the
 * budget, less what is under way. An empty budget waits a second and sends one request to ask again. A venue that tells
 * nothing is served one request at a time. After a refusal for rate the group (or everything) is blocked for the stated
 * time: a short block is waited out, a longer one is reported at once, so that no caller hangs in a queue.
 *
 * Real time only: a rate limit is a matter of machines, whatever a driven clock says.
 */
export class PacingGate {
  readonly #groups = new Map<string, Group>();
  readonly #patienceMs: number;
  #allBlockedUntilMs = 0;

  constructor(options: { patienceMs: number }) {
    this.#patienceMs = options.patienceMs;
  }

  /** Waits for a turn. After `admitted: true` the caller must `leave`; after false nothing may be sent for `retryAfterMs`. */
  enter(name: string): Promise<Admission> {
    const group = this.#group(name);
    const admission = group.lastInLine.then(() => this.#admit(group));
    group.lastInLine = admission.then(() => undefined);
    return admission;
  }

  /** Ends a turn. `remaining` is what the answer said is left in this second; undefined when there was no such answer. */
  leave(name: string, turn: number, remaining: number | undefined): void {
    const group = this.#group(name);
    group.inFlight -= 1;
    if (remaining !== undefined && turn > group.heardTurn) {
      group.heardTurn = turn;
      group.budget = Math.max(0, remaining - group.inFlight);
      group.refillAtMs = elapsedMs() + REFILL_MS;
    } else if (group.refillAtMs === Number.POSITIVE_INFINITY) {
      group.budget = Math.max(1, group.budget);
    }
    group.nap?.abort();
  }

  block(name: string, durationMs: number): void {
    const group = this.#group(name);
    group.blockedUntilMs = Math.max(group.blockedUntilMs, elapsedMs() + durationMs);
    group.nap?.abort();
  }

  blockAll(durationMs: number): void {
    this.#allBlockedUntilMs = Math.max(this.#allBlockedUntilMs, elapsedMs() + durationMs);
    for (const group of this.#groups.values()) group.nap?.abort();
  }

  async #admit(group: Group): Promise<Admission> {
    for (;;) {
      const nowMs = elapsedMs();
      const blockedMs = Math.max(group.blockedUntilMs, this.#allBlockedUntilMs) - nowMs;
      if (blockedMs > this.#patienceMs) return { admitted: false, retryAfterMs: Math.ceil(blockedMs) };
      if (blockedMs <= 0) {
        if (group.budget === 0 && nowMs >= group.refillAtMs) {
          group.budget = 1;
          group.refillAtMs = Number.POSITIVE_INFINITY;
        }
        if (group.budget > 0) {
          group.budget -= 1;
          group.inFlight += 1;
          group.lastTurn += 1;
          return { admitted: true, turn: group.lastTurn };
        }
      }
      group.nap = new AbortController();
      const waitMs = blockedMs > 0 ? blockedMs : group.refillAtMs - nowMs;
      await pause(Math.min(waitMs, LONGEST_NAP_MS), group.nap.signal);
      group.nap = undefined;
    }
  }

  #group(name: string): Group {
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    const group: Group = {
      budget: 1,
      inFlight: 0,
      lastTurn: 0,
      heardTurn: 0,
      refillAtMs: Number.POSITIVE_INFINITY,
      blockedUntilMs: 0,
      lastInLine: Promise.resolve(),
      nap: undefined,
    };
    this.#groups.set(name, group);
    return group;
  }
}

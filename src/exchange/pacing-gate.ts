import { elapsedMs, pause } from '../kernel/clock.ts';
import { TimeQueue } from './time-queue.ts';

/** Venues count requests per second. */
const WINDOW_MS = 1_000;
/** What the venue has said is believed for this long; afterwards the next request goes alone and its answer tells again. */
const MEMORY_MS = 60_000;
/** A wait is looked at again at least this often, whatever it waits for. */
const LONGEST_NAP_MS = 1_000;

export type Admission = { readonly admitted: true; readonly turn: number } | { readonly admitted: false; readonly retryAfterMs: number };

export interface PacingGateOptions {
  /** A block up to this long is waited out, a longer one is told to the caller at once. */
  readonly patienceMs: number;
  /** Requests a second by group, as the venue publishes them; a group that is not named begins with one. */
  readonly ratePerSecond: Readonly<Record<string, number>>;
  /** True for a venue whose answers tell nothing: its published rate is used from the beginning. */
  readonly believesPublished?: boolean;
  /** Length of the venue's counting, a second everywhere but in tests. */
  readonly windowMs?: number;
}

/** A request that was admitted and not answered yet. */
interface Turn {
  readonly sentAtMs: number;
  /** Places taken at that moment, its own among them. */
  readonly taken: number;
}

interface Group {
  /** How many requests the venue takes within a window: as published at first, then as its answers show. */
  limit: number;
  readonly inFlight: Map<number, Turn>;
  /** When the places of answered requests come back. A place is free again a whole window after its answer. */
  readonly returns: TimeQueue;
  waiting: number;
  /** Number of the last turn given, and of the latest whose answer was heard: an older answer that arrives late is out of date. */
  lastTurn: number;
  heardTurn: number;
  heardAtMs: number;
  blockedUntilMs: number;
  /** Resolves when the caller before has been admitted: first come, first served. */
  lastInLine: Promise<void>;
  nap: AbortController | undefined;
}

/**
 * Keeps requests within a venue's rate, so that its limit is met by waiting and never by an error, and uses the whole of it.
 *
 * A group has as many places as the venue takes requests within a window. A request takes one when it is sent and gives it back a
 * whole window after its answer, so that however the venue counts (by the clock's seconds, from the first request on, or sliding)
 * no window of its can hold more requests than places: the one that reuses a place arrives a window after the one before. With many
 * callers in line each place is used once every window and answer time.
 *
 * What the venue says is left corrects this both ways. More left than we thought: its window has begun anew, and the oldest places
 * come back at once. Less left than can be explained by all that we have sent: its limit is lower than published, or somebody else
 * uses it too, and the group has fewer places until an answer shows more. A request that was alone within a window tells the limit
 * exactly; when nothing was heard for a minute, and at the very beginning, one goes alone. A venue that tells nothing is served one
 * request at a time, at most at the published rate, unless that is believed beforehand. After a refusal for rate the group (or everything) is blocked for the stated
 * time: a short block is waited out, a longer one is reported at once, so that no caller hangs in line.
 *
 * Real time only: a rate limit is a matter of machines, whatever a driven clock says.
 */
export class PacingGate {
  readonly #groups = new Map<string, Group>();
  readonly #options: PacingGateOptions;
  readonly #windowMs: number;
  #allBlockedUntilMs = 0;

  constructor(options: PacingGateOptions) {
    this.#options = options;
    this.#windowMs = options.windowMs ?? WINDOW_MS;
  }

  /** Waits for a turn. After `admitted: true` the caller must `leave`; after false nothing may be sent for `retryAfterMs`. */
  enter(name: string): Promise<Admission> {
    const group = this.#group(name);
    group.waiting += 1;
    const admission = group.lastInLine.then(() => this.#admit(group));
    group.lastInLine = admission.then(() => {
      group.waiting -= 1;
    });
    return admission;
  }

  /** Ends a turn. `remaining` is what the answer said is left in this window; undefined when there was no such answer. */
  leave(name: string, turn: number, remaining: number | undefined): void {
    const group = this.#group(name);
    const nowMs = elapsedMs();
    const ended = group.inFlight.get(turn);
    if (ended === undefined) return;
    group.inFlight.delete(turn);
    if (remaining !== undefined && turn > group.heardTurn) {
      group.heardTurn = turn;
      group.heardAtMs = nowMs;
      correct(group, remaining, { taken: ended.taken + group.lastTurn - turn, oldUntilMs: ended.sentAtMs + this.#windowMs });
    }
    group.returns.add(nowMs + this.#windowMs);
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

  /** What a group may send in a second, right now without waiting, and how long it is blocked for; a block that is waited out is none. */
  budget(name: string): { readonly perSecond: number; readonly availableNow: number; readonly blockedMs: number } {
    const group = this.#group(name);
    const nowMs = elapsedMs();
    const blockedMs = this.#blockedMs(group, nowMs);
    return {
      perSecond: group.limit,
      availableNow: blockedMs > 0 ? 0 : Math.max(0, freePlaces(group, nowMs) - group.waiting),
      blockedMs: blockedMs > this.#options.patienceMs ? Math.ceil(blockedMs) : 0,
    };
  }

  /** Negative or zero when it is not. */
  #blockedMs(group: Group, nowMs: number): number {
    return Math.max(group.blockedUntilMs, this.#allBlockedUntilMs) - nowMs;
  }

  async #admit(group: Group): Promise<Admission> {
    for (;;) {
      const nowMs = elapsedMs();
      const blockedMs = this.#blockedMs(group, nowMs);
      if (blockedMs > this.#options.patienceMs) return { admitted: false, retryAfterMs: Math.ceil(blockedMs) };
      if (blockedMs <= 0 && this.#mayGo(group, nowMs)) {
        group.lastTurn += 1;
        group.inFlight.set(group.lastTurn, { sentAtMs: nowMs, taken: 1 + group.limit - freePlaces(group, nowMs) });
        return { admitted: true, turn: group.lastTurn };
      }
      group.nap = new AbortController();
      const waitMs = blockedMs > 0 ? blockedMs : (group.returns.first ?? Number.POSITIVE_INFINITY) - nowMs;
      await pause(Math.min(waitMs, LONGEST_NAP_MS), group.nap.signal);
      group.nap = undefined;
    }
  }

  #mayGo(group: Group, nowMs: number): boolean {
    const knows = this.#options.believesPublished === true || nowMs - group.heardAtMs <= MEMORY_MS;
    return freePlaces(group, nowMs) > 0 && (knows || group.inFlight.size === 0);
  }

  #group(name: string): Group {
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    const group: Group = {
      limit: this.#options.ratePerSecond[name] ?? 1,
      inFlight: new Map(),
      returns: new TimeQueue(),
      waiting: 0,
      lastTurn: 0,
      heardTurn: 0,
      heardAtMs: Number.NEGATIVE_INFINITY,
      blockedUntilMs: 0,
      lastInLine: Promise.resolve(),
      nap: undefined,
    };
    this.#groups.set(name, group);
    return group;
  }
}

function freePlaces(group: Group, nowMs: number): number {
  group.returns.removeUntil(nowMs);
  return group.limit - group.inFlight.size - group.returns.length;
}

/**
 * Takes over what the newest answer says is left. Its venue had counted this request, and at most all that were sent until it was
 * heard (`taken`). Whatever was answered before it was sent is counted in it or forgotten; of the others nothing is sure, since
 * requests overtake each other. So only places that were to come back until `oldUntilMs` may come back now.
 */
function correct(group: Group, remaining: number, { taken, oldUntilMs }: { taken: number; oldUntilMs: number }): void {
  if (remaining + 1 > group.limit || taken === 1) group.limit = remaining + 1;
  else group.limit = Math.max(1, Math.min(group.limit, remaining + taken));
  const stillCounted = Math.max(0, group.limit - 1 - remaining);
  const old = group.returns.countUntil(oldUntilMs);
  if (old > stillCounted) group.returns.removeFirst(old - stillCounted);
}

import { z } from 'zod';

/**
 * What goes wrong on demand with a request. Where an answer has words, they are the venue's own.
 *
 * Not carried out: `lost_before_acceptance` (the connection ends without an answer), `server_error` (500), `gateway_error` (502 with a
 * web page), `too_many_requests` (429), `blocked` (the venue's word for who went on after that), `maintenance` (503), and
 * `refused_after_claim` (an order's own reference is used up, and then it is answered as `server_error` is).
 *
 * Carried out, and then: `lost_after_acceptance` (the connection ends without an answer), `server_error_after_acceptance` (500),
 * `empty_answer` (200 with nothing), `answer_held_back` (the answer comes after the next request's), `delivered_twice` (the request
 * arrives a second time; the answer is the second one's, which the venue's rules for a repeated reference decide), `partial_fill` (an
 * order for immediate execution gets only a share of what it could have).
 */
export const FAULT_KINDS = [
  'lost_before_acceptance',
  'server_error',
  'gateway_error',
  'too_many_requests',
  'blocked',
  'maintenance',
  'refused_after_claim',
  'lost_after_acceptance',
  'server_error_after_acceptance',
  'empty_answer',
  'answer_held_back',
  'delivered_twice',
  'partial_fill',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export const faultSchema = z.object({
  kind: z.enum(FAULT_KINDS),
  /** Which requests: orders placed, or any request of the venue's interface. */
  target: z.enum(['orders', 'all']).default('orders'),
  /** Of them only those whose path, query or body has this text in it, an order's own reference for instance. */
  containing: z.string().min(1).optional(),
  /** It strikes this many times. */
  times: z.number().int().min(1).default(1),
  /** Instead of so many times: from its first strike on for so many seconds of the exchange's clock. */
  lastsSeconds: z.number().int().min(1).optional(),
  /** Requests of the target that pass before it strikes for the first time. */
  after: z.number().int().min(0).default(0),
  /**
   * Real milliseconds for which a lost connection stays silent before it ends; longer than a client waits makes it a time-out. Also the
   * longest that an answer is held back when no other request comes, one second when zero.
   */
  silenceMs: z.number().int().min(0).default(0),
  /** Of what an order could have, when it is filled in part; rounded down to the venue's decimals. */
  share: z.number().min(0).max(1).default(0.5),
});
export type Fault = z.infer<typeof faultSchema>;

/** A request as far as faults are aimed. */
export interface Aimable {
  readonly placesOrder: boolean;
  readonly path: string;
  readonly rawQuery: string;
  readonly body: string;
}

interface ActiveFault {
  readonly fault: Fault;
  passesLeft: number;
  strikesLeft: number;
  /** Of a fault that lasts, once it has struck. */
  endsAtMs: number | undefined;
}

/** The faults that are switched on, in the order in which they were. */
export class Faults {
  #active: ActiveFault[] = [];
  readonly #struck = new Map<FaultKind, number>();

  inject(fault: Fault): void {
    this.#active.push({ fault, passesLeft: fault.after, strikesLeft: fault.times, endsAtMs: undefined });
  }

  clear(): void {
    this.#active = [];
  }

  /** How often each kind has struck since the start; kinds that never did are not in it. */
  struck(): Partial<Record<FaultKind, number>> {
    return Object.fromEntries(this.#struck);
  }

  /**
   * The fault that strikes this request at an instant of the exchange's clock, if any. At most one does: what is aimed at a request's own
   * text goes before what strikes whatever comes, and of several the one switched on first.
   */
  strike(request: Aimable, nowMs: number): Fault | undefined {
    this.#active = this.#active.filter(({ endsAtMs }) => endsAtMs === undefined || nowMs < endsAtMs);
    const aiming = this.#active.filter(({ fault }) => isAimedAt(fault, request));
    const aimed = aiming.find(({ fault }) => fault.containing !== undefined) ?? aiming[0];
    if (aimed === undefined) return undefined;
    if (aimed.passesLeft > 0) {
      aimed.passesLeft -= 1;
      return undefined;
    }
    const { fault } = aimed;
    if (fault.lastsSeconds !== undefined) aimed.endsAtMs ??= nowMs + fault.lastsSeconds * 1_000;
    else aimed.strikesLeft -= 1;
    if (aimed.strikesLeft === 0) this.#active = this.#active.filter((active) => active !== aimed);
    this.#struck.set(fault.kind, (this.#struck.get(fault.kind) ?? 0) + 1);
    return fault;
  }
}

function isAimedAt({ target, containing }: Fault, { placesOrder, path, rawQuery, body }: Aimable): boolean {
  if (target === 'orders' && !placesOrder) return false;
  return containing === undefined || [path, rawQuery, body].some((text) => text.includes(containing));
}

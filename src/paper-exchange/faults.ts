import { z } from 'zod';

/**
 * What goes wrong on demand. Not carried out: `lost_before_acceptance` (the connection ends without an answer), `server_error`
 * (500), `gateway_error` (502 with a web page), `too_many_requests` (429). Carried out, and then: `lost_after_acceptance` (the
 * connection ends without an answer), `server_error_after_acceptance` (500), `empty_answer` (200 with nothing).
 */
const FAULT_KINDS = [
  'lost_before_acceptance',
  'server_error',
  'gateway_error',
  'too_many_requests',
  'lost_after_acceptance',
  'server_error_after_acceptance',
  'empty_answer',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export const faultSchema = z.object({
  kind: z.enum(FAULT_KINDS),
  /** Which requests: orders placed, or any request of Upbit's interface. */
  target: z.enum(['orders', 'all']).default('orders'),
  /** It strikes this many times. */
  times: z.number().int().min(1).default(1),
  /** Requests of the target that pass before it strikes for the first time. */
  after: z.number().int().min(0).default(0),
  /** Real milliseconds for which a lost connection stays silent before it ends; longer than a client waits makes it a time-out. */
  silenceMs: z.number().int().min(0).default(0),
});
export type Fault = z.infer<typeof faultSchema>;

interface ActiveFault {
  readonly fault: Fault;
  passesLeft: number;
  strikesLeft: number;
}

/** The faults that are switched on, in the order in which they were. */
export class Faults {
  #active: ActiveFault[] = [];

  inject(fault: Fault): void {
    this.#active.push({ fault, passesLeft: fault.after, strikesLeft: fault.times });
  }

  clear(): void {
    this.#active = [];
  }

  /** The fault that strikes this request, if any; at most one does. */
  strike(isOrder: boolean): Fault | undefined {
    const aimed = this.#active.find(({ fault }) => fault.target === 'all' || isOrder);
    if (aimed === undefined) return undefined;
    if (aimed.passesLeft > 0) {
      aimed.passesLeft -= 1;
      return undefined;
    }
    aimed.strikesLeft -= 1;
    if (aimed.strikesLeft === 0) this.#active = this.#active.filter((active) => active !== aimed);
    return aimed.fault;
  }
}

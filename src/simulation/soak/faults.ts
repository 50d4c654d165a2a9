import type { VenueCode } from '../../exchange/port.ts';
import { SeededRandom } from '../../kernel/random.ts';
import { FAULT_KINDS, type FaultKind } from '../../paper-exchange/faults.ts';

/** What an order can meet beside the faults of single requests: the exchange's state, its manners, and the end of our own process. */
export const STATE_FAULTS = [
  'partial_shown_as_done',
  'hidden_order',
  'skewed_clock',
  'stale_book',
  'broken_book',
  'wrong_balance',
  'halted_wallet',
  'delisted',
] as const;
export type StateFault = (typeof STATE_FAULTS)[number];

/** When a SIGKILL falls: before the order reaches the face, after its acceptance and before the answer, after the answer and before it is booked. */
export const KILL_FAULTS = ['killed_before_acceptance', 'killed_before_answer', 'killed_after_answer'] as const;
export type KillFault = (typeof KILL_FAULTS)[number];

export const SOAK_FAULTS = [...FAULT_KINDS, ...STATE_FAULTS, ...KILL_FAULTS] as const;
export type SoakFault = (typeof SOAK_FAULTS)[number];

/**
 * At GOPAX an order's own name is free again once the order is over (error 10223, "soon reusable"), and an order that takes at once is
 * over when it is answered: the same request arriving twice is two sales there, by the venue's own rules, and nothing a client does can
 * prevent it. What a client can do, never to send under a name again, is tried by every other fault.
 */
const IMPOSSIBLE: Readonly<Partial<Record<VenueCode, readonly SoakFault[]>>> = { gopax: ['delivered_twice'] };

/** The faults that orders at a venue can meet. */
export function faultsAt(venue: VenueCode): readonly SoakFault[] {
  return SOAK_FAULTS.filter((fault) => IMPOSSIBLE[venue]?.includes(fault) !== true);
}

export function isRequestFault(fault: SoakFault): fault is FaultKind {
  return FAULT_KINDS.some((kind) => kind === fault);
}

export function isKill(fault: SoakFault): fault is KillFault {
  return KILL_FAULTS.some((kind) => kind === fault);
}

/**
 * Which order meets which fault, drawn from the seed alone. Each order meets one with the given probability; which, is dealt like cards:
 * every fault once in a drawn order, then all of them again, so that none is left out by chance.
 */
export class FaultDeck {
  readonly #random: SeededRandom;
  readonly #share: number;
  readonly #faults: readonly SoakFault[];
  #left: SoakFault[] = [];

  constructor(seed: string, venue: VenueCode, share: number) {
    this.#random = new SeededRandom(seed, 'faults', venue);
    this.#share = share;
    this.#faults = faultsAt(venue);
  }

  /** Asked once for each order, in their order. */
  next(): SoakFault | undefined {
    if (!this.#random.chance(this.#share)) return undefined;
    if (this.#left.length === 0) this.#left = [...this.#faults];
    return this.#left.splice(this.#random.integer(0, this.#left.length - 1), 1)[0];
  }
}

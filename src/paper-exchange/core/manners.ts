/** Ways of an exchange that are no faults, but that a client must be able to live with. */
export interface Manners {
  /** Milliseconds of the exchange's clock between hearing of a cancellation and its effect. */
  readonly cancelDelayMs: number;
  /** True: an order that should only make and would take is refused; false: it is accepted and cancelled at once. */
  readonly refusesTaking: boolean;
  /** An accepted order is in no look-up and in no list for a time drawn evenly from zero to this, in milliseconds of the exchange's clock. */
  readonly hiddenMs: number;
  /** True: an order for immediate execution of which only a part was executed is shown as filled; false: as cancelled. */
  readonly showsPartialAsFilled: boolean;
  /** Milliseconds by which the time that the exchange tells, and judges requests by, runs ahead of its clock; below zero it runs late. */
  readonly clockAheadMs: number;
}

export const PLAIN_MANNERS: Manners = {
  cancelDelayMs: 0,
  refusesTaking: false,
  hiddenMs: 0,
  showsPartialAsFilled: false,
  clockAheadMs: 0,
};

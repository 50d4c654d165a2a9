import { z } from 'zod';

/** What the conductor and a seller say to each other: one JSON object a line, the conductor's on standard input. */

/** It is this instant now: do all that is due. */
export const orderToWork = z.object({ at: z.iso.datetime() });
export type OrderToWork = z.infer<typeof orderToWork>;

/** What was due is done. */
export const idleReport = z.object({
  /** When something of the account falls due, be it at once again; null while nothing will by itself. */
  nextDueAt: z.iso.datetime().nullable(),
  /** Sales that run or stand paused. */
  salesOpen: z.int(),
  /** Orders that are not over. */
  ordersOpen: z.int(),
  /** What waits for an official: orders left to him, frozen assets. */
  ordersWithPerson: z.int(),
  freezes: z.int(),
  tradingState: z.enum(['ACTIVE', 'REDUCING', 'HALTED']),
  /** The venue has blocked this process for longer than it waits: real time, which no driven clock can pass. */
  isBlocked: z.boolean(),
});
export type IdleReport = z.infer<typeof idleReport>;

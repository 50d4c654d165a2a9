import { z } from 'zod';
import { PAPER_VENUES } from './venue-face.ts';

const generatedMarket = z.object({ kind: z.literal('generated') });
const replayedMarket = z.object({
  kind: z.literal('replay'),
  /** Holds `upbit_KRW-<COIN>_1m.csv.gz` files. */
  folder: z.string().min(1),
  /** The instant that meets the first recorded minute; the clock's instant at the first start when absent. */
  startAt: z.iso.datetime().optional(),
  /** Coins that were not recorded are generated, so that sample holdings of them have a market too. */
  generateMissing: z.boolean().default(true),
});

const count = z.number().int().min(1).exactOptional();
const limits = z.object({
  ordersPerSecond: count,
  defaultPerSecond: count,
  quotationPerSecond: count,
  refusalsUntilBlock: count,
  blockSeconds: count,
});

const latency = z
  .object({ medianMs: z.number().positive().default(40), p99Ms: z.number().positive().default(400) })
  .refine(({ medianMs, p99Ms }) => p99Ms >= medianMs, 'p99Ms must not be less than medianMs');

/** How a paper exchange is set up, as a command line or a file gives it. */
export const paperExchangeOptions = z.object({
  /** Whose interface it speaks, and whose rules hold. */
  venue: z.enum(PAPER_VENUES).default('upbit'),
  host: z.string().min(1).default('127.0.0.1'),
  /** 0 takes any free port. */
  port: z.number().int().min(0).max(65_535).default(0),
  /** The same seed gives the same books, and the same generated market, on every machine. */
  seed: z.string().min(1).default('1'),
  market: z.discriminatedUnion('kind', [generatedMarket, replayedMarket]).prefault({ kind: 'generated' }),
  /** Requests a second, as the venue publishes them unless told otherwise; measured on real time. */
  limits: limits.prefault({}),
  /**
   * Real time that every request of the venue's interface is on its way to the matching, and its answer on the way back: log-normal,
   * drawn from the seed. Absent: none.
   */
  latency: latency.optional(),
  /** Seconds of the exchange's clock after which half of what orders took from a level is back. */
  takenHalfLifeSeconds: z.number().positive().default(60),
  /** Absent: nothing survives the process. */
  stateFile: z.string().min(1).optional(),
  /** Opens `/operator/…` to who knows it. Absent: the back office is reachable from this process only. */
  operatorToken: z.string().min(16).optional(),
  /** Seconds of the exchange's clock. */
  internalTransferSeconds: z.number().int().min(0).default(60),
  wonWithdrawalSeconds: z.number().int().min(0).default(180),
});

export type PaperExchangeSettings = z.output<typeof paperExchangeOptions>;
export type PaperExchangeSettingsGiven = z.input<typeof paperExchangeOptions>;

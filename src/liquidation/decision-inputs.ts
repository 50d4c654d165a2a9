import { z } from 'zod';
import { CasePhase as CasePhases } from '../database/generated/enums.ts';
import { civilDate, isCivilDate } from '../kernel/civil-date.ts';
import { isPlainDecimal } from '../kernel/decimal.ts';

/*
 * What a decision is made from, in the form in which it is stored: plain JSON, figures as text, so that the same inputs can be
 * read back years later and give the same decision. The types of the running sale are those of the stored record.
 */

const day = z.string().refine(isCivilDate).transform(civilDate);
const figure = z.string().refine(isPlainDecimal, 'a plain decimal');
/** `[price, quantity]`, best first. */
const level = z.tuple([figure, figure]);

const wishFacts = z.object({
  id: z.int(),
  kind: z.enum(['limit', 'stop']),
  asset: z.string(),
  /** Not below it; null for a stop that was reached, which promises no price. */
  price: figure.nullable(),
  /** Units it still asks for; null for as many as the need takes. */
  left: figure.nullable(),
});
/** A wish of the taxpayer's that may be carried out now. */
export type WishFacts = z.output<typeof wishFacts>;

const gateFacts = z.object({
  day,
  /** Phase of the case: outside the sale's own phases nothing is sold, whatever else is true. */
  phase: z.enum(CasePhases),
  /** One line for the delinquent and each right-holder the law names: has a notice been issued to them, is service proven? */
  saleNotices: z.array(z.object({ recipient: z.string(), issued: z.boolean(), served: z.boolean() })),
  window: z.object({ state: z.enum(['open', 'passed', 'waived', 'paid', 'cancelled']), endsOn: day }).nullable(),
  /** What the taxpayer asks to be sold within his window; only this opens it before its end. */
  wishes: z.array(wishFacts),
  /** Stays of a scope that stops a sale. */
  openStays: z.array(z.object({ kind: z.string(), fromDay: day, untilDay: day.nullable() })),
  pendingBillUpdates: z.int(),
  /** Codes of bars against covered bills that still owe something: a deferral that runs, prescription, and so on. */
  billBars: z.array(z.string()),
  /** The one in force, else the latest. */
  mandate: z.object({ id: z.int(), state: z.enum(['requested', 'approved', 'rejected', 'ended']), endsOn: day }).nullable(),
  tradingState: z.enum(['ACTIVE', 'REDUCING', 'HALTED']),
});
/** What the gate looks at, as read under the locks of the taxpayer and the case. */
export type GateFacts = z.output<typeof gateFacts>;

const marketFacts = z.object({
  symbol: z.string(),
  acceptsOrders: z.boolean(),
  takerFeeRate: figure,
  makerFeeRate: figure,
  minimumOrderKrw: figure,
  /** Null where the venue knows no such limit. */
  maximumOrderKrw: figure.nullable(),
  quantityDecimalPlaces: z.int(),
  /** From the highest floor down. */
  ticks: z.array(z.object({ from: figure, tick: figure })),
  bids: z.array(level),
  asks: z.array(level),
  changedAt: z.string(),
  flags: z.array(z.enum(['caution', 'warning', 'danger', 'delisting'])),
  walletState: z.enum(['working', 'deposits_only', 'withdrawals_only', 'halted', 'unknown']),
  /** Median of the mids of the other won venues, and whose; null with fewer than two. */
  reference: z.object({ price: figure, venues: z.array(z.string()) }).nullable(),
  /** Units of the coin the venue says are free at the account; null when it did not answer. */
  freeUnits: figure.nullable(),
  /** Open orders at the account in this market that no order of ours stands for. */
  strangeOrders: z.int(),
  /** How far the venue's clock is ahead of ours; null while unmeasured. */
  clockSkewMs: z.int().nullable(),
});
/** Book, selling terms and standing of one market. */
export type MarketFacts = z.output<typeof marketFacts>;

const sliceFacts = z.object({
  planId: z.int(),
  sliceId: z.int(),
  startsAt: z.string(),
  endsAt: z.string(),
  /** Units to be sold in it, and units that orders sent since its beginning have sold. */
  quantity: figure,
  sold: figure,
  /** All of it now: the plan's first bar, or a plan without a forecast. */
  isImmediate: z.boolean(),
  /** It is the plan's last: nothing is left to carry on. */
  isLast: z.boolean(),
});
/** What of the plan is to be sold in the present bar. */
export type SliceFacts = z.output<typeof sliceFacts>;

const sellableHolding = z.object({
  holdingId: z.int(),
  asset: z.string(),
  /** Free units in custody. */
  held: figure,
  /** Units the mandate still allows. */
  mandateLeft: figure,
  priceFloor: figure,
  frozen: z.boolean(),
  /**
   * What the last comparison of the account with the venue lacks for the day's first order of the coin; null where it lacks nothing, or
   * that order is past. Inputs stored before this was asked have none.
   */
  readingLack: z.enum(['never', 'old', 'differs']).nullable().default(null),
  /** False where the city's policy sells only certain coins, and this is none. */
  isAllowed: z.boolean(),
  /** Lower is sold first. */
  rank: z.int(),
  /** Null while the plan sells none of it. */
  slice: sliceFacts.nullable(),
  /**
   * Units of the plan, and of the holding sold today; units of the coin that all accounts at the venue have sold today, and that their open
   * orders may still sell; the venue's daily volume in the month before.
   */
  caps: z.object({
    planned: figure,
    soldToday: figure,
    soldTodayAtVenue: figure,
    openAtVenue: figure,
    dailyVolume: figure.nullable(),
  }),
  /** Deviation of the price over a second, forecast; null without one. */
  deviationPerSecond: figure.nullable(),
  /** Orders open in this market at the account. */
  openInMarket: z.int(),
  /** `not_listed` where the venue has no won market for it, `unreadable` where it could not be read this time. */
  market: z.union([marketFacts, z.enum(['not_listed', 'unreadable'])]),
});
/** One coin of the case that could be sold now. */
export type SellableHolding = z.output<typeof sellableHolding>;

const needFacts = z.object({
  /** Unpaid on the covered bills with penalty to the expected settlement day. */
  owedKrw: figure,
  /** What of it the taxpayer's other cases pay with what they have sold for or may still get for open orders. */
  elsewhereKrw: figure,
  /** What bringing this case's won home is expected to cost; nothing once it is not needed. */
  costsKrw: figure,
  /** Received or sold for in this case, and not yet credited on a bill. */
  realisedKrw: figure,
  /** The most that this case's open orders can still bring. */
  openOrdersKrw: figure,
  /** What may still be sold for: owed and costs less all of the above. An order is sized by this. */
  remainingKrw: figure,
  /** The same without open orders, here and elsewhere: nothing of this, and the need is covered for good. */
  uncoveredKrw: figure,
});
/** Won figures of the need, read under the taxpayer's lock. */
export type NeedFacts = z.output<typeof needFacts>;

const policyFacts = z.object({
  band: figure,
  depthParticipation: figure,
  staleBookSeconds: z.int(),
  intervalSeconds: z.int(),
  spreadMaximum: figure,
  referenceDeviationMaximum: figure,
  levelsMinimum: z.int(),
  clockSkewMaximumMs: z.int(),
  passive: z.object({ isOn: z.boolean(), restSeconds: z.int(), spreadMinimum: figure }),
  childrenPerSlice: z.int(),
  poolsDust: z.boolean(),
  /** Shares a day, null where the limit is switched off. */
  dailyPlanShare: figure.nullable(),
  dailyVolumeShare: figure.nullable(),
});
export type PolicyFacts = z.output<typeof policyFacts>;

export const decisionInputsSchema = z.object({
  ruleVersion: z.string(),
  policyVersion: z.string(),
  at: z.string(),
  day,
  venue: z.string(),
  gate: gateFacts,
  need: needFacts,
  unknownOutcomesOpen: z.int(),
  /** Open orders in which this case has a share. */
  ownOrdersOpen: z.int(),
  /** Orders that the venue grants the account in a second, and how long it takes none at all. */
  orderBudget: z.object({ perSecond: z.int(), blockedMs: z.int() }),
  holdings: z.array(sellableHolding),
  policy: policyFacts,
});
/** Everything a decision depends on. The same inputs give the same decision, on any machine, at any later date. */
export type DecisionInputs = z.output<typeof decisionInputsSchema>;

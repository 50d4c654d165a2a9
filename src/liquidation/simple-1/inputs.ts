import { z } from 'zod';
import { CasePhase as CasePhases } from '../../database/generated/enums.ts';
import { civilDate, isCivilDate } from '../../kernel/civil-date.ts';
import { isPlainDecimal } from '../../kernel/decimal.ts';

/*
 * What a decision is made from, in the form in which it is stored: plain JSON, figures as text, so that the same inputs can be
 * read back years later and give the same decision. The types of the running sale are those of the stored record.
 */

const day = z.string().refine(isCivilDate).transform(civilDate);
const figure = z.string().refine(isPlainDecimal, 'a plain decimal');
/** `[price, quantity]`, best first. */
const level = z.tuple([figure, figure]);

const gateFacts = z.object({
  day,
  /** Phase of the case: outside the sale's own phases nothing is sold, whatever else is true. */
  phase: z.enum(CasePhases),
  /** One line for the delinquent and each right-holder the law names: has a notice been issued to them, is service proven? */
  saleNotices: z.array(z.object({ recipient: z.string(), issued: z.boolean(), served: z.boolean() })),
  window: z.object({ state: z.enum(['open', 'passed', 'waived', 'paid', 'cancelled']), endsOn: day }).nullable(),
  /** Stays of a scope that stops a sale. */
  openStays: z.array(z.object({ kind: z.string(), fromDay: day, untilDay: day.nullable() })),
  pendingBillUpdates: z.int(),
  /** Codes of bars against covered bills that still owe something: a deferral that runs, prescription, and so on. */
  billBars: z.array(z.string()),
  /** The one in force, else the latest. */
  mandate: z.object({ id: z.int(), state: z.enum(['requested', 'approved', 'rejected', 'ended']), endsOn: day }).nullable(),
  tradingState: z.enum(['ACTIVE', 'REDUCING', 'HALTED']),
});

const marketFacts = z.object({
  symbol: z.string(),
  acceptsOrders: z.boolean(),
  takerFeeRate: figure,
  minimumOrderKrw: figure,
  /** Null where the venue knows no such limit. */
  maximumOrderKrw: figure.nullable(),
  quantityDecimalPlaces: z.int(),
  /** From the highest floor down. */
  ticks: z.array(z.object({ from: figure, tick: figure })),
  bids: z.array(level),
  asks: z.array(level),
  changedAt: z.string(),
});
/** Book and selling terms of one market. */
export type MarketFacts = z.output<typeof marketFacts>;

const sellableHolding = z.object({
  holdingId: z.int(),
  asset: z.string(),
  /** Free units in custody. */
  held: figure,
  /** Units the mandate still allows. */
  mandateLeft: figure,
  priceFloor: figure,
  frozen: z.boolean(),
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

export const simpleInputsSchema = z.object({
  ruleVersion: z.string(),
  policyVersion: z.string(),
  at: z.string(),
  day,
  venue: z.string(),
  gate: gateFacts,
  need: needFacts,
  unknownOutcomesOpen: z.int(),
  holdings: z.array(sellableHolding),
  policy: z.object({ band: figure, depthParticipation: figure, staleBookSeconds: z.int(), intervalSeconds: z.int() }),
});
/** Everything a decision depends on. The same inputs give the same decision, on any machine, at any later date. */
export type SimpleInputs = z.output<typeof simpleInputsSchema>;

import { VenueWon } from '../../../src/kernel/money.ts';
import type { DecisionInputs, SellableHolding } from '../../../src/liquidation/decision-inputs.ts';
import { sizeOrder } from '../../../src/liquidation/size-order.ts';
import { holding, inputs, need, policy } from './given.ts';

/** Without passive orders, unless said otherwise. */
export const crossing: Partial<DecisionInputs> = { policy: { ...policy, passive: { ...policy.passive, isOn: false } } };

export function size(change: Partial<SellableHolding> = {}, at: Partial<DecisionInputs> = {}) {
  const given = inputs({ ...crossing, ...at });
  return sizeOrder(holding(change), VenueWon.of('upbit', given.need.remainingKrw), given);
}

export function orderOf(...given: Parameters<typeof size>) {
  const candidate = size(...given);
  if (candidate.kind !== 'order') throw new Error(`${candidate.code}`);
  return candidate.order;
}

/** Why not, with the figures of the guard that said so, and until when. */
export function refusal(...given: Parameters<typeof size>) {
  const candidate = size(...given);
  if (candidate.kind === 'order') return 'order';
  const figures = candidate.events.find(({ code }) => code === candidate.code)?.figures;
  return [candidate.kind, candidate.code, figures ?? {}, ...(candidate.until === undefined ? [] : [candidate.until.toISOString()])];
}

export const rich = { ...crossing, need: need('900000000') };
/** Least quantity that is worth 5,000 won at 99,050,000. */
export const LOT = '0.00005048';

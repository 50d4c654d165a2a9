import { VenueWon } from '../kernel/money.ts';
import type { GuardEvent } from './codes.ts';
import type { DecisionInputs } from './decision-inputs.ts';
import { type Denial, gateDenials } from './gate.ts';
import { type Candidate, sizeOrder, type WantedOrder } from './size-order.ts';

/** Stored with every decision; a change of the rule is a new version beside the old one, so that old decisions stay repeatable. */
export const RULE_VERSION = 'planned-1';

const DAY_MS = 86_400_000;

export type Decision =
  | { readonly outcome: 'order'; readonly codes: readonly string[]; readonly guards: readonly GuardEvent[]; readonly order: WantedOrder }
  | {
      readonly outcome: 'wait' | 'stop' | 'deny';
      readonly codes: readonly string[];
      readonly guards: readonly GuardEvent[];
      /** Nothing changes before; null where the next interval may tell. */
      readonly until: string | null;
    };

/**
 * One decision of the running sale: whether to place an order now, for what and how much. The gate first, then the need, then coin by
 * coin in the plan's order: what the plan has due, inside the band around the mid, never beyond the shown depth's share, never below
 * the venue's minimum, never for more than the need. A pure function of its inputs.
 */
export function decide(inputs: DecisionInputs): Decision {
  // Nothing is concluded, not even that the need is covered, while nobody knows what became of an order here.
  if (inputs.unknownOutcomesOpen > 0) return without('wait', ['unknown_outcome_open']);
  if (inputs.ownOrdersOpen > 0) return without('wait', ['own_order_open']);
  const denials = gateDenials(inputs.gate);
  const isCovered = !VenueWon.of(inputs.venue, inputs.need.uncoveredKrw).isPositive();
  if (isCovered && onlyWaits(denials)) return without('stop', ['covered']);
  if (denials.length > 0)
    return without(
      'deny',
      denials.map(({ code }) => code),
    );
  const remaining = VenueWon.of(inputs.venue, inputs.need.remainingKrw);
  if (!remaining.isPositive()) return without('wait', ['open_orders_suffice']);
  const candidates = inputs.holdings
    .toSorted((a, b) => a.rank - b.rank || a.holdingId - b.holdingId)
    .map((holding) => sizeOrder(holding, remaining, inputs));
  return choose(candidates, remaining, inputs);
}

function choose(candidates: readonly Candidate[], remaining: VenueWon, inputs: DecisionInputs): Decision {
  const guards = candidates.flatMap(({ events }) => events);
  const codes = candidates.flatMap((candidate) => (candidate.kind === 'order' ? [] : [`${candidate.asset}:${candidate.code}`]));
  const orders = candidates.filter((candidate) => candidate.kind === 'order');
  // What can be sold only together with others' does not keep a coin waiting that can be sold by itself.
  const best = orders.find(({ order }) => !order.isDust) ?? orders[0];
  // While an open order elsewhere may still cover what is left, no smallest order is forced beyond it.
  const mayBeCovered = remaining.isLessThan(VenueWon.of(inputs.venue, inputs.need.uncoveredKrw));
  if (best?.order.exceedsNeed === true && mayBeCovered) return { ...without('wait', ['open_orders_suffice']), guards };
  if (best !== undefined) return { outcome: 'order', codes, guards, order: best.order };
  // Within the window a sale by wish ends by the window's end only: what cannot be sold by wish may be sold after it.
  const isWithinWindow = inputs.gate.window?.state === 'open';
  if (isWithinWindow && candidates.every(isWithoutWish)) return { outcome: 'wait', codes, guards, until: tomorrow(inputs) };
  if (isWithinWindow || candidates.some(({ kind }) => kind === 'later'))
    return { outcome: 'wait', codes, guards, until: earliest(candidates) };
  if (candidates.some(({ kind }) => kind === 'unmandated')) return { outcome: 'deny', codes, guards, until: null };
  return { outcome: 'stop', codes: ['exhausted', ...codes], guards, until: null };
}

function without(outcome: 'wait' | 'stop' | 'deny', codes: readonly string[]): Decision & { readonly outcome: 'wait' | 'stop' | 'deny' } {
  return { outcome, codes, guards: [], until: null };
}

/** A covered need ends the sale even where trading is halted: ending sends nothing. */
function onlyWaits(denials: readonly Denial[]): boolean {
  return denials.every(({ code }) => code === 'trading_halted' || code === 'trading_reducing' || code === 'mandate_ended');
}

/** Within the window no market changes what is not wished, not held or not allowed; a new wish and the window's end ring the case. */
function isWithoutWish(candidate: Candidate): boolean {
  return candidate.kind !== 'order' && (candidate.kind !== 'later' || candidate.code === 'not_wished');
}

function tomorrow({ at }: DecisionInputs): string {
  return new Date(Date.parse(at) + DAY_MS).toISOString();
}

/** Null as soon as one of them may change at any moment. What is not planned is planned again with every look, and is no reason for one. */
function earliest(candidates: readonly Candidate[]): string | null {
  const waits = candidates.filter((candidate) => candidate.kind === 'later' && candidate.code !== 'not_planned');
  const instants = waits.flatMap((wait) => (wait.kind === 'later' && wait.until !== undefined ? [wait.until] : []));
  if (instants.length === 0 || instants.length < waits.length) return null;
  return instants.reduce((first, each) => (each < first ? each : first)).toISOString();
}

import { Decimal } from '../../kernel/decimal.ts';
import type { Execution, OrderRequest, Refusal } from './orders.ts';
import type { TradingRules } from './trading-rules.ts';

/** What an order is judged against at its arrival. */
export interface AdmissionFacts {
  readonly isFrozen: boolean;
  readonly isListed: boolean;
  /** Best first. */
  readonly bids: readonly { readonly price: Decimal; readonly quantity: Decimal }[];
  /** Of the asset to sell, or won to buy with. */
  readonly freeBalance: Decimal;
}

/** What an order sets aside: units for a sell, won and the fee on them for a buy. */
export function reservationOf(request: OrderRequest, rules: TradingRules): { readonly total: Decimal; readonly fee: Decimal } {
  const { terms } = request;
  if (request.side === 'sell') {
    return { total: terms.kind === 'market_buy' ? new Decimal(0) : terms.quantity, fee: new Decimal(0) };
  }
  const funds = terms.kind === 'market_buy' ? terms.budget : terms.kind === 'limit' ? terms.price.times(terms.quantity) : new Decimal(0);
  const fee = funds.times(rules.feeRate);
  return { total: funds.plus(fee), fee };
}

export function reservedAsset(request: OrderRequest, rules: TradingRules): string {
  return request.side === 'sell' ? request.asset : rules.quoteAsset;
}

/**
 * Why an order is not taken, or undefined. A sell that wants to trade at once (market, immediate-or-cancel, fill-or-kill) is
 * refused when it is larger than all displayed bids together; one that may rest is not.
 */
export function refuse(request: OrderRequest, rules: TradingRules, facts: () => AdmissionFacts): Refusal | undefined {
  const { terms, asset, side } = request;
  if (request.reference !== undefined && (request.reference === '' || request.reference.length > rules.referenceLengthMax)) {
    return { code: 'reference_invalid' };
  }
  if ((terms.kind === 'market_sell' && side !== 'sell') || (terms.kind === 'market_buy' && side !== 'buy'))
    return { code: 'terms_invalid' };
  if (terms.kind !== 'market_buy' && !isStep(terms.quantity, rules.quantityDecimalPlaces)) return { code: 'quantity_off_step' };
  if (terms.kind === 'limit' && !rules.ticksOf(asset).fits(terms.price)) return { code: 'price_off_tick' };
  const { isFrozen, isListed, bids, freeBalance } = facts();
  if (isFrozen) return { code: 'account_frozen' };
  if (!isListed) return { code: 'market_unknown' };
  const worth = worthOf(request, bids[0]?.price ?? new Decimal(0));
  if (worth.isLessThan(rules.minimumOrder)) return { code: 'below_minimum', minimum: rules.minimumOrder };
  if (worth.isGreaterThan(rules.maximumOrder)) return { code: 'above_maximum', maximum: rules.maximumOrder };
  if (
    rules.refusesBeyondShown &&
    side === 'sell' &&
    terms.kind !== 'market_buy' &&
    (terms.kind === 'market_sell' || isImmediate(terms.execution))
  ) {
    const displayed = bids.reduce((sum, level) => sum.plus(level.quantity), new Decimal(0));
    if (terms.quantity.isGreaterThan(displayed)) return { code: 'beyond_displayed_depth' };
  }
  if (freeBalance.isLessThan(reservationOf(request, rules).total)) {
    return { code: 'insufficient_funds', asset: reservedAsset(request, rules) };
  }
  return undefined;
}

function isStep(quantity: Decimal, decimalPlaces: number): boolean {
  return quantity.isGreaterThan(0) && (quantity.decimalPlaces() ?? 0) <= decimalPlaces;
}

function isImmediate(execution: Execution): boolean {
  return execution === 'immediate_or_cancel' || execution === 'fill_or_kill';
}

/** Won by which minimum and maximum are judged: a market sell is valued at the best bid. */
function worthOf(request: OrderRequest, bestBid: Decimal): Decimal {
  const { terms } = request;
  if (terms.kind === 'limit') return terms.price.times(terms.quantity);
  return terms.kind === 'market_buy' ? terms.budget : terms.quantity.times(bestBid);
}

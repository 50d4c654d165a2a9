import { Decimal } from '../../kernel/decimal.ts';
import { type MarketFuture, marketFutures } from './futures.ts';
import type { CoverageInputs, HoldingInputs, MarketInputs } from './inputs.ts';
import type { Scenarios } from './scenarios.ts';

/** A holding with its value at today's prices and, by path, at the sale. */
export interface ValuedHolding {
  readonly holding: HoldingInputs;
  /** Place of its case in the list of cases. */
  readonly place: number;
  readonly market: MarketInputs;
  readonly future: MarketFuture;
  /** At today's price, and after what selling costs. */
  readonly value: Decimal;
  readonly netNow: number;
  /** Won by path after what selling costs; undefined where it counts as nothing or nobody knows. */
  netOver(horizonDays: number): Float64Array | undefined;
}

/** Error: `RangeError` for inputs that name a market or a case and do not bring it. */
export function valueHoldings(inputs: CoverageInputs, scenarios: Scenarios): ValuedHolding[] {
  const markets = new Map(inputs.markets.map((market) => [market.name, market]));
  const futures = marketFutures(inputs, scenarios);
  return inputs.holdings.map((holding) => {
    const market = markets.get(holding.market);
    const future = futures.get(holding.market);
    const place = inputs.cases.findIndex(({ caseId }) => caseId === holding.caseId);
    if (market === undefined || future === undefined || place < 0) {
      throw new RangeError(`The inputs bring no market ${holding.market} or no case ${holding.caseId}.`);
    }
    const value = new Decimal(holding.units).times(market.price ?? 0);
    const netNow = Math.max(0, value.toNumber() * (1 - Number(holding.costRate)));
    return {
      holding,
      place,
      market,
      future,
      value,
      netNow,
      netOver(horizonDays) {
        const ahead = market.state === 'priced' ? future.over(horizonDays) : undefined;
        return ahead === undefined ? undefined : scenarios.priceFactors(ahead, inputs.settings).map((factor) => factor * netNow);
      },
    };
  });
}

/** Whether what a holding will bring is anybody's guess. */
export function isUnknown({ holding, market, future }: ValuedHolding): boolean {
  if (Number(holding.units) === 0 || market.state === 'untraded') return false;
  return market.state === 'unpriced' || future.model === 'none';
}

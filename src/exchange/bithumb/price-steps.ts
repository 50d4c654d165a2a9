import { Price } from '../../kernel/money.ts';
import type { SellingTerms } from '../port.ts';

/**
 * Price steps of Bithumb's won markets, from and tick, as its own trading kit publishes them (github.com/bithumb-official/
 * bithumb-ai-trade-kit, order commands, July 2026). No endpoint tells them: `price_unit` of `orders/chance` is one figure whatever the
 * price. Should they change, an order off its step is refused by name and nothing is placed.
 */
const STEPS: readonly (readonly [from: string, tick: string])[] = [
  ['1000000', '1000'],
  ['500000', '500'],
  ['100000', '100'],
  ['50000', '50'],
  ['10000', '10'],
  ['5000', '5'],
  ['100', '1'],
  ['10', '0.01'],
  ['1', '0.001'],
  ['0', '0.0001'],
];

export function priceSteps(asset: string): SellingTerms['ticks'] {
  return STEPS.map(([from, tick]) => ({ from: Price.of(asset, from), tick: Price.of(asset, tick) }));
}

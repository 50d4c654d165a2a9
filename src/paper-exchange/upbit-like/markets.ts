import { Decimal } from '../../kernel/decimal.ts';
import { QUOTE_ASSET } from '../core/listings.ts';
import { TickTable } from '../core/trading-rules.ts';

export function marketOf(asset: string): string {
  return `${QUOTE_ASSET}-${asset}`;
}

/** The asset of a market code such as `KRW-BTC`; undefined for anything but a won market. */
export function assetOf(market: string): string | undefined {
  return market.startsWith(`${QUOTE_ASSET}-`) ? market.slice(QUOTE_ASSET.length + 1) : undefined;
}

/** A table from rows of from and tick, in won. */
export function tickTable(rows: readonly (readonly [from: string, tick: string])[]): TickTable {
  return new TickTable(rows.map(([from, tick]) => ({ from: new Decimal(from), tick: new Decimal(tick) })));
}

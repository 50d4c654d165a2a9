import type { Transaction } from '../database/work.ts';
import { type CoinAmount, Price, type Won } from '../kernel/money.ts';

/**
 * What coins are worth in whole won at the price of their asset's last valuation, whichever case it was made for; undefined for an
 * asset that was never valued.
 */
export async function lastWorth(reader: Pick<Transaction, '$queryRaw'>, quantity: CoinAmount): Promise<Won | undefined> {
  const { asset } = quantity;
  const [last] = await reader.$queryRaw<{ price: string }[]>`
    SELECT trim_scale(v.price)::text AS price FROM valuation v JOIN holding h ON h.id = v.holding_id
     WHERE h.asset = ${asset} ORDER BY v.taken_at DESC, v.id DESC LIMIT 1`;
  return last === undefined ? undefined : quantity.worthAt(Price.of(asset, last.price));
}

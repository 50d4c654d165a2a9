import { CoinAmount, Price } from '../../kernel/money.ts';
import type { Fill } from '../port.ts';
import { type HistoryList, readHistory, spansOf } from './history.ts';
import type { OrderDesk } from './orders.ts';
import { type CompletedTrade, completedOrders, type OrderDetail, symbolOf } from './wire.ts';

/** Around the times that Coinone states of an order, by its own clock. */
const TOLERANCE_MS = 60_000;

/**
 * The trades of one order. Its look-up states only their sum, so they are picked from the trades of the account in its market: first from
 * those until the order last changed, then, while some are missing, from all that came later.
 *
 * A trade's proceeds are price times quantity: Coinone states neither them nor how it rounds them. Errors: those of any reading call.
 */
export async function readFills({ connection, clock }: Pick<OrderDesk, 'connection' | 'clock'>, detail: OrderDetail): Promise<Fill[]> {
  const asset = detail.target_currency;
  const executed = CoinAmount.of(asset, detail.executed_qty);
  if (!executed.isPositive()) return [];
  const fromMs = detail.ordered_at.getTime() - TOLERANCE_MS;
  const changedMs = (detail.updated_at ?? detail.ordered_at).getTime();
  const nowMs = Math.max(clock.now().getTime() + (connection.clockSkewMs ?? 0), changedMs);
  const soonMs = Math.min(nowMs, changedMs + TOLERANCE_MS);
  const spans = [...spansOf({ fromMs, toMs: soonMs }), ...(soonMs < nowMs ? spansOf({ fromMs: soonMs, toMs: nowMs }) : [])];
  const { quote_currency, target_currency } = detail;
  const list: HistoryList<CompletedTrade> = {
    name: `trades of ${symbolOf(detail)}`,
    ask: async (question, beforeId) => {
      const before = beforeId === undefined ? {} : { to_trade_id: beforeId };
      const answer = await connection.read('completedOrders', completedOrders, { quote_currency, target_currency, ...question, ...before });
      return answer.completed_orders;
    },
    idOf: (trade) => trade.trade_id,
    at: (trade) => trade.timestamp,
  };
  const fills = new Map<string, Fill>();
  let left = executed;
  for (const span of spans) {
    // To its end: of trades that go on meanwhile the newest come first.
    for await (const trade of readHistory(list, [span])) {
      if (trade.order_id !== detail.order_id || fills.has(trade.trade_id)) continue;
      const quantity = CoinAmount.of(asset, trade.qty);
      const price = Price.of(asset, trade.price);
      const proceeds = quantity.costAt(price, 'coinone');
      fills.set(trade.trade_id, { tradeId: trade.trade_id, quantity, price, proceeds, filledAt: trade.timestamp });
      left = left.minus(quantity);
    }
    if (!left.isPositive()) break;
  }
  return [...fills.values()].sort((a, b) => a.filledAt.getTime() - b.filledAt.getTime());
}

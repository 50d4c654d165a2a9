import { bookedBalances } from '../../src/custody/booked-balances.ts';
import type { OrderFill } from '../../src/database/generated/client.ts';
import type { Database } from '../../src/database/work.ts';
import { Decimal } from '../../src/kernel/decimal.ts';
import type { PaperExchange } from '../../src/paper-exchange/server.ts';

/**
 * Compares our books with the exchange's own: every balance, and every order under its identifier with what was executed, each trade
 * and the fee. Returns what differs, in words.
 */
export async function bookDifferences(database: Database, accountId: number, exchange: PaperExchange, owner: string): Promise<string[]> {
  return [
    ...(await balanceDifferences(database, accountId, exchange, owner)),
    ...(await orderDifferences(database, accountId, exchange, owner)),
  ];
}

async function balanceDifferences(database: Database, accountId: number, exchange: PaperExchange, owner: string): Promise<string[]> {
  const booked = await bookedBalances(database.read, accountId, 'upbit');
  const shown = new Map(
    (await exchange.operator.balances({ accountId: owner })).map(({ asset, free, locked }) => [
      asset === 'KRW' ? 'KRW@upbit' : asset,
      new Decimal(free).plus(new Decimal(locked)),
    ]),
  );
  return [...new Set([...booked.keys(), ...shown.keys()])].flatMap((asset) => {
    const ours = booked.get(asset)?.quantity ?? new Decimal(0);
    const theirs = shown.get(asset) ?? new Decimal(0);
    return ours.isEqualTo(theirs) ? [] : [`${asset}: booked ${ours.toFixed()}, at the exchange ${theirs.toFixed()}`];
  });
}

interface OrderText {
  readonly executed: string;
  readonly fee: string;
  readonly fills: readonly string[];
}

const NOTHING: OrderText = { executed: '0', fee: '0', fills: [] };

async function orderDifferences(database: Database, accountId: number, exchange: PaperExchange, owner: string): Promise<string[]> {
  const ours = await bookedOrders(database, accountId);
  const placed = (await exchange.operator.orders({ accountId: owner })).filter(({ origin }) => origin === 'interface');
  const theirs = new Map(
    placed.map(({ identifier, executedQuantity, paidFee, fills }): [string, OrderText] => [
      identifier ?? '',
      {
        executed: executedQuantity,
        fee: paidFee,
        fills: fills.map(({ fillId, quantity, price, funds }) => `${fillId} ${quantity} ${price} ${funds}`).sort(),
      },
    ]),
  );
  return [...new Set([...ours.keys(), ...theirs.keys()])].flatMap((identifier) => {
    const left = JSON.stringify(ours.get(identifier) ?? 'no order');
    const right = JSON.stringify(theirs.get(identifier) ?? NOTHING);
    return left === right ? [] : [`order ${identifier}: booked ${left}, at the exchange ${right}`];
  });
}

/** A trade that several cases share is booked in parts, one a case. */
function wholeTrades(fills: readonly OrderFill[]): string[] {
  return [...new Set(fills.map(({ tradeId }) => tradeId))].map((tradeId) => {
    const parts = fills.filter((fill) => fill.tradeId === tradeId);
    const sum = (figure: (fill: OrderFill) => { toFixed(): string }) =>
      parts.reduce((total, part) => total.plus(figure(part).toFixed()), new Decimal(0)).toFixed();
    return `${tradeId} ${sum(({ quantity }) => quantity)} ${parts[0]?.price.toFixed()} ${sum(({ proceeds }) => proceeds)}`;
  });
}

async function bookedOrders(database: Database, accountId: number): Promise<ReadonlyMap<string, OrderText>> {
  const orders = await database.read.saleOrder.findMany({ where: { venueAccountId: accountId }, include: { fills: true } });
  const intents = await database.read.intent.findMany({ where: { port: 'order' } });
  const identifierOf = new Map(intents.map(({ id, identifier }) => [id, identifier]));
  return new Map(
    orders.map(({ intentId, executedQuantity, fills }) => [
      identifierOf.get(intentId) ?? '',
      {
        executed: executedQuantity?.toFixed() ?? '0',
        fee: fills.reduce((sum, { fee }) => sum.plus(fee.toFixed()), new Decimal(0)).toFixed(),
        fills: wholeTrades(fills).sort(),
      },
    ]),
  );
}

import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ExchangePort, Fill } from '../../src/exchange/port.ts';
import { createIntent, settleIntent } from '../../src/intent/intent.ts';
import { addDays, dayToColumn } from '../../src/kernel/civil-date.ts';
import { CoinAmount, Price, VenueWon } from '../../src/kernel/money.ts';
import { concludeOrder } from '../../src/liquidation/conclude.ts';
import { runDesk } from '../../src/liquidation/desk.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type SaleCase, SaleDesk } from '../support/sale-desk.ts';
import { recordCandles } from './recorded-candles.ts';

const HOUR_SECONDS = 3_600;
let city: SaleDesk;

beforeEach(async () => {
  city = await SaleDesk.open();
});

afterEach(async () => {
  await city.exchange.stop();
  expect(await brokenInvariants(city.database)).toEqual([]);
});

async function runWith(change: Partial<ExchangePort>): Promise<void> {
  await runDesk({ ...city.desk, port: { ...city.desk.port, ...change } });
  await city.answerCases();
}

const alertsOf = (where: { code: string; subject?: string }) => city.database.read.alert.count({ where });
const unavailable = async () => ({ kind: 'unavailable', reason: 'the answer cannot be read' }) as const;

async function orderOf({ caseId }: SaleCase) {
  const [order] = await city.orders(caseId);
  if (order === undefined) throw new Error(`Case ${caseId} has no order.`);
  return order;
}

it('an order that the venue took and tells nothing of is told to somebody once, who may say what became of it', async () => {
  const sold = await city.runningCase({ coins: { BTC: '0.002' }, bills: ['90000'] });
  city.advance(10);
  for (let look = 0; look < 24; look++) {
    await runWith({ lookUp: unavailable });
    city.advance(HOUR_SECONDS);
  }
  const { id } = await orderOf(sold);
  expect(await alertsOf({ code: 'order_unreadable', subject: `sale_order:${id}` })).toBe(1);
  const seen = await city.desk.port.lookUp((await intentOf(id)).identifier, 'KRW-BTC');
  if (seen.kind !== 'found') throw new Error('The exchange knows the order.');
  const { orderId: venueOrderId, paidFee, fills } = seen.order;
  const outcome = { kind: 'executed', venueOrderId, paidFee, fills } as const;
  await city.database.work(city.officer.actor, (work) => concludeOrder(work, { orderId: id, outcome, reason: '거래소 화면에서 확인' }));
  await city.sellOut();
  expect(await city.lastDecision(sold.caseId)).toEqual(['stop', 'covered']);
  expect(await city.differences()).toEqual([]);
});

function intentOf(orderId: number) {
  return city.database.read.saleOrder
    .findUniqueOrThrow({ where: { id: orderId } })
    .then(({ intentId }) => city.database.read.intent.findUniqueOrThrow({ where: { id: intentId } }));
}

it('an account that stands still since one order cannot be looked up is told of', async () => {
  const lost = await city.runningCase({ coins: { BTC: '0.002' }, bills: ['90000'] });
  city.advance(10);
  const mute = { sell: async () => ({ kind: 'unknown', reason: 'time-out' }) as const, lookUp: unavailable };
  await runWith(mute);
  const { id } = await orderOf(lost);
  expect(await alertsOf({ code: 'order_unreadable' })).toBe(0);
  for (let look = 0; look < 5; look++) {
    city.advance(HOUR_SECONDS);
    await runWith(mute);
  }
  expect(await alertsOf({ code: 'order_unreadable', subject: `sale_order:${id}` })).toBe(1);
  // As soon as the venue answers it is found out without anybody.
  city.advance(60);
  await city.sellOut();
  expect(await city.lastDecision(lost.caseId)).toEqual(['stop', 'covered']);
});

it('an order that cannot be booked keeps no other sale from going on', async () => {
  const first = await city.runningCase({ coins: { XRP: '20' }, bills: ['90000'] });
  city.advance(10);
  await city.run();
  const tradeId = (await orderOf(first)).fills[0]?.tradeId ?? '';
  const broken = await city.runningCase({ coins: { ETH: '0.05' }, bills: ['90000'] });
  const other = await city.runningCase({ coins: { BTC: '0.002' }, bills: ['90000'] });
  // The venue tells of the trades of ether under a number that another order has.
  const { port } = city.desk;
  const strange: ExchangePort['lookUp'] = async (identifier, symbol) => {
    const found = await port.lookUp(identifier, symbol);
    if (found.kind !== 'found' || symbol !== 'KRW-ETH') return found;
    const fills: Fill[] = found.order.fills.map((fill, index) => (index === 0 ? { ...fill, tradeId } : fill));
    return { kind: 'found', order: { ...found.order, fills } };
  };
  for (let look = 0; look < 10; look++) {
    city.advance(60);
    await runWith({ lookUp: strange });
  }
  expect(await city.lastDecision(other.caseId)).toEqual(['stop', 'covered']);
  const { id } = await orderOf(broken);
  expect(await alertsOf({ code: 'order_unreadable', subject: `sale_order:${id}` })).toBe(1);
  await city.sellOut();
  expect(await city.lastDecision(broken.caseId)).toEqual(['stop', 'covered']);
});

it('a joint order with a small round trade is settled: nobody’s part costs more than it brings', async () => {
  const big = await city.runningCase({ coins: { ADA: '20000.12345678' }, bills: ['900000000'] });
  const small = await city.runningCase({ coins: { ADA: '6' }, bills: ['900000000'] });
  city.advance(10);
  const { port } = city.desk;
  // The venue made one trade of one unit, and the rest: quantities, proceeds and fee add up to what they were.
  const one = CoinAmount.of('ADA', '1');
  const lookUp: ExchangePort['lookUp'] = async (identifier, symbol) => {
    const found = await port.lookUp(identifier, symbol);
    const first = found.kind === 'found' ? found.order.fills.find(({ quantity }) => quantity.isMoreThan(one)) : undefined;
    if (found.kind !== 'found' || first === undefined) return found;
    const won = VenueWon.of('upbit', one.costAt(first.price, 'upbit').value);
    const split = [
      { ...first, tradeId: `${first.tradeId}-one`, quantity: one, proceeds: won },
      { ...first, quantity: first.quantity.minus(one), proceeds: first.proceeds.minus(won) },
    ];
    return { kind: 'found', order: { ...found.order, fills: [...split, ...found.order.fills.filter((fill) => fill !== first)] } };
  };
  await runWith({ lookUp });
  for (const { caseId } of [big, small]) expect((await city.orders(caseId))[0]?.closedAt).not.toBeNull();
  expect((await city.orders(small.caseId))[0]?.fills.length).toBeGreaterThan(0);
});

it('an order that would have taken instead of resting is no refusal that anybody must look into', async () => {
  await recordCandles(city, { asset: 'XRP', wonAnHour: 15_000_000, deviation: 0.001, laterHours: 96 });
  const { caseId } = await city.runningCase({ coins: { XRP: '3000' }, bills: ['900000000'] });
  const { port } = city.desk;
  const wouldTakeCode = port.capabilities.postOnly?.wouldTakeCode ?? '';
  const sell: ExchangePort['sell'] = async (order) =>
    order.timeInForce === 'post_only' ? { kind: 'refused', venueCode: wouldTakeCode, message: '' } : port.sell(order);
  for (let look = 0; look < 90; look++) {
    city.advance(60);
    await runWith({ sell });
  }
  const refused = (await city.orders(caseId)).filter(({ style }) => style === 'passive');
  expect(refused.length).toBeGreaterThan(0);
  expect(await alertsOf({ code: 'order_refused' })).toBe(0);
  expect((await city.sale(caseId)).lastCode).not.toBe('order_refused');
  await city.endByOfficial(caseId);
});

it('an order that the venue does not cancel is told to somebody, and nobody may say that it is over', async () => {
  await recordCandles(city, { asset: 'XRP', wonAnHour: 15_000_000, deviation: 0.001, laterHours: 96 });
  const { caseId } = await city.runningCase({ coins: { XRP: '3000' }, bills: ['900000000'] });
  const openOrder = () => city.database.read.saleOrder.findFirst({ where: { closedAt: null, style: 'passive' } });
  while ((await openOrder()) === null) await city.step();
  const { port } = city.desk;
  const stillThere: ExchangePort['lookUp'] = async (identifier, symbol) => {
    const found = await port.lookUp(identifier, symbol);
    if (found.kind !== 'found') return found;
    const { quantity } = found.order;
    return {
      kind: 'found',
      order: { ...found.order, isOpen: true, executedQuantity: CoinAmount.zero('XRP'), remainingQuantity: quantity, fills: [] },
    };
  };
  for (let look = 0; look < 20; look++) {
    city.advance(60);
    await runWith({ lookUp: stillThere, cancel: async () => undefined });
  }
  const orderId = (await openOrder())?.id ?? 0;
  expect(await alertsOf({ code: 'order_not_cancelled', subject: `sale_order:${orderId}` })).toBe(1);
  const over = { orderId, outcome: { kind: 'never_executed' }, reason: '표본' } as const;
  await expect(city.database.work(city.officer.actor, (work) => concludeOrder(work, over))).rejects.toMatchObject({ code: 'CONFLICT' });
  await city.endByOfficial(caseId);
  expect(await city.differences()).toEqual([]);
});

it('an order that the books hold for over and that still stands keeps its coin from being sold', async () => {
  const { caseId } = await city.runningCase({ coins: { XRP: '20' }, bills: ['90000'] });
  const { port } = city.desk;
  const { identifier } = await city.by(async (work) => {
    const intent = await createIntent(work, { port: 'order', subject: `case:${caseId}` });
    await settleIntent(work, intent.id, 'dead', { status: '표본' });
    return intent;
  });
  const dear = (await port.orderBook('KRW-XRP')).asks.at(-1)?.price ?? Price.of('XRP', '1');
  const sell = { identifier, symbol: 'KRW-XRP', quantity: CoinAmount.of('XRP', '10'), limitPrice: dear, timeInForce: 'post_only' } as const;
  expect(await port.sell(sell)).toMatchObject({ kind: 'accepted' });
  city.advance(10);
  await runWith({});
  expect(await city.lastDecision(caseId)).toEqual(['wait', 'XRP:own_orders_open']);
  expect(await city.orders(caseId)).toEqual([]);
  await port.cancel(identifier, 'KRW-XRP');
  await city.sellOut();
  expect((await city.orders(caseId)).length).toBeGreaterThan(0);
});

it('a leave that has run out is told to somebody', async () => {
  const { caseId } = await city.runningCase({ coins: { BTC: '0.002' }, bills: ['900000'] });
  await city.by(
    (work) => work.tx.$executeRaw`UPDATE mandate SET ends_on = ${dayToColumn(addDays(city.today, -1))} WHERE case_id = ${caseId}`,
  );
  city.advance(86_400);
  await city.run();
  expect(await city.lastDecision(caseId)).toEqual(['deny', 'mandate_ended']);
  expect(await alertsOf({ code: 'sale_stands_still', subject: `case:${caseId}` })).toBe(1);
});

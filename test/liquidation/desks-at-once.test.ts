import { afterAll, beforeAll, expect, it } from 'vitest';
import type { VenueOrder } from '../../src/exchange/port.ts';
import { Decimal } from '../../src/kernel/decimal.ts';
import { CoinAmount, Price, VenueWon } from '../../src/kernel/money.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { runDesk } from '../../src/liquidation/desk.ts';
import { settleFromVenue } from '../../src/liquidation/settle-order.ts';
import { isFrozen } from '../../src/venue/freeze.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { SaleDesk } from '../support/sale-desk.ts';

let city: SaleDesk;

beforeAll(async () => {
  city = await SaleDesk.open();
});

afterAll(async () => {
  await city.exchange.stop();
});

it('four desks on one account place one order for one need', async () => {
  const cases = [];
  for (let count = 0; count < 3; count++) cases.push(await city.runningCase({ coins: { BTC: '0.002' }, bills: ['100000'] }));
  for (let round = 0; round < 12; round++) {
    city.advance(10);
    await Promise.all(Array.from({ length: 4 }, () => city.run()));
    expect(await city.database.read.saleOrder.count({ where: { closedAt: null } })).toBe(0);
    expect(await city.differences()).toEqual([]);
  }
  for (const { caseId, billIds } of cases) {
    expect(await city.lastDecision(caseId)).toEqual(['stop', 'covered']);
    const decisions = await city.database.read.saleDecision.findMany({ where: { caseId } });
    // One step an interval, however many desks looked.
    expect(new Set(decisions.map(({ decidedAt }) => decidedAt.getTime())).size).toBe(decisions.length);
    const beyond = (await city.netProceeds(caseId)).minus(await city.owed(billIds)).minus(1_000);
    expect(beyond.isGreaterThanOrEqualTo(0) && beyond.isLessThan(5_150)).toBe(true);
  }
});

it('four desks settle one lost answer once', async () => {
  const sold = await city.runningCase({ coins: { BTC: '0.002' }, bills: ['100000'] });
  city.advance(10);
  await city.exchange.operator.injectFault({ kind: 'lost_after_acceptance', silenceMs: 300 });
  await Promise.all(Array.from({ length: 4 }, () => city.run()));
  await city.sellOut();
  expect(await city.lastDecision(sold.caseId)).toEqual(['stop', 'covered']);
  expect(await city.differences()).toEqual([]);
});

it('four desks that all meet an order on its way send it no more than twice, and it has one effect', async () => {
  const sold = await city.runningCase({ coins: { BTC: '0.002' }, bills: ['100000'] });
  city.advance(10);
  await city.exchange.operator.injectFault({ kind: 'lost_before_acceptance', silenceMs: 300 });
  await Promise.all(Array.from({ length: 4 }, () => city.run()));
  await city.sellOut();
  const [order] = await city.orders(sold.caseId);
  const { sendCount } = await city.database.read.intent.findUniqueOrThrow({ where: { id: order?.intentId ?? 0 } });
  expect(sendCount).toBe(2);
  expect(await city.lastDecision(sold.caseId)).toEqual(['stop', 'covered']);
  expect(await city.differences()).toEqual([]);
});

it('a refusal of one send concludes nothing about an order that another desk has sent again meanwhile', async () => {
  const sold = await city.runningCase({ coins: { BTC: '0.002' }, bills: ['100000'] });
  city.advance(10);
  const { port } = city.desk;
  const notFound = () => Promise.resolve({ kind: 'not_found' } as const);
  // The first desk is told to come back later; while it hears that, a second one finds nothing, sends the order again and loses the answer.
  const refusedMeanwhile = async () => {
    await city.exchange.operator.injectFault({ kind: 'lost_after_acceptance' });
    await runDesk({ ...city.desk, port: { ...port, lookUp: notFound } });
    return { kind: 'not_executed', venueCode: 'too_many_requests', retryAfterMs: 0 } as const;
  };
  await runDesk({ ...city.desk, port: { ...port, sell: refusedMeanwhile, lookUp: notFound } });
  expect((await city.orders(sold.caseId))[0]).toMatchObject({ closedAt: null });
  city.advance(20);
  await city.run();
  expect((await city.orders(sold.caseId))[0]?.fills).not.toEqual([]);
  await city.sellOut();
  expect(await city.lastDecision(sold.caseId)).toEqual(['stop', 'covered']);
  expect(await city.differences()).toEqual([]);
});

it('fills reported twice, and an order settled twice at once, are booked once', async () => {
  const sold = await city.runningCase({ coins: { BTC: '0.002' }, bills: ['100000'] });
  city.advance(10);
  const { port } = city.desk;
  const stuttering = {
    ...port,
    lookUp: async (identifier: string, symbol: string) => {
      const found = await port.lookUp(identifier, symbol);
      return found.kind === 'found'
        ? { ...found, order: { ...found.order, fills: found.order.fills.flatMap((fill) => [fill, fill]) } }
        : found;
    },
  };
  await runDesk({ ...city.desk, port: stuttering });
  const [order] = await city.orders(sold.caseId);
  const { identifier } = await city.database.read.intent.findUniqueOrThrow({ where: { id: order?.intentId ?? 0 } });
  const known = await port.lookUp(identifier, 'KRW-BTC');
  if (known.kind !== 'found' || order === undefined) throw new Error('The exchange does not know the order.');
  await Promise.all(Array.from({ length: 4 }, () => settleFromVenue(city.desk, order.id, known.order)));
  expect(await city.differences()).toEqual([]);
  await city.sellOut();
  expect(await city.lastDecision(sold.caseId)).toEqual(['stop', 'covered']);
  expect(await brokenInvariants(city.database)).toEqual([]);
});

it('an order whose fills do not add up is not settled', async () => {
  const sold = await city.runningCase({ coins: { BTC: '0.002' }, bills: ['100000'] });
  city.advance(10);
  const { port } = city.desk;
  const halfRead = {
    ...port,
    lookUp: async (identifier: string, symbol: string) => {
      const found = await port.lookUp(identifier, symbol);
      return found.kind === 'found' ? { ...found, order: { ...found.order, fills: [] } } : found;
    },
  };
  await runDesk({ ...city.desk, port: halfRead });
  expect((await city.orders(sold.caseId))[0]).toMatchObject({ closedAt: null, fills: [] });
  await city.sellOut();
  expect(await city.lastDecision(sold.caseId)).toEqual(['stop', 'covered']);
  expect(await city.differences()).toEqual([]);
});

it('more sold than the books had on order goes to unexplained and freezes the coin, and is not refused', async () => {
  const sold = await city.runningCase({ coins: { BTC: '0.002' }, bills: ['100000'] });
  city.advance(10);
  const { port } = city.desk;
  // An order that is over at the exchange with more than was asked for.
  const overfilled = { ...port, lookUp: async () => ({ kind: 'unavailable', reason: 'kept back' }) as const };
  await runDesk({ ...city.desk, port: overfilled });
  const [order] = await city.orders(sold.caseId);
  if (order === undefined) throw new Error('No order was placed.');
  const quantity = CoinAmount.of('BTC', new Decimal(order.quantity.toFixed()).plus('0.0001').toFixed());
  const price = Price.of('BTC', '150000000');
  const known: VenueOrder = {
    orderId: 'overfilled',
    identifier: 'sample',
    symbol: order.symbol,
    quantity: CoinAmount.of('BTC', order.quantity.toFixed()),
    executedQuantity: quantity,
    remainingQuantity: CoinAmount.zero('BTC'),
    paidFee: VenueWon.of('upbit', '50'),
    isOpen: false,
    statusWord: 'done',
    fills: [{ tradeId: 'overfilled', quantity, price, proceeds: quantity.costAt(price, 'upbit'), filledAt: city.clock.now() }],
    createdAt: city.clock.now(),
  };
  expect(await settleFromVenue(city.desk, order.id, known)).toBe('settled');
  expect(await isFrozen(city.database.read, city.accountId, 'BTC')).toBe(true);
  const unexplained = await city.database.read.$queryRaw<{ balance: string }[]>`
    SELECT trim_scale(sum(b.balance))::text AS balance FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
     WHERE a.chart_code = ${CHART.unexplained} AND a.place = ${`account:${city.accountId}`} AND a.asset = 'BTC'`;
  expect(unexplained).toEqual([{ balance: '-0.0001' }]);
  expect((await brokenInvariants(city.database)).map((line) => line.split(':')[0])).toEqual(
    expect.arrayContaining(['orders_close_exactly', 'duty_matches_custody']),
  );
});

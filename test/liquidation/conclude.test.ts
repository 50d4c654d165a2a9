import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconcileAccount } from '../../src/custody/reconcile.ts';
import type { Fill } from '../../src/exchange/port.ts';
import { CoinAmount, Price, VenueWon } from '../../src/kernel/money.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { concludeOrder, type FoundOutcome } from '../../src/liquidation/conclude.ts';
import { type Desk, runDesk } from '../../src/liquidation/desk.ts';
import { deskDueSource } from '../../src/liquidation/progress.ts';
import { applyLooserTrading, requestLooserTrading, tightenTrading } from '../../src/venue/trading-state.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { CITY, type SaleCase, SaleDesk } from '../support/sale-desk.ts';

let city: SaleDesk;

beforeAll(async () => {
  city = await SaleDesk.open();
});

afterAll(async () => {
  await city.exchange.stop();
});

/** A desk whose exchange has lost sight of every order. */
function blindDesk(): Desk {
  const { port } = city.desk;
  const notFound = () => Promise.resolve({ kind: 'not_found' } as const);
  return { ...city.desk, port: { ...port, lookUp: notFound, searchOrders: notFound } };
}

async function dueCase(): Promise<SaleCase> {
  const due = await city.runningCase({ coins: { BTC: '0.002' }, bills: ['100000'] });
  city.advance(10);
  return due;
}

/** An order was carried out without an answer, and no look-up finds it: only the balance tells that something happened. */
async function unseenExecution(): Promise<{ readonly sold: SaleCase; readonly orderId: number }> {
  const sold = await dueCase();
  await city.exchange.operator.injectFault({ kind: 'lost_after_acceptance' });
  for (let look = 0; look < 5; look++) {
    await runDesk(blindDesk());
    city.advance(20);
  }
  const [order] = await city.orders(sold.caseId);
  return { sold, orderId: order?.id ?? 0 };
}

async function intentOf(orderId: number) {
  const { intentId } = await city.database.read.saleOrder.findUniqueOrThrow({ where: { id: orderId } });
  return city.database.read.intent.findUniqueOrThrow({ where: { id: intentId } });
}

/** What an official reads at the exchange's site. */
async function readAtExchange(orderId: number): Promise<FoundOutcome & { readonly kind: 'executed' }> {
  const { identifier } = await intentOf(orderId);
  const found = (await city.exchange.operator.orders({ accountId: CITY })).find((order) => order.identifier === identifier);
  if (found === undefined) throw new Error('The exchange does not know the order.');
  const fills = found.fills.map(
    (fill): Fill => ({
      tradeId: fill.fillId,
      quantity: CoinAmount.of(found.asset, fill.quantity),
      price: Price.of(found.asset, fill.price),
      proceeds: VenueWon.of('upbit', fill.funds),
      filledAt: new Date(fill.filledAt),
    }),
  );
  return { kind: 'executed', venueOrderId: found.orderId, paidFee: VenueWon.of('upbit', found.paidFee), fills };
}

function conclude(orderId: number, outcome: FoundOutcome, reason = '거래소 화면에서 확인'): Promise<void> {
  return city.database.work(city.officer.actor, (work) => concludeOrder(work, { orderId, outcome, reason }));
}

async function loosen(): Promise<void> {
  const scope = { kind: 'account', accountId: city.accountId } as const;
  await reconcileAccount(city.database, city.desk.port, city.accountId);
  const approval = await city.database.work(city.officer.actor, (work) =>
    requestLooserTrading(work, { scope, to: 'ACTIVE', reason: '확인함', expiresAt: new Date(work.at.getTime() + 86_400_000) }),
  );
  await city.decide(approval, 'approve', applyLooserTrading);
}

async function accountState(): Promise<string> {
  return (await city.database.read.venueAccount.findUniqueOrThrow({ where: { id: city.accountId } })).tradingState;
}

describe('an order that no look-up finds although the balance says otherwise', () => {
  it('is left to a person: the account reduces, and nothing is rung for or sent meanwhile', async () => {
    const { sold, orderId } = await unseenExecution();
    expect(await intentOf(orderId)).toMatchObject({ state: 'with_person' });
    expect(await accountState()).toBe('REDUCING');
    expect(await city.database.read.alert.count({ where: { code: 'order_outcome_unknown', subject: `sale_order:${orderId}` } })).toBe(1);
    city.advance(3_600);
    expect(await deskDueSource(city.database).due(city.clock.now())).toEqual([]);
    await city.run();
    expect(await city.orders(sold.caseId)).toHaveLength(1);
    expect(await city.coins(sold.holdingIds.get('BTC') ?? 0, CHART.coinsOnOrder, 'BTC')).not.toBe('0');
    await concludeAndFinish(sold, orderId);
  });

  it('although a deposit of as many coins has come, which would hide it', async () => {
    const sold = await dueCase();
    await city.exchange.operator.injectFault({ kind: 'lost_after_acceptance' });
    await runDesk(blindDesk());
    const [order] = await city.orders(sold.caseId);
    const quantity = order?.quantity.toFixed() ?? '0';
    await city.exchange.operator.depositFromChain({ accountId: CITY, asset: 'BTC', quantity, confirmationSeconds: 0 });
    for (let look = 0; look < 5; look++) {
      city.advance(20);
      await runDesk(blindDesk());
    }
    expect(await intentOf(order?.id ?? 0)).toMatchObject({ state: 'with_person' });
    await concludeAndFinish(sold, order?.id ?? 0);
  });

  it('and one that the exchange has accepted is never declared dead by a machine', async () => {
    const sold = await dueCase();
    for (let look = 0; look < 6; look++) {
      await runDesk(blindDesk());
      city.advance(20);
    }
    const [order] = await city.orders(sold.caseId);
    expect(await intentOf(order?.id ?? 0)).toMatchObject({ state: 'with_person', sendCount: 1 });
    await concludeAndFinish(sold, order?.id ?? 0);
  });

  it('keeps an account halted that was halted before', async () => {
    const { sold, orderId } = await haltedMeanwhile();
    expect(await intentOf(orderId)).toMatchObject({ state: 'with_person' });
    expect(await accountState()).toBe('HALTED');
    await concludeAndFinish(sold, orderId);
  });
});

async function haltedMeanwhile(): Promise<{ readonly sold: SaleCase; readonly orderId: number }> {
  const sold = await dueCase();
  await city.exchange.operator.injectFault({ kind: 'lost_after_acceptance' });
  await runDesk(blindDesk());
  await city.by((work) => tightenTrading(work, { scope: { kind: 'account', accountId: city.accountId }, to: 'HALTED', reason: '표본' }));
  for (let look = 0; look < 5; look++) {
    city.advance(20);
    await runDesk(blindDesk());
  }
  return { sold, orderId: (await city.orders(sold.caseId))[0]?.id ?? 0 };
}

/** The official types in what he read; then trading is loosened, and the sale goes on to its end. */
async function concludeAndFinish(sold: SaleCase, orderId: number): Promise<void> {
  await conclude(orderId, await readAtExchange(orderId));
  expect(await intentOf(orderId)).toMatchObject({ state: 'settled' });
  expect(await city.differences()).toEqual([]);
  await loosen();
  await city.sellOut();
  expect(await city.lastDecision(sold.caseId)).toEqual(['stop', 'covered']);
  expect(await city.differences()).toEqual([]);
}

describe('what an official says about an order', () => {
  it('is taken only from an official, about an order left to one, and for trades that can be its own', async () => {
    const { sold, orderId } = await unseenExecution();
    const found = await readAtExchange(orderId);
    const [fill] = found.fills;
    if (fill === undefined) throw new Error('The order was not executed.');
    await expect(city.by((work) => concludeOrder(work, { orderId, outcome: found, reason: '화면' }))).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    await expect(conclude(orderId, found, ' ')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(conclude(0, found)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const wrong: readonly Partial<typeof found>[] = [
      { fills: [] },
      { fills: [fill, fill] },
      { fills: [{ ...fill, price: Price.of('BTC', '1000'), proceeds: VenueWon.of('upbit', '1') }] },
      { fills: [{ ...fill, proceeds: fill.proceeds.plus(VenueWon.of('upbit', '2')) }] },
      { fills: [{ ...fill, quantity: CoinAmount.of('BTC', '1'), proceeds: CoinAmount.of('BTC', '1').costAt(fill.price, 'upbit') }] },
      { fills: [{ ...fill, filledAt: new Date('2026-01-04T00:00:00Z') }] },
      { paidFee: VenueWon.of('upbit', '-1') },
      { paidFee: VenueWon.of('upbit', '100000000') },
    ];
    for (const change of wrong) await expect(conclude(orderId, { ...found, ...change })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await concludeAndFinish(sold, orderId);
    await expect(conclude(orderId, found)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('may be that it was never carried out: its units are held again, and the intent is dead', async () => {
    const sold = await dueCase();
    const holdingId = sold.holdingIds.get('BTC') ?? 0;
    await city.exchange.operator.injectFault({ kind: 'lost_before_acceptance', times: 2 });
    await city.run();
    // Somebody sells by hand at the exchange's site: the balance no longer fits, and nobody can tell by it.
    const byHand = { accountId: CITY, asset: 'BTC', side: 'sell', quantity: '0.0001' } as const;
    await city.exchange.operator.placeOrder(byHand);
    for (const seconds of [20, 20, 20, 20]) {
      city.advance(seconds);
      await city.run();
    }
    const [order] = await city.orders(sold.caseId);
    expect(await intentOf(order?.id ?? 0)).toMatchObject({ state: 'with_person' });
    await conclude(order?.id ?? 0, { kind: 'never_executed' });
    expect(await intentOf(order?.id ?? 0)).toMatchObject({ state: 'dead' });
    expect(await city.coins(holdingId, CHART.coinsHeld, 'BTC')).toBe('0.002');
    expect(await city.coins(holdingId, CHART.coinsOnOrder, 'BTC')).toBe('0');
    expect(await accountState()).toBe('REDUCING');
  });

  it('has broken no invariant', async () => {
    expect(await brokenInvariants(city.database)).toEqual([]);
  });
});

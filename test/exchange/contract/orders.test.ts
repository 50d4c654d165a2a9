import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VENUE_CODES, type VenueOrder } from '../../../src/exchange/port.ts';
import { Decimal } from '../../../src/kernel/decimal.ts';
import { CoinAmount, Price } from '../../../src/kernel/money.ts';
import { CITY, type ContractVenue, openContractVenue } from './contract-venue.ts';

const sumOf = (figures: readonly Decimal[]) => figures.reduce((total, figure) => total.plus(figure), new Decimal(0));

async function lockedOf({ port }: ContractVenue, asset: string): Promise<string> {
  return (await port.balances()).find((each) => each.asset === asset)?.locked ?? '0';
}

function expectWhole(order: VenueOrder): void {
  expect(sumOf(order.fills.map(({ quantity }) => quantity.value)).toFixed()).toBe(order.executedQuantity.toString());
  expect(new Set(order.fills.map(({ tradeId }) => tradeId)).size).toBe(order.fills.length);
  for (const { price, quantity, proceeds } of order.fills) {
    expect(proceeds.value.minus(price.value.times(quantity.value)).abs().isLessThan(1)).toBe(true);
  }
}

/** What every adapter owes whoever sells through it, shown on the face of its venue. */
const RULES: Readonly<Record<string, (venue: ContractVenue) => Promise<void>>> = {
  'that takes what it finds is over at once, with fills that add up and the fee that was paid': async (venue) => {
    const sell = await venue.sellOf('BTC', 300_000, 0, 'immediate_or_cancel');
    expect(await venue.port.sell(sell)).toMatchObject({ kind: 'accepted', orderId: expect.any(String) });
    const order = await venue.found(sell);
    expect(order).toMatchObject({ identifier: sell.identifier, symbol: sell.symbol, isOpen: false });
    expect(order.quantity.toString()).toBe(sell.quantity.toString());
    expect(order.executedQuantity.isPositive()).toBe(true);
    expect(order.remainingQuantity.isZero()).toBe(true);
    expectWhole(order);
    const [placed] = await venue.placed();
    expect(order.executedQuantity.toString()).toBe(placed?.executedQuantity);
    expect(order.paidFee.toString()).toBe(placed?.paidFee);
    expect(await lockedOf(venue, 'BTC')).toBe('0');
  },
  'that asks more than anybody bids is over without a fill': async (venue) => {
    const sell = await venue.sellOf('ETH', 50_000, 5, 'immediate_or_cancel');
    expect((await venue.port.sell(sell)).kind).toBe('accepted');
    const order = await venue.found(sell);
    expect([order.isOpen, order.executedQuantity.toString(), order.fills]).toEqual([false, '0', []]);
    expect(await lockedOf(venue, 'ETH')).toBe('0');
  },
  'that is larger than the shown depth takes a part, and the rest is not sold': async (venue) => {
    const { bids } = await venue.port.orderBook(await venue.symbolOf('XRP'));
    const sell = { ...(await venue.sellOf('XRP', 50_000, 0, 'immediate_or_cancel')), quantity: CoinAmount.of('XRP', '90000') };
    const best = bids[0]?.quantity ?? CoinAmount.zero('XRP');
    expect(best.isLessThan(sell.quantity)).toBe(true);
    const answer = await venue.port.sell(sell);
    // Some venues refuse what is beyond all that they show.
    if (answer.kind === 'refused') return;
    const order = await venue.found(sell);
    expect(order.isOpen).toBe(false);
    expect(order.executedQuantity.isPositive() && order.executedQuantity.isLessThan(sell.quantity)).toBe(true);
    expectWhole(order);
  },
  'that only makes waits, is listed under its identifier, locks its units, and is cancelled when asked': async (venue) => {
    if (venue.port.capabilities.postOnly === undefined) return;
    const sell = await venue.sellOf('ETH', 60_000, 20, 'post_only');
    expect((await venue.port.sell(sell)).kind).toBe('accepted');
    expect((await venue.found(sell)).isOpen).toBe(true);
    expect(await venue.port.openOrders(sell.symbol)).toMatchObject([{ identifier: sell.identifier, side: 'sell', symbol: sell.symbol }]);
    expect(await lockedOf(venue, 'ETH')).toBe(sell.quantity.toString());
    await venue.port.cancel(sell.identifier, sell.symbol);
    const order = await venue.found(sell);
    expect([order.isOpen, order.executedQuantity.toString(), order.remainingQuantity.toString()]).toEqual([false, '0', '0']);
    expect(await venue.port.openOrders(sell.symbol)).toEqual([]);
    expect(await lockedOf(venue, 'ETH')).toBe('0');
    await expect(venue.port.cancel(sell.identifier, sell.symbol)).rejects.toMatchObject({ code: 'EXCHANGE_REFUSED' });
  },
  'that should only make and would take never takes': async (venue) => {
    const { postOnly } = venue.port.capabilities;
    if (postOnly === undefined) return;
    // Some venues have a word for it, some cancel it at once, some can do either.
    for (const refusesTakingPostOnly of postOnly.wouldTakeCode === undefined ? [false] : [true, false]) {
      await venue.exchange.operator.setManners({ refusesTakingPostOnly });
      const sell = await venue.sellOf('ETH', 60_000, 0, 'post_only');
      const answer = await venue.port.sell(sell);
      if (answer.kind === 'refused') expect(answer.venueCode).toBe(postOnly.wouldTakeCode);
      else expect(await venue.found(sell)).toMatchObject({ isOpen: false, fills: [] });
    }
    await venue.exchange.operator.setManners({});
  },
  'that was sent twice under one identifier is placed once, where the venue keeps identifiers': async (venue) => {
    const sell = await venue.sellOf('XRP', 50_000, 0, 'immediate_or_cancel');
    expect((await venue.port.sell(sell)).kind).toBe('accepted');
    const before = (await venue.placed()).length;
    const again = await venue.port.sell(sell);
    const { identifierStaysUsed, duplicateIdentifierCodes } = venue.port.capabilities;
    if (!identifierStaysUsed) return;
    if (again.kind === 'refused') expect(duplicateIdentifierCodes).toContain(again.venueCode);
    else expect(again).toMatchObject({ kind: 'accepted', orderId: (await venue.found(sell)).orderId });
    expect((await venue.placed()).length).toBe(before);
  },
  'that the venue cannot take is refused in its own words, and nothing is placed': async (venue) => {
    const before = (await venue.placed()).length;
    const good = await venue.sellOf('BTC', 300_000, 0, 'immediate_or_cancel');
    const refused = {
      small: await venue.sellOf('XRP', 300, 0, 'immediate_or_cancel'),
      offTick: { ...good, limitPrice: Price.of('BTC', good.limitPrice.value.plus('0.5').toFixed()) },
      unfunded: { ...good, quantity: CoinAmount.of('BTC', '5') },
      unknown: {
        ...good,
        symbol: good.symbol.replace(/BTC/, 'NOSUCH').replace(/btc/, 'nosuch'),
        quantity: CoinAmount.of('NOSUCH', good.quantity.toString()),
        limitPrice: Price.of('NOSUCH', good.limitPrice.toString()),
      },
    };
    for (const [name, order] of Object.entries(refused)) {
      const answer = await venue.port.sell({ ...order, identifier: randomUUID() });
      expect([name, answer.kind]).toEqual([name, 'refused']);
    }
    expect((await venue.placed()).length).toBe(before);
  },
  'that nobody placed is not found, by name': async (venue) => {
    const { identifier, symbol } = await venue.sellOf('BTC', 300_000, 0, 'immediate_or_cancel');
    expect(await venue.port.lookUp(identifier, symbol)).toEqual({ kind: 'not_found' });
    expect(['not_found', 'unavailable']).toContain((await venue.port.searchOrders(identifier, symbol, venue.clock.now())).kind);
  },
  'that comes too early was not executed': async (venue) => {
    const sell = await venue.sellOf('BTC', 300_000, 0, 'immediate_or_cancel');
    const before = (await venue.placed()).length;
    await venue.exchange.operator.injectFault({ kind: 'too_many_requests' });
    expect((await venue.port.sell(sell)).kind).toBe('not_executed');
    expect((await venue.placed()).length).toBe(before);
  },
  'placed by hand at the site is listed, whoever placed it': async (venue) => {
    const { symbol, limitPrice } = await venue.sellOf('ETH', 60_000, 30, 'post_only');
    const { orderId } = await venue.exchange.operator.placeOrder({
      accountId: CITY,
      asset: 'ETH',
      side: 'sell',
      price: limitPrice.toString(),
      quantity: '0.1',
    });
    expect(await venue.port.openOrders(symbol)).toMatchObject([{ side: 'sell', identifier: undefined }]);
    await venue.exchange.operator.cancelOrder({ orderId });
  },
};

const LOST_ANSWERS = [
  ['lost_before_acceptance', false],
  ['lost_after_acceptance', true],
  ['server_error', false],
  ['server_error_after_acceptance', true],
  ['gateway_error', false],
  ['empty_answer', true],
] as const;

describe.each(VENUE_CODES)('an order at %s', (code) => {
  let venue: ContractVenue;
  beforeAll(async () => {
    venue = await openContractVenue(code);
  });
  afterAll(() => venue.exchange.stop());

  for (const [name, rule] of Object.entries(RULES)) it(name, () => rule(venue));

  it.each(LOST_ANSWERS)('whose answer meets %s is of unknown outcome until it is looked up', async (kind, isPlaced) => {
    const sell = await venue.sellOf('BTC', 300_000, 0, 'immediate_or_cancel');
    const before = (await venue.placed()).length;
    await venue.exchange.operator.injectFault({ kind });
    expect((await venue.port.sell(sell)).kind).toBe('unknown');
    expect((await venue.placed()).length - before).toBe(isPlaced ? 1 : 0);
    if (isPlaced) expectWhole(await venue.found(sell));
    else expect(await venue.port.lookUp(sell.identifier, sell.symbol)).toEqual({ kind: 'not_found' });
  });
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SellOrder } from '../../src/exchange/port.ts';
import { dayToColumn } from '../../src/kernel/civil-date.ts';
import { runDesk } from '../../src/liquidation/desk.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { SaleDesk } from '../support/sale-desk.ts';

let city: SaleDesk;

beforeAll(async () => {
  city = await SaleDesk.open();
  // One case an order, so that two of a coin take two rounds.
  const value = { isOn: false, cases: 20 };
  await city.by((work) =>
    work.tx.policyValue.create({
      data: { key: 'sale.omnibus', value, validFrom: dayToColumn(city.today), source: '표본', createdAt: work.at },
    }),
  );
});

afterAll(async () => {
  await city.exchange.stop();
});

it('sales of one coin go on while an order of another is on its way, and none of that other', async () => {
  const cases = [];
  for (const asset of ['BTC', 'BTC', 'ETH', 'ETH', 'ETH']) {
    const coins = { [asset]: asset === 'BTC' ? '0.002' : '0.05' };
    cases.push(await city.runningCase({ coins, bills: ['90000'] }));
  }
  city.advance(10);
  const { port } = city.desk;
  const sent: string[] = [];
  let answerBitcoin = () => {};
  const othersAreSold = new Promise<void>((resolve) => {
    answerBitcoin = resolve;
  });
  const sell = async (order: SellOrder) => {
    sent.push(order.symbol);
    if (sent.filter((symbol) => symbol === 'KRW-ETH').length === 3) answerBitcoin();
    const answer = await port.sell(order);
    // The first order of bitcoin is not answered before the last of ether is sent.
    if (order.symbol === 'KRW-BTC') await othersAreSold;
    return answer;
  };
  await runDesk({ ...city.desk, port: { ...port, sell } });
  expect(sent.toSorted()).toEqual(['KRW-BTC', 'KRW-BTC', 'KRW-ETH', 'KRW-ETH', 'KRW-ETH']);
  expect(sent.indexOf('KRW-BTC', sent.indexOf('KRW-BTC') + 1)).toBe(4);
  // Nobody waited for an outcome that was only on its way.
  for (const { caseId } of cases) expect((await city.codes(caseId)).map(([outcome]) => outcome)).toEqual(['order']);
  expect(await city.database.read.saleOrder.count({ where: { closedAt: null } })).toBe(0);
  expect(await city.differences()).toEqual([]);
});

it('cases of one taxpayer take turns though they sell different coins', async () => {
  const first = await city.runningCase({ coins: { SOL: '0.5' }, bills: ['60000'] });
  const [billId = 0] = first.billIds;
  const second = await city.runningCase({ coins: { LINK: '5' }, bills: [{ billId }], personId: first.personId });
  city.advance(10);
  await city.run();
  // The second is decided when what the first has sold is known: it need not wait for that, and sells what is still missing.
  expect(await city.codes(first.caseId)).toEqual([['order']]);
  expect(await city.codes(second.caseId)).toEqual([['order']]);
  expect((await city.orders(second.caseId))[0]).toMatchObject({ exceedsNeed: true });
  await city.sellOut();
  expect(await city.differences()).toEqual([]);
  expect(await brokenInvariants(city.database)).toEqual([]);
});

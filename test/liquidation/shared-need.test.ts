import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Decimal } from '../../src/kernel/decimal.ts';
import { readNeed } from '../../src/liquidation/need.ts';
import { readPolicy } from '../../src/policy/book.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type SaleCase, SaleDesk } from '../support/sale-desk.ts';
import { TreasuryHand } from '../support/treasury-hand.ts';

const WITHDRAWAL = 1_000;
const LAST_ORDER = 5_150;

let city: SaleDesk;

beforeAll(async () => {
  city = await SaleDesk.open();
});

afterAll(async () => {
  await city.exchange.stop();
});

beforeEach(async () => {
  await city.sellOut();
});

/** A taxpayer with so many cases over the same bills. */
async function casesOver(count: number, bills: readonly string[], coins: Readonly<Record<string, string>>): Promise<SaleCase[]> {
  const first = await city.runningCase({ coins, bills });
  const cases = [first];
  for (let next = 1; next < count; next++) {
    cases.push(await city.runningCase({ coins, bills: first.billIds.map((billId) => ({ billId })), personId: first.personId }));
  }
  return cases;
}

function needOf({ caseId, personId }: SaleCase) {
  return city.by(async (work) => (await readNeed(work, personId, caseId, await readPolicy(work.tx), city.today)).facts);
}

describe('cases of one taxpayer over the same bill', () => {
  it('together never sell beyond it, whichever desk is faster', async () => {
    const cases = await casesOver(3, ['300000'], { BTC: '0.003' });
    for (let round = 0; round < 10; round++) {
      city.advance(10);
      await Promise.all([city.run(), city.run(), city.run()]);
    }
    await city.sellOut();
    const ids = cases.map(({ caseId }) => caseId);
    const sellers = new Set((await city.database.read.orderFill.findMany({ where: { caseId: { in: ids } } })).map(({ caseId }) => caseId));
    const owed = await city.owed(cases[0]?.billIds ?? []);
    const beyond = (await city.netProceeds(...ids)).minus(owed).minus(sellers.size * WITHDRAWAL);
    expect(beyond.isGreaterThanOrEqualTo(0) && beyond.isLessThan(LAST_ORDER)).toBe(true);
    for (const caseId of ids) expect(await city.lastDecision(caseId)).toEqual(['stop', 'covered']);
    expect(await city.differences()).toEqual([]);
  });

  it('do not sell for each other’s costs: a bill that one case has covered needs nothing of the next', async () => {
    const [first, second] = await casesOver(2, ['200000'], { BTC: '0.003' });
    if (first === undefined || second === undefined) throw new Error('Two cases were asked for.');
    // The second looks only after the first is done.
    await city.by((work) =>
      work.tx.liquidation.update({ where: { caseId: second.caseId }, data: { nextStepAt: new Date(work.at.getTime() + 600_000) } }),
    );
    await city.sellOut();
    expect(await city.orders(second.caseId)).toEqual([]);
    expect(await city.lastDecision(second.caseId)).toEqual(['stop', 'covered']);
    expect(await needOf(second)).toMatchObject({ costsKrw: '0', uncoveredKrw: '0' });
  });

  it('share it where none can cover it alone', async () => {
    const cases = await casesOver(2, ['500000'], { BTC: '0.002' });
    await city.sellOut();
    const ids = cases.map(({ caseId }) => caseId);
    const owed = await city.owed(cases[0]?.billIds ?? []);
    const beyond = (await city.netProceeds(...ids)).minus(owed).minus(2 * WITHDRAWAL);
    expect(beyond.isGreaterThanOrEqualTo(0) && beyond.isLessThan(LAST_ORDER)).toBe(true);
    expect(await city.lastDecision(cases[0]?.caseId ?? 0)).toEqual(['stop', 'exhausted', 'BTC:nothing_held']);
    expect(await city.lastDecision(cases[1]?.caseId ?? 0)).toEqual(['stop', 'covered']);
  });

  it('a third case over another bill lends none of its own need', async () => {
    const [first, second] = await casesOver(2, ['200000'], { BTC: '0.003' });
    if (first === undefined || second === undefined) throw new Error('Two cases were asked for.');
    const other = await city.runningCase({ coins: { BTC: '0.05' }, bills: ['3000000'], personId: first.personId });
    const later = { nextStepAt: new Date(city.clock.now().getTime() + 600_000) };
    for (const { caseId } of [second, other]) await city.by((work) => work.tx.liquidation.update({ where: { caseId }, data: later }));
    while ((await city.sale(first.caseId)).state !== 'done') await city.step();
    // All of the taxpayer's bills still owe three million, but the one that the second case covers is paid for by the first.
    expect(await needOf(second)).toMatchObject({ uncoveredKrw: '0' });
    expect(new Decimal((await needOf(other)).uncoveredKrw).isGreaterThan(3_000_000)).toBe(true);
    await city.sellOut();
    expect(await city.orders(second.caseId)).toEqual([]);
  });
});

describe('cases of one taxpayer at two accounts', () => {
  it('wait for each other’s open orders, and do not end for good because of them', async () => {
    const elsewhere = await city.secondAccount();
    const first = await city.runningCase({ coins: { BTC: '0.003' }, bills: ['200000'] });
    const second = await elsewhere.runningCase({
      coins: { BTC: '0.003' },
      bills: first.billIds.map((billId) => ({ billId })),
      personId: first.personId,
    });
    city.advance(10);
    await city.exchange.operator.injectFault({ kind: 'lost_before_acceptance', times: 2 });
    await city.run();
    expect(await city.database.read.orderShare.count({ where: { caseId: first.caseId, order: { closedAt: null } } })).toBe(1);
    await elsewhere.run();
    // The first one's order may bring all that is owed; it may also bring nothing.
    expect(await city.lastDecision(second.caseId)).toEqual(['wait', 'open_orders_suffice']);
    expect(new Decimal((await needOf(second)).uncoveredKrw).isGreaterThan(200_000)).toBe(true);
    for (let round = 0; round < 12; round++) {
      city.advance(20);
      await Promise.all([city.run(), elsewhere.run()]);
    }
    const sold = await city.netProceeds(first.caseId, second.caseId);
    const beyond = sold.minus(await city.owed(first.billIds)).minus(2 * WITHDRAWAL);
    expect(beyond.isGreaterThan(-2 * WITHDRAWAL) && beyond.isLessThan(2 * LAST_ORDER)).toBe(true);
    for (const { caseId } of [first, second]) expect(await city.lastDecision(caseId)).toEqual(['stop', 'covered']);
    expect([...(await city.differences()), ...(await elsewhere.differences())]).toEqual([]);
  });
});

describe('the need counts every won of a case once, wherever it is', () => {
  it('on its way to the bank with its fee, and at the bank', async () => {
    const [sold, twin] = await casesOver(2, ['400000'], { BTC: '0.002' });
    if (sold === undefined || twin === undefined) throw new Error('Two cases were asked for.');
    await city.by((work) =>
      work.tx.liquidation.update({ where: { caseId: twin.caseId }, data: { nextStepAt: new Date(work.at.getTime() + 86_400_000) } }),
    );
    while ((await city.sale(sold.caseId)).state !== 'done') await city.step();
    const owed = await city.owed(sold.billIds);
    const net = (await city.netProceeds(sold.caseId)).integerValue(Decimal.ROUND_FLOOR);
    const expected = owed
      .minus(net)
      .plus(2 * WITHDRAWAL)
      .toFixed();
    expect(await needOf(twin)).toMatchObject({ uncoveredKrw: expected });
    const treasury = await TreasuryHand.open(city);
    await treasury.send(sold.caseId);
    expect(await needOf(twin)).toMatchObject({ uncoveredKrw: expected });
    await treasury.receive();
    expect(await needOf(twin)).toMatchObject({ uncoveredKrw: expected });
    await city.sellOut();
  });

  it('has broken no invariant', async () => {
    expect(await brokenInvariants(city.database)).toEqual([]);
  });
});

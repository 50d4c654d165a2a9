import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dayToColumn } from '../../src/kernel/civil-date.ts';
import { deskDueSource, pausedSaleDueSource } from '../../src/liquidation/progress.ts';
import { registerRightHolder } from '../../src/seizure/right-holder.ts';
import { applyFreezeRelease, freezeAsset, requestFreezeRelease } from '../../src/venue/freeze.ts';
import { applyLooserTrading, requestLooserTrading, type TradingScope, tightenTrading } from '../../src/venue/trading-state.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type SaleCase, SaleDesk } from '../support/sale-desk.ts';

let city: SaleDesk;

beforeAll(async () => {
  city = await SaleDesk.open();
});

afterAll(async () => {
  await city.exchange.stop();
});

/** A sale that has placed its first order and needs more. */
async function saleUnderWay(coins: Readonly<Record<string, string>> = { ADA: '2000' }, bills = ['1500000']): Promise<SaleCase> {
  const begun = await city.runningCase({ coins, bills });
  while ((await city.orders(begun.caseId)).length === 0) await city.step();
  expect(await city.phaseOf(begun.caseId)).toBe('selling');
  return begun;
}

/** Ten minutes pass: whatever is due is answered. */
async function tenMinutes(): Promise<void> {
  for (let minute = 0; minute < 10; minute++) {
    city.advance(60);
    await city.answerCases();
    await city.run();
    await city.answerCases();
  }
}

async function expectStandstill(stopped: SaleCase, code: string): Promise<void> {
  await tenMinutes();
  expect(await city.orders(stopped.caseId)).toHaveLength(1);
  expect(await city.codes(stopped.caseId)).toContainEqual(expect.arrayContaining([code]));
  // Standing still is quiet: nothing is rung for over and over.
  expect(await pausedSaleDueSource(city.database).due(city.clock.now())).toEqual([]);
}

/** A notice that has left the office and of which nobody knows yet whether it arrived. */
function sendSaleNotice(caseId: number, recipientId: number): Promise<number> {
  return city.by(async (work) => {
    const { id } = await work.tx.notice.create({
      data: {
        number: `표본 매각통지 ${caseId}-${recipientId}`,
        kind: 'sale_notice',
        subject: `case:${caseId}`,
        recipientKind: 'pledgee',
        recipientId,
        templateVersion: 'sample',
        contentCipher: Buffer.from(''),
        contentDigest: '',
        state: 'sent',
        issuedOn: dayToColumn(city.today),
        createdAt: work.at,
      },
    });
    work.ring('cases', caseId);
    return id;
  });
}

async function expectResumed(resumed: SaleCase): Promise<void> {
  await tenMinutes();
  expect((await city.orders(resumed.caseId)).length).toBeGreaterThan(1);
  await city.sellOut();
  expect(await city.lastDecision(resumed.caseId)).toEqual(['stop', 'covered']);
}

describe('a gate that closes in the middle of a sale stops it before the next order', () => {
  it('for a stay, and goes on when it is lifted', async () => {
    const stopped = await saleUnderWay();
    const lift = await city.stay(stopped.caseId, 'third_party_claim');
    await expectStandstill(stopped, 'stay_open');
    await lift();
    await expectResumed(stopped);
  });

  it('but not for a stay that by law does not stop a sale', async () => {
    const going = await saleUnderWay();
    await city.stay(going.caseId, 'bankruptcy');
    await expectResumed(going);
  });

  it('for somebody with a right in the coins, until he was sent a notice and its service is proven', async () => {
    const stopped = await saleUnderWay();
    const { caseId } = stopped;
    city.advance(1);
    const pledgee = await city.by((work) => work.tx.person.create({ data: { kind: 'natural', sample: true, createdAt: work.at } }));
    await city.by((work) => registerRightHolder(work, { caseId, personId: pledgee.id, kind: 'pledgee' }));
    await expectStandstill(stopped, 'sale_notice_missing');
    const noticeId = await sendSaleNotice(caseId, pledgee.id);
    await expectStandstill(stopped, 'sale_notice_unserved');
    await city.by(async (work) => {
      const served = { state: 'served', servedOn: dayToColumn(city.today), provenAt: work.at } as const;
      await work.tx.notice.update({ where: { id: noticeId }, data: served });
      work.ring('cases', caseId);
    });
    await expectResumed(stopped);
  });

  it('for a difference of a bill that nobody has decided on', async () => {
    const stopped = await saleUnderWay();
    const reject = await city.billUpdate(stopped.billIds[0] ?? 0);
    await expectStandstill(stopped, 'bill_update_pending');
    await reject();
    await expectResumed(stopped);
  });

  it('for a deferral, and goes on by itself within a day of its end', async () => {
    const stopped = await saleUnderWay();
    await city.by(async (work) => {
      await work.tx.deferral.create({
        data: {
          billId: stopped.billIds[0] ?? 0,
          kind: 'collection',
          fromDay: dayToColumn(city.today),
          untilDay: dayToColumn(city.today),
          createdAt: work.at,
        },
      });
      work.ring('cases', stopped.caseId);
    });
    await expectStandstill(stopped, 'bill_barred');
    city.advance(86_400);
    await expectResumed(stopped);
  });
});

describe('a gate that somebody closes stops a sale before the next order', () => {
  it.each<[string, TradingScope['kind'], 'HALTED' | 'REDUCING', string]>([
    ['a halt of everything', 'installation', 'HALTED', 'trading_halted'],
    ['an account that only finishes', 'account', 'REDUCING', 'trading_reducing'],
  ])('for %s, and goes on as soon as it is loosened', async (_what, kind, to, code) => {
    const stopped = await saleUnderWay();
    const scope: TradingScope = kind === 'installation' ? { kind } : { kind, accountId: city.accountId };
    await city.by((work) => tightenTrading(work, { scope, to, reason: '표본' }));
    await expectStandstill(stopped, code);
    await loosen(scope);
    await expectResumed(stopped);
  });

  it('for a frozen coin, and sells the other coin meanwhile', async () => {
    const stopped = await city.runningCase({ coins: { ADA: '2000', XRP: '30' }, bills: ['1500000'] });
    const freezeId = await freeze('ADA');
    await tenMinutes();
    expect(new Set((await city.orders(stopped.caseId)).map(({ asset }) => asset))).toEqual(new Set(['XRP']));
    expect(await city.lastDecision(stopped.caseId)).toEqual(['wait', 'ADA:asset_frozen', 'XRP:nothing_held']);
    await unfreeze(freezeId);
    await city.sellOut();
    expect(await city.lastDecision(stopped.caseId)).toEqual(['stop', 'covered']);
  });
});

describe('what is owed no more is not sold for', () => {
  it('after a full payment: nothing more is sold, and what is left goes back', async () => {
    const paid = await saleUnderWay();
    await city.pay(paid.caseId, (await city.owed(paid.billIds)).toFixed(0));
    await tenMinutes();
    expect(await city.orders(paid.caseId)).toHaveLength(1);
    expect(await city.lastDecision(paid.caseId)).toEqual(['stop', 'covered']);
    expect(await city.phaseOf(paid.caseId)).toBe('sale_done');
  });

  it('after a payment in part: only what is still owed is sold', async () => {
    const paid = await saleUnderWay({ MOC: '8000' }, ['400000']);
    const left = (await city.owed(paid.billIds)).minus(await city.netProceeds(paid.caseId));
    expect(left.isGreaterThan(100_000)).toBe(true);
    await city.pay(paid.caseId, left.minus(30_000).toFixed(0));
    await city.sellOut();
    expect(await city.lastDecision(paid.caseId)).toEqual(['stop', 'covered']);
    const beyond = (await city.netProceeds(paid.caseId)).minus(await city.owed(paid.billIds));
    expect(beyond.isLessThan(1_000 + 5_150)).toBe(true);
  });

  it('in a case that is settled on another ground, before anything has rung', async () => {
    const settled = await saleUnderWay();
    await city.by((work) => work.tx.seizureCase.update({ where: { id: settled.caseId }, data: { phase: 'settled' } }));
    city.advance(3_600);
    await city.run();
    expect(await city.orders(settled.caseId)).toHaveLength(1);
    expect(await city.lastDecision(settled.caseId)).toEqual(['deny', 'case_not_for_sale']);
    await city.progress(settled.caseId);
    expect(await city.sale(settled.caseId)).toMatchObject({ state: 'done', lastCode: 'settled' });
  });
});

describe('a sale that cannot begin yet', () => {
  it('stands paused with the reason, quietly, and begins when the stay is lifted', async () => {
    const held = await city.saleCase({ coins: { BTC: '0.001' }, bills: ['50000'] });
    const lift = await city.stay(held.caseId);
    await city.answerCases();
    expect(await city.sale(held.caseId)).toMatchObject({ state: 'paused', lastCode: 'stay_open' });
    expect(await city.phaseOf(held.caseId)).toBe('voluntary_window');
    expect(await pausedSaleDueSource(city.database).due(city.clock.now())).toEqual([]);
    await lift();
    await city.answerCases();
    expect(await city.phaseOf(held.caseId)).toBe('cleared_for_sale');
    await city.sellOut();
    expect(await city.lastDecision(held.caseId)).toEqual(['stop', 'covered']);
  });

  it('begins by itself within a day after a stay has run out that nobody lifted', async () => {
    const held = await city.saleCase({ coins: { BTC: '0.001' }, bills: ['50000'] });
    await city.by((work) =>
      work.tx.stay.create({
        data: {
          caseId: held.caseId,
          kind: 'court_order',
          scope: 'everything',
          legalGround: '',
          reason: '표본',
          fromDay: dayToColumn(city.today),
          untilDay: dayToColumn(city.today),
          createdAt: work.at,
        },
      }),
    );
    await city.progress(held.caseId);
    city.advance(86_400);
    await city.answerCases();
    expect(await city.phaseOf(held.caseId)).toBe('cleared_for_sale');
  });

  it('waits for leave to sell, and for the whole window', async () => {
    const held = await city.saleCase({ coins: { BTC: '0.001' }, bills: ['50000'], mandate: false });
    await city.progress(held.caseId);
    expect(await city.database.read.liquidation.findUnique({ where: { caseId: held.caseId } })).toBeNull();
    await city.mandate(held.caseId, 'reject');
    await city.progress(held.caseId);
    expect(await city.database.read.liquidation.findUnique({ where: { caseId: held.caseId } })).toBeNull();
    await city.by((work) => work.tx.saleWindow.update({ where: { caseId: held.caseId }, data: { state: 'open', closedAt: null } }));
    await city.mandate(held.caseId);
    await city.progress(held.caseId);
    expect(await city.database.read.liquidation.findUnique({ where: { caseId: held.caseId } })).toBeNull();
  });

  it('begins while trading is halted, and sells once it is not', async () => {
    await city.sellOut();
    const scope = { kind: 'installation' } as const;
    await city.by((work) => tightenTrading(work, { scope, to: 'HALTED', reason: '표본' }));
    const halted = await city.runningCase({ coins: { BTC: '0.001' }, bills: ['50000'] });
    await city.sellOut();
    expect(await city.lastDecision(halted.caseId)).toEqual(['deny', 'trading_halted']);
    expect(await city.orders(halted.caseId)).toEqual([]);
    await loosen(scope);
    await city.sellOut();
    expect(await city.lastDecision(halted.caseId)).toEqual(['stop', 'covered']);
  });
});

it('has broken no invariant on the way', async () => {
  expect(await brokenInvariants(city.database)).toEqual([]);
  expect(await city.differences()).toEqual([]);
  expect(await deskDueSource(city.database).due(city.clock.now())).toEqual([]);
});

async function loosen(scope: TradingScope): Promise<void> {
  await city.by((work) => work.tx.venueAccount.update({ where: { id: city.accountId }, data: { reconciledAt: work.at } }));
  const approval = await city.database.work(city.officer.actor, (work) =>
    requestLooserTrading(work, { scope, to: 'ACTIVE', reason: '표본', expiresAt: new Date(work.at.getTime() + 86_400_000) }),
  );
  await city.decide(approval, 'approve', applyLooserTrading);
}

async function freeze(asset: string): Promise<number> {
  const { freezeId } = await city.by((work) => freezeAsset(work, { accountId: city.accountId, asset, reason: 'by_person', facts: {} }));
  return freezeId;
}

async function unfreeze(freezeId: number): Promise<void> {
  const approval = await city.database.work(city.officer.actor, (work) =>
    requestFreezeRelease(work, { freezeId, explanation: '표본', expiresAt: new Date(work.at.getTime() + 86_400_000) }),
  );
  await city.decide(approval, 'approve', applyFreezeRelease);
}

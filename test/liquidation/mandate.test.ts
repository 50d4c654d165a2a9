import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays } from '../../src/kernel/civil-date.ts';
import { Decimal } from '../../src/kernel/decimal.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { applyMandateDecisions, requestMandate } from '../../src/liquidation/mandate.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { SaleDesk } from '../support/sale-desk.ts';

let city: SaleDesk;

beforeAll(async () => {
  city = await SaleDesk.open();
});

afterAll(async () => {
  await city.exchange.stop();
});

function request(caseId: number, change: Partial<Parameters<typeof requestMandate>[1]> = {}) {
  return city.database.work(city.officer.actor, (work) => requestMandate(work, { caseId, reason: '체납액 충당', ...change }));
}

async function approvalOf(mandateId: number) {
  const { approvalId } = await city.database.read.mandate.findUniqueOrThrow({ where: { id: mandateId } });
  return city.database.read.approval.findUniqueOrThrow({ where: { id: approvalId ?? 0 } });
}

function stateOf(mandateId: number): Promise<string> {
  return city.database.read.mandate.findUniqueOrThrow({ where: { id: mandateId } }).then(({ state }) => state);
}

describe('leave to sell', () => {
  it('is asked for once at a time, and again when its approval has run out', async () => {
    const held = await city.saleCase({ coins: { BTC: '0.001' }, bills: ['100000'], mandate: false });
    const first = await request(held.caseId);
    await expect(request(held.caseId)).rejects.toMatchObject({ code: 'CONFLICT' });
    city.advance(15 * 86_400);
    const second = await request(held.caseId);
    expect(await stateOf(first.id)).toBe('rejected');
    await city.decide(await approvalOf(second.id));
    expect(await stateOf(second.id)).toBe('approved');
    await city.progress(held.caseId);
    await city.sellOut();
    expect(await stateOf(second.id)).toBe('ended');
  });

  it('is given by another than its maker', async () => {
    const held = await city.saleCase({ coins: { BTC: '0.001' }, bills: ['100000'], mandate: false });
    const { id } = await request(held.caseId);
    await expect(
      city.decide(await approvalOf(id), 'approve', (work, decided) => applyMandateDecisions(work, [decided]), city.officer),
    ).rejects.toMatchObject({
      code: expect.stringMatching(/^(APPROVAL_BY_MAKER|FORBIDDEN)$/),
    });
    expect(await stateOf(id)).toBe('requested');
  });

  it('is not needed for a coin of which nothing is held', async () => {
    const held = await city.saleCase({ coins: { BTC: '0.001' }, bills: ['100000'], mandate: false });
    await city.by((work) =>
      work.tx.holding.create({
        data: {
          caseId: held.caseId,
          asset: 'ETH',
          accountReference: 'sample',
          seizedQuantity: '1',
          demandedQuantity: '0',
          state: 'released',
          stateSince: work.at,
        },
      }),
    );
    const { id } = await request(held.caseId);
    expect(await city.database.read.mandateAsset.findMany({ where: { mandateId: id } })).toMatchObject([{ asset: 'BTC' }]);
  });

  it('that lapses stops the sale, and new leave lets it go on', async () => {
    const sold = await city.saleCase({ coins: { MOC: '8000' }, bills: ['400000'], mandate: false });
    const first = await request(sold.caseId, { endsOn: city.today });
    await city.decide(await approvalOf(first.id));
    await city.progress(sold.caseId);
    while ((await city.orders(sold.caseId)).length === 0) await city.step();
    city.advance(86_400);
    await city.run();
    expect(await city.lastDecision(sold.caseId)).toEqual(['deny', 'mandate_ended']);
    const placed = (await city.orders(sold.caseId)).length;
    city.advance(3_600);
    await city.run();
    expect(await city.orders(sold.caseId)).toHaveLength(placed);
    await city.mandate(sold.caseId);
    await city.sellOut();
    expect((await city.orders(sold.caseId)).length).toBeGreaterThan(placed);
    expect((await city.lastDecision(sold.caseId))[0]).toBe('stop');
  });
});

describe('new leave takes the place of the one in force', () => {
  it('for a lower price: until then nothing is sold below the old floor', async () => {
    const sold = await city.runningCase({ coins: { BTC: '0.001' }, bills: ['50000'], valuedAt: '3' });
    const { mandateId: old } = await city.sale(sold.caseId);
    for (let minute = 0; minute < 10; minute++) {
      city.advance(60);
      await city.run();
    }
    expect(await city.lastDecision(sold.caseId)).toEqual(['wait', 'BTC:price_below_floor']);
    // Ten minutes of the same are a few looks, not sixty, and one alert.
    expect((await city.codes(sold.caseId)).length).toBeLessThan(9);
    expect(await city.database.read.alert.count({ where: { code: 'sale_stands_still', subject: `case:${sold.caseId}` } })).toBe(1);
    await city.value(sold.caseId, sold.holdingIds.get('BTC') ?? 0, '0.001', new Decimal(await city.bestBid('BTC')));
    const renewed = await city.mandate(sold.caseId);
    expect([await stateOf(old), await stateOf(renewed)]).toEqual(['ended', 'approved']);
    expect((await city.sale(sold.caseId)).mandateId).toBe(renewed);
    city.advance(600);
    await city.sellOut();
    expect(await city.lastDecision(sold.caseId)).toEqual(['stop', 'covered']);
  });

  it('for coins that came later: what the old one does not name is not sold, and not given back either', async () => {
    const sold = await city.runningCase({ coins: { BTC: '0.003' }, arrived: { BTC: '0.001' }, bills: ['900000'] });
    await city.receive('BTC', '0.002', sold.holdingIds.get('BTC') ?? 0);
    await city.sellOut();
    expect(await city.lastDecision(sold.caseId)).toEqual(['deny', 'BTC:mandate_used_up']);
    expect(await city.phaseOf(sold.caseId)).toBe('selling');
    expect(await city.coins(sold.holdingIds.get('BTC') ?? 0, CHART.coinsHeld, 'BTC')).toBe('0.002');
    await city.mandate(sold.caseId);
    await city.sellOut();
    expect(await city.lastDecision(sold.caseId)).toEqual(['stop', 'exhausted', 'BTC:nothing_held']);
    expect((await city.orders(sold.caseId)).map(({ executedQuantity }) => executedQuantity?.toFixed())).toEqual(
      expect.arrayContaining(['0.001', '0.002']),
    );
  });

  it('is refused once the sale is over', async () => {
    const sold = await city.runningCase({ coins: { BTC: '0.002' }, bills: ['100000'] });
    const asked = await request(sold.caseId, { endsOn: addDays(city.today, 10) });
    await city.sellOut();
    expect(await city.phaseOf(sold.caseId)).toBe('sale_done');
    await expect(city.decide(await approvalOf(asked.id))).rejects.toMatchObject({ code: 'PHASE_WRONG' });
    expect(await stateOf(asked.id)).toBe('requested');
  });

  it('has broken no invariant', async () => {
    expect(await brokenInvariants(city.database)).toEqual([]);
    expect(await city.differences()).toEqual([]);
  });
});

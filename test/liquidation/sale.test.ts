import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Decimal } from '../../src/kernel/decimal.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { checkInvariants } from '../../src/registers/invariants.ts';
import { SaleDesk } from '../support/sale-desk.ts';

let city: SaleDesk;

beforeAll(async () => {
  city = await SaleDesk.open();
});

afterAll(async () => {
  await city.exchange.stop();
});

async function brokenInvariants(): Promise<string[]> {
  return (await checkInvariants(city.database)).flatMap(({ code, offending }) => (offending.length === 0 ? [] : [`${code}: ${offending}`]));
}

describe('a sale', () => {
  it('covers its need in a few orders, sells no more, and leaves the rest held', async () => {
    const sold = await city.runningCase({ coins: { BTC: '0.05' }, bills: ['2000000', '900000'] });
    expect(await city.phaseOf(sold.caseId)).toBe('cleared_for_sale');
    const steps = await city.sellOut();
    console.log(
      steps,
      await city.codes(sold.caseId),
      (await city.orders()).map((o) => [o.quantity.toFixed(), o.maximumProceeds.toFixed(), o.exceedsNeed]),
    );
    expect(await city.lastDecision(sold.caseId)).toEqual(['stop', 'covered']);
    console.log(await city.owed(sold.billIds).then(String), String(await city.netProceeds(sold.caseId)));
    expect(await city.differences()).toEqual([]);
    expect(await brokenInvariants()).toEqual([]);
  });
});

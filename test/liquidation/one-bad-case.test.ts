import { afterAll, beforeAll, expect, it } from 'vitest';
import { civilDate, dayToColumn } from '../../src/kernel/civil-date.ts';
import { pause } from '../../src/kernel/clock.ts';
import { sweep } from '../../src/queue/due.ts';
import { lockCase } from '../../src/seizure/locked-case.ts';
import { imposeStay } from '../../src/seizure/stay.ts';
import { SaleDesk } from '../support/sale-desk.ts';

let city: SaleDesk;

beforeAll(async () => {
  city = await SaleDesk.open();
});

afterAll(async () => {
  await city.exchange.stop();
});

it('a case that cannot be reckoned holds no other sale up, and a person is told', async () => {
  const bad = await city.runningCase({ coins: { ADA: '2000' }, bills: ['1500000'] });
  const good = await city.runningCase({ coins: { XRP: '300' }, bills: ['150000'] });
  // A deferral that ends beyond the days the calendar of holidays knows.
  await city.by((work) =>
    work.tx.deferral.create({
      data: {
        billId: bad.billIds[0] ?? 0,
        kind: 'insolvency',
        fromDay: dayToColumn(city.today),
        untilDay: dayToColumn(civilDate('2031-06-30')),
        createdAt: work.at,
      },
    }),
  );
  for (let look = 0; look < 5; look++) {
    city.advance(60);
    await city.run();
  }
  expect((await city.orders(good.caseId)).length).toBeGreaterThan(0);
  expect(await city.orders(bad.caseId)).toEqual([]);
  const alert = { code: 'sale_step_failed', subject: `case:${bad.caseId}` };
  expect(await city.database.read.alert.count({ where: alert })).toBe(1);
});

it('a look for what is due that fails leaves the others their rings', async () => {
  const rung: string[] = [];
  const doorbell = { ring: async (queue: string, ids: readonly number[]) => void rung.push(...ids.map((id) => `${queue}:${id}`)) };
  const broken = { queue: 'cases' as const, due: () => Promise.reject(new Error('cannot be reckoned')) };
  const { failures } = await sweep(city.database, [broken, { queue: 'desk', due: async () => [987] }], doorbell);
  expect(rung).toContain('desk:987');
  expect(failures).toHaveLength(1);
});

it('a stay waits for a decision that is being made, so that none is made after it stands', async () => {
  const { caseId } = await city.runningCase({ coins: { XRP: '300' }, bills: ['150000'] });
  let isStayed = false;
  let staying: Promise<unknown> = Promise.resolve();
  await city.by(async (work) => {
    await lockCase(work, caseId);
    staying = city
      .by((other) => imposeStay(other, { caseId, kind: 'appeal', reason: '심판청구', fromDay: city.today }))
      .then(() => {
        isStayed = true;
      });
    await pause(400);
    expect(isStayed).toBe(false);
  });
  await staying;
  expect(isStayed).toBe(true);
});

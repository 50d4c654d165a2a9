import { randomUUID } from 'node:crypto';
import { elapsedMs, pause } from '../src/kernel/clock.ts';
import { CoinAmount, Price } from '../src/kernel/money.ts';
import { runDesk } from '../src/liquidation/desk.ts';
import { type Benchmark, type Figure, figure } from './figure.ts';
import { openSales, type SampleCase } from './selling-cases.ts';
import { type SellingCity, withSellingCity } from './selling-city.ts';
import { sampleCoins } from './selling-market.ts';

const COINS = 40;
const SALES_PER_COIN = 2;
const HELD_KRW = 120_000_000;
const WARM_UP_SECONDS = 4;
const SECONDS = 24;

/** How much of the orders a second that the venue grants the desk uses while there is more to sell than it could. */
export function sellingBudget(ordersPerSecond: number): Benchmark {
  const name = `selling.budget.${ordersPerSecond}`;
  return {
    names: [name],
    run: () =>
      withSellingCity(
        {
          coins: sampleCoins(COINS),
          limits: { ordersPerSecond },
          policy: { 'sale.order_interval_seconds': 1, 'sale.depth_participation': '0.05' },
        },
        async (city) => {
          await openSales(city, sales());
          const desk = await shareUsed(city, ordersPerSecond, () => sellFor(city));
          return [result(name, desk, desk)];
        },
      ),
  };
}

function result(name: string, share: number, reference: number): Figure {
  return figure({ name, value: share, unit: '', reference: '', referenceValue: reference, higherIsBetter: true });
}

function sales(): SampleCase[] {
  return sampleCoins(COINS).flatMap(({ asset, basePrice }) =>
    Array.from({ length: SALES_PER_COIN }, () => ({
      coins: [{ asset, quantity: (HELD_KRW / basePrice).toFixed(4), priceFloor: (basePrice / 10).toFixed(2) }],
      taxKrw: '900000000',
      nextStepAt: new Date(0),
    })),
  );
}

let isOver = false;
async function sellFor(city: SellingCity): Promise<void> {
  while (!isOver) {
    await runDesk(city.desk);
    await pause(5);
  }
}

async function shareUsed(city: SellingCity, ordersPerSecond: number, work: () => Promise<void>): Promise<number> {
  isOver = false;
  const working = work();
  await pause(WARM_UP_SECONDS * 1_000);
  const before = (await city.exchange.operator.statistics()).ordersAccepted;
  const begun = elapsedMs();
  const cpu = process.cpuUsage();
  await pause(SECONDS * 1_000);
  const orders = (await city.exchange.operator.statistics()).ordersAccepted - before;
  const share = orders / (((elapsedMs() - begun) / 1_000) * ordersPerSecond);
  const used = process.cpuUsage(cpu);
  process.stderr.write(
    `${orders} orders, 429: ${city.refusedForRate()}, share ${share}, cpu/order ms ${(used.user + used.system) / 1000 / orders}\n`,
  );
  isOver = true;
  await city.database.read.liquidation.updateMany({ data: { nextStepAt: new Date(Date.UTC(2100, 0)) } });
  await working;
  const rows = await city.database.read
    .$queryRaw`SELECT outcome, codes, count(*)::int FROM sale_decision GROUP BY 1,2 ORDER BY 3 DESC LIMIT 12`;
  process.stderr.write(`${JSON.stringify(rows)}\n`);
  return share;
}
export const unused = [CoinAmount, Price, randomUUID];

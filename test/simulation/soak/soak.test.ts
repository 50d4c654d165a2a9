import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { cheongsan, emptyFolder, ensureBuilt } from '../../support/installed.ts';

const ORDERS = 40;
const TIMEOUT_MS = 280_000;

const summary = z.object({
  orders: z.int(),
  doubled: z.int(),
  lost: z.int(),
  overSold: z.int(),
  unsettled: z.int(),
  unexplainedBreaks: z.int(),
  invariantsBroken: z.int(),
  kills: z.int(),
  faults: z.int(),
  faultsByKind: z.record(z.string(), z.int()),
  ordersByVenue: z.record(z.string(), z.int()),
  ordersPerSecond: z.number(),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
});

async function soak(dataFolder: string, seed: string): Promise<z.infer<typeof summary>> {
  const { status, stdout, stderr } = await cheongsan(dataFolder, [
    ...['soak', '--orders', `${ORDERS}`, '--faults', '0.3', '--seed', seed],
    '--json',
  ]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining(`주문 ${ORDERS}/${ORDERS}`) });
  return summary.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
}

it(
  'sells at five venues through faults and kills; the venues’ own books find nothing, and the same seed ends the same',
  async () => {
    await ensureBuilt();
    const dataFolder = join(await emptyFolder(), 'data');
    const first = await soak(dataFolder, '3');
    expect(first).toMatchObject({ doubled: 0, lost: 0, overSold: 0, unsettled: 0, unexplainedBreaks: 0, invariantsBroken: 0 });
    expect(first.orders).toBe(ORDERS);
    expect(Object.keys(first.ordersByVenue)).toEqual(['upbit', 'bithumb', 'coinone', 'korbit', 'gopax']);
    expect(Object.values(first.ordersByVenue).reduce((sum, count) => sum + count, 0)).toBe(ORDERS);
    expect(Object.values(first.faultsByKind).reduce((sum, count) => sum + count, 0)).toBe(first.faults);
    expect(first.faults).toBeGreaterThan(5);
    expect(first.kills).toBeGreaterThan(0);
    expect((await soak(dataFolder, '3')).digest).toBe(first.digest);
  },
  TIMEOUT_MS,
);

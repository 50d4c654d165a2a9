import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Decimal } from '../../src/kernel/decimal.ts';
import { FAULT_KINDS, type FaultKind } from '../../src/paper-exchange/faults.ts';
import { ask, CITY, give, postOrder, type Running, send, startSample, token } from './support.ts';

const ASSETS = ['ETH', 'AQT', 'MOC'] as const;

interface Step {
  readonly fault: FaultKind | undefined;
  readonly asset: (typeof ASSETS)[number];
  readonly what: 'market_sell' | 'market_buy' | 'far_sell' | 'cancel' | 'wait' | 'delist' | 'relist' | 'wrong_balance';
  readonly share: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  fault: fc.option(fc.constantFrom(...FAULT_KINDS), { nil: undefined }),
  asset: fc.constantFrom(...ASSETS),
  what: fc.constantFrom('market_sell', 'market_sell', 'market_buy', 'far_sell', 'cancel', 'wait', 'delist', 'relist', 'wrong_balance'),
  share: fc.integer({ min: 1, max: 999 }),
});

async function take({ exchange: { operator }, clock, url }: Running, { fault, asset, what, share }: Step, index: number): Promise<void> {
  if (fault !== undefined) await operator.injectFault({ kind: fault, target: 'all', silenceMs: 1, share: share / 1_000 });
  if (what === 'wait') clock.advanceBy(share * 1_000);
  if (what === 'delist') await operator.setDelisting({ asset, closesAt: clock.now().toISOString() });
  if (what === 'relist') await operator.setDelisting({ asset, closesAt: null });
  if (what === 'wrong_balance') await operator.setWrongBalance({ accountId: CITY, asset, wrongBy: String(share - 500) });
  const identifier = `step-${index}`;
  const volume = ((asset === 'ETH' ? 10 : 4_000) * (share / 1_000)).toFixed(3);
  const sell = { market: `KRW-${asset}`, side: 'ask', identifier, volume };
  if (what === 'market_sell') await attempt(postOrder(url, { ...sell, ord_type: 'market' }));
  if (what === 'far_sell') await attempt(postOrder(url, { ...sell, ord_type: 'limit', price: '500000' }));
  if (what === 'market_buy') {
    await attempt(postOrder(url, { market: `KRW-${asset}`, side: 'bid', ord_type: 'price', price: `${share}000`, identifier }));
  }
  if (what === 'cancel') {
    const parameters = `identifier=step-${index - 1}`;
    await attempt(send(url, 'DELETE', `/v1/order?${parameters}`, { authorization: token(parameters) }));
  }
}

/** A request that may be lost, refused or answered with nonsense. */
async function attempt(request: Promise<unknown>): Promise<void> {
  await request.catch(() => undefined);
}

it('neither creates nor loses anything, and keeps its own book straight, whatever goes wrong', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), fc.boolean(), async (steps, isRealistic) => {
      const running = await startSample(isRealistic ? { latency: { medianMs: 1, p99Ms: 2 }, takenHalfLifeSeconds: 60 } : {});
      const { exchange, clock, url } = running;
      const { operator } = exchange;
      await give(running, 'ETH', '50');
      await give(running, 'AQT', '20000');
      await give(running, 'MOC', '200000');
      await operator.depositWon({ accountId: CITY, amount: '900000000' });
      if (isRealistic) await operator.setManners({ hiddenSeconds: 5, cancelDelaySeconds: 30, partialIocWord: 'filled' });
      for (const [index, one] of steps.entries()) await take(running, one, index);
      await operator.clearFaults();
      clock.advanceBy(3_600_000);
      for (const total of Object.values(await operator.totals())) expect(total).toBe('0');
      const orders = await operator.orders();
      const references = orders.map((order) => order.identifier);
      expect(new Set(references).size).toBe(references.length);
      const balances = new Map((await operator.balances({ accountId: CITY })).map((balance) => [balance.asset, balance]));
      for (const asset of ASSETS) {
        const bound = orders.filter((order) => order.state === 'open' && order.asset === asset && order.side === 'sell');
        const locked = bound.reduce((sum, order) => sum.plus(order.quantity ?? 0).minus(order.executedQuantity), new Decimal(0));
        expect(balances.get(asset)?.locked).toBe(locked.toFixed());
      }
      expect((await ask(url, '/v1/accounts')).status).toBe(200);
      await exchange.stop();
    }),
    { numRuns: 25 },
  );
});

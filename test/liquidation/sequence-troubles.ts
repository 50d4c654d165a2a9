import fc from 'fast-check';
import type { BookFault } from '../../src/paper-exchange/core/book-faults.ts';
import type { FaultKind } from '../../src/paper-exchange/faults.ts';
import { applyFreezeRelease, freezeAsset, requestFreezeRelease } from '../../src/venue/freeze.ts';
import { applyLooserTrading, requestLooserTrading, type TradingScope, tightenTrading } from '../../src/venue/trading-state.ts';
import type { SaleDesk } from '../support/sale-desk.ts';
import type { World } from './sequence-world.ts';

export const ASSETS = ['BTC', 'ETH', 'XRP', 'MOC'] as const;
type Asset = (typeof ASSETS)[number];

/** What stands in the way of the sales for a while. */
export type Trouble =
  | { readonly kind: 'fault'; readonly fault: FaultKind; readonly target: 'orders' | 'all'; readonly times: number; readonly after: number }
  | { readonly kind: 'book'; readonly asset: Asset; readonly fault: BookFault | 'stale' }
  | { readonly kind: 'event'; readonly asset: Asset; readonly event: 'warning' | 'danger' | 'delisting' }
  | {
      readonly kind: 'manners';
      readonly cancelDelaySeconds: number;
      readonly refusesTakingPostOnly: boolean;
      readonly clockAheadSeconds: number;
    }
  | { readonly kind: 'tightened'; readonly scope: 'installation' | 'account'; readonly to: 'REDUCING' | 'HALTED' }
  | { readonly kind: 'stay'; readonly place: number }
  | { readonly kind: 'bill_update'; readonly place: number }
  | { readonly kind: 'freeze'; readonly asset: Asset };

const asset = fc.constantFrom(...ASSETS);
const place = fc.nat(20);
const FAULTS: readonly FaultKind[] = [
  'lost_before_acceptance',
  'server_error',
  'gateway_error',
  'too_many_requests',
  'lost_after_acceptance',
  'server_error_after_acceptance',
  'empty_answer',
];

export const anyTrouble: fc.Arbitrary<Trouble> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('fault' as const),
      fault: fc.constantFrom(...FAULTS),
      target: fc.constantFrom('orders' as const, 'orders' as const, 'all' as const),
      times: fc.integer({ min: 1, max: 4 }),
      after: fc.nat(2),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('book' as const),
      asset,
      fault: fc.constantFrom<BookFault | 'stale'>('empty', 'no_bids', 'thin', 'zero_size', 'crossed', 'stale'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('event' as const), asset, event: fc.constantFrom('warning', 'danger', 'delisting') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('manners' as const),
      cancelDelaySeconds: fc.constantFrom(0, 3, 40, 200),
      refusesTakingPostOnly: fc.boolean(),
      clockAheadSeconds: fc.constantFrom(0, 0, 30),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('tightened' as const),
      scope: fc.constantFrom('installation' as const, 'account' as const),
      to: fc.constantFrom('REDUCING' as const, 'HALTED' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('stay' as const), place }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('bill_update' as const), place }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('freeze' as const), asset }) },
);

type End = () => Promise<unknown>;

/** Begins it; what is returned ends it. */
export async function begin(world: World, trouble: Trouble): Promise<End> {
  const { city } = world;
  const { operator } = city.exchange;
  const at = (index: number) => world.cases[index % world.cases.length] ?? fail();
  switch (trouble.kind) {
    case 'fault': {
      const { fault: kind, target, times, after } = trouble;
      await operator.injectFault({ kind, target, times, after });
      return () => operator.clearFaults();
    }
    case 'book':
      return breakBook(city, trouble.asset, trouble.fault);
    case 'event': {
      const { event } = trouble;
      await operator.setMarketEvent({ asset: trouble.asset, warning: event === 'warning', further: event === 'warning' ? [] : [event] });
      return () => operator.setMarketEvent({ asset: trouble.asset });
    }
    case 'manners':
      await operator.setManners(trouble);
      return () => operator.setManners({});
    case 'tightened':
      return tighten(
        city,
        trouble.scope === 'account' ? { kind: 'account', accountId: city.accountId } : { kind: 'installation' },
        trouble.to,
      );
    case 'stay':
      return city.stay(at(trouble.place).caseId);
    case 'bill_update':
      return city.billUpdate(at(trouble.place).billIds[0] ?? 0);
    case 'freeze':
      return freeze(city, trouble.asset);
  }
}

function fail(): never {
  throw new Error('The world has no case.');
}

export async function breakBook({ exchange: { operator } }: SaleDesk, broken: string, fault: BookFault | 'stale'): Promise<End> {
  if (fault !== 'stale') {
    await operator.setBookFault({ asset: broken, fault });
    return () => operator.setBookFault({ asset: broken, fault: null });
  }
  await operator.setStaleBook({ asset: broken, stale: true });
  return () => operator.setStaleBook({ asset: broken, stale: false });
}

/** Anybody may tighten; looser it becomes only by an approval. */
export async function tighten(city: SaleDesk, scope: TradingScope, to: 'REDUCING' | 'HALTED'): Promise<End> {
  const isTighter = await city.by((work) => tightenTrading(work, { scope, to, reason: '표본' })).catch(() => false);
  return isTighter ? () => loosen(city, scope) : async () => undefined;
}

export async function loosen(city: SaleDesk, scope: TradingScope): Promise<void> {
  const { read } = city.database;
  const { tradingState } =
    scope.kind === 'installation'
      ? await read.installation.findUniqueOrThrow({ where: { id: 1 } })
      : await read.venueAccount.findUniqueOrThrow({ where: { id: scope.accountId } });
  if (tradingState === 'ACTIVE') return;
  await city.by((work) => work.tx.venueAccount.update({ where: { id: city.accountId }, data: { reconciledAt: work.at } }));
  const approval = await city.database.work(city.officer.actor, (work) =>
    requestLooserTrading(work, { scope, to: 'ACTIVE', reason: '표본', expiresAt: new Date(work.at.getTime() + 86_400_000) }),
  );
  await city.decide(approval, 'approve', applyLooserTrading);
}

/** Two officials agree that it may be sold again. */
export async function freeze(city: SaleDesk, frozen: string): Promise<End> {
  const { freezeId, isNew } = await city.by((work) =>
    freezeAsset(work, { accountId: city.accountId, asset: frozen, reason: 'by_person', facts: {} }),
  );
  return async () => {
    if (!isNew) return;
    const approval = await city.database.work(city.officer.actor, (work) =>
      requestFreezeRelease(work, { freezeId, explanation: '표본', expiresAt: new Date(work.at.getTime() + 86_400_000) }),
    );
    await city.decide(approval, 'approve', applyFreezeRelease);
  };
}

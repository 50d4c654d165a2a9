import { lockRows } from '../database/locks.ts';
import type { Transaction, Work } from '../database/work.ts';
import { CoinAmount } from '../kernel/money.ts';
import { balancesAt } from '../ledger/balance.ts';
import { CHART } from '../ledger/chart.ts';
import { ENDED_PHASES } from '../seizure/phase-table.ts';
import { accountPlace } from '../venue/ledger-asset.ts';
import type { Stake } from './explanation-shares.ts';

/** A holding that still takes coins, or undefined for whoever does not: the part is nobody's until officers decide. */
export type Owner = { readonly holdingId: number; readonly caseId: number } | undefined;

const WITH_COINS = [CHART.coinsHeld, CHART.coinsOnOrder, CHART.coinsInTransit, CHART.coinsUnidentified, CHART.gasFloat] as const;
const TAKING_STATES = ['partly_received', 'received', 'selling', 'returning'] as const;
const SUBJECT = /^holding:(\d+)$/;

/**
 * What everybody had of an asset at an account at an instant, by the books. What belonged to nobody, to the city, or to a case that is over
 * has no owner who could take anything now.
 */
export async function openStakes(
  reader: Pick<Transaction, '$queryRaw' | 'holding'>,
  { accountId, asset, at }: { readonly accountId: number; readonly asset: string; readonly at: Date },
): Promise<Stake<Owner>[]> {
  const place = accountPlace(accountId);
  const had = new Map<string, CoinAmount>();
  for (const chart of WITH_COINS) {
    for (const { subject, balance } of await balancesAt(reader, { chart, asset, place }, at)) {
      had.set(subject, (had.get(subject) ?? CoinAmount.zero(asset)).plus(CoinAmount.of(asset, balance)));
    }
  }
  const ids = [...had.keys()].flatMap((subject) => SUBJECT.exec(subject)?.[1] ?? []).map(Number);
  const taking = await reader.holding.findMany({
    where: { id: { in: ids }, state: { in: [...TAKING_STATES] }, case: { phase: { notIn: [...ENDED_PHASES] } } },
    select: { id: true, caseId: true },
  });
  const owners = new Map(taking.map(({ id, caseId }) => [`holding:${id}`, { holdingId: id, caseId }]));
  return [...had].sort(([a], [b]) => (a < b ? -1 : 1)).map(([subject, quantity]) => ({ owner: owners.get(subject), quantity }));
}

/** Locks all cases before all holdings, as the order of locks demands. The account comes after them. */
export async function lockHoldings(work: Work, holdingIds: readonly number[]): Promise<void> {
  const holdings = await work.tx.holding.findMany({ where: { id: { in: [...holdingIds] } }, select: { caseId: true } });
  await lockRows(
    work,
    'seizure_case',
    holdings.map(({ caseId }) => caseId),
  );
  await lockRows(work, 'holding', holdingIds);
}

import type { Transaction } from '../database/work.ts';
import { CoinAmount } from '../kernel/money.ts';
import { balancesAt } from '../ledger/balance.ts';
import { CHART } from '../ledger/chart.ts';
import { ENDED_PHASES } from '../seizure/phase-table.ts';
import { accountPlace } from '../venue/ledger-asset.ts';
import { holdingSubject } from './expectation.ts';
import type { Stake } from './explanation-shares.ts';

/** Whose a part is: a case's, through the holding whose coins bore it. */
export interface Accrual {
  readonly caseId: number;
  readonly bearerId: number;
  /** The case's holding that takes the part; undefined where the case has none of that asset yet. */
  readonly holdingId: number | undefined;
}

/** Undefined for whoever can take nothing now: the part is nobody's until officers decide. */
export type Owner = Accrual | undefined;

export interface Accrued {
  readonly accountId: number;
  /** What has come, as an asset of the ledger. */
  readonly asset: string;
  /** What bore it: the same asset, or of a fork or another coin's airdrop the one whose holders were given it. */
  readonly of: string;
  readonly at: Date;
}

const WITH_COINS = [CHART.coinsHeld, CHART.coinsOnOrder, CHART.coinsInTransit, CHART.coinsUnidentified, CHART.gasFloat] as const;
const TAKING_STATES = ['partly_received', 'received', 'selling', 'returning'] as const;
const SUBJECT = /^holding:(\d+)$/;

/**
 * What everybody had of the bearing asset at an account at an instant, by the books. What belonged to nobody, to the city, or to a case that
 * is over has no owner who could take anything now.
 */
export async function openStakes(reader: Pick<Transaction, '$queryRaw' | 'holding'>, accrued: Accrued): Promise<Stake<Owner>[]> {
  const { accountId, of, at } = accrued;
  const place = accountPlace(accountId);
  const had = new Map<string, CoinAmount>();
  for (const chart of WITH_COINS) {
    for (const { subject, balance } of await balancesAt(reader, { chart, asset: of, place }, at)) {
      had.set(subject, (had.get(subject) ?? CoinAmount.zero(of)).plus(CoinAmount.of(of, balance)));
    }
  }
  const bearerIds = [...had.keys()].flatMap((subject) => SUBJECT.exec(subject)?.[1] ?? []).map(Number);
  const owners = await ownersOf(reader, accrued, bearerIds);
  return [...had].sort(([a], [b]) => (a < b ? -1 : 1)).map(([subject, quantity]) => ({ owner: owners.get(subject), quantity }));
}

/** By the subject of the bearing holding. A case takes into the one holding that it has of an asset, as long as that lies here and takes coins. */
async function ownersOf(
  reader: Pick<Transaction, 'holding'>,
  { accountId, asset }: Accrued,
  bearerIds: readonly number[],
): Promise<ReadonlyMap<string, Accrual>> {
  const bearers = await reader.holding.findMany({
    where: { id: { in: [...bearerIds] }, case: { phase: { notIn: [...ENDED_PHASES] } } },
    select: { id: true, caseId: true },
  });
  const known = await reader.holding.findMany({
    where: { caseId: { in: bearers.map(({ caseId }) => caseId) }, asset },
    select: { id: true, caseId: true, state: true, venueAccountId: true },
  });
  const owners = new Map<string, Accrual>();
  for (const { id: bearerId, caseId } of bearers) {
    const taker = known.find((holding) => holding.caseId === caseId);
    const isTaking = taker === undefined || (taker.venueAccountId === accountId && TAKING_STATES.some((state) => state === taker.state));
    if (isTaking) owners.set(holdingSubject(bearerId), { caseId, bearerId, holdingId: taker?.id });
  }
  return owners;
}

import type { Holding, HoldingState } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import type { Transaction, Work } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount } from '../kernel/money.ts';
import { balances } from '../ledger/balance.ts';
import { CHART, type ChartCode } from '../ledger/chart.ts';
import { accountPlace } from '../venue/ledger-asset.ts';
import { OPEN_TESTS } from '../venue/source-proof.ts';
import { holdingSubject } from './expectation.ts';

/** States of a holding before its demand was served: nothing of it can have come. */
export const BEFORE_DEMAND = ['proposed', 'seized'] as const satisfies readonly HoldingState[];

/** Locks a holding and its case, in that order, and reads both as they are then. Error: `NOT_FOUND`. */
export async function lockHolding(work: Work, holdingId: number): Promise<Holding> {
  const found = await work.tx.holding.findUnique({ where: { id: holdingId }, select: { caseId: true } });
  if (found === null) throw new CheongsanError('NOT_FOUND', `There is no holding ${holdingId}.`);
  await lockRows(work, 'seizure_case', [found.caseId]);
  await lockRows(work, 'holding', [holdingId]);
  return work.tx.holding.findUniqueOrThrow({ where: { id: holdingId } });
}

/** Sets the state of a locked holding; the same state again changes nothing. */
export async function setHoldingState(work: Work, holding: Pick<Holding, 'id' | 'state'>, state: HoldingState): Promise<void> {
  if (holding.state === state) return;
  await work.tx.holding.update({ where: { id: holding.id }, data: { state, stateSince: work.at } });
}

/**
 * After coins have come: complete or not. A holding of which only a test was demanded is not complete with that. One that is being sold or
 * returned meanwhile stays in that state.
 */
export async function setReceiptState(work: Work, holding: Pick<Holding, 'id' | 'state'>, isComplete: boolean): Promise<void> {
  if (holding.state === 'selling' || holding.state === 'returning') return;
  const openTests = await work.tx.testTransfer.count({ where: { holdingId: holding.id, state: { in: [...OPEN_TESTS] } } });
  await setHoldingState(work, holding, isComplete && openTests === 0 ? 'received' : 'partly_received');
}

/** Coins of a holding at an account, by where they stand in the ledger. */
export interface HoldingCoins {
  readonly held: CoinAmount;
  readonly onOrder: CoinAmount;
  readonly inTransit: CoinAmount;
}

/** What is held of a holding at its account at this instant. */
export async function holdingCoins(
  reader: Pick<Transaction, '$queryRaw'>,
  { holdingId, accountId, asset }: { holdingId: number; accountId: number; asset: string },
): Promise<HoldingCoins> {
  const at = async (chart: ChartCode): Promise<CoinAmount> => {
    const rows = await balances(reader, { chart, asset, subject: holdingSubject(holdingId), place: accountPlace(accountId) });
    return CoinAmount.of(asset, rows[0]?.balance ?? '0');
  };
  return { held: await at(CHART.coinsHeld), onOrder: await at(CHART.coinsOnOrder), inTransit: await at(CHART.coinsInTransit) };
}

export function totalOf({ held, onOrder, inTransit }: HoldingCoins): CoinAmount {
  return held.plus(onOrder).plus(inTransit);
}

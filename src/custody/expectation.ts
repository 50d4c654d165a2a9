import type { Transaction } from '../database/work.ts';
import { dayFromColumn } from '../kernel/civil-date.ts';
import { CoinAmount } from '../kernel/money.ts';
import { balances } from '../ledger/balance.ts';
import { CHART } from '../ledger/chart.ts';
import { ENDED_PHASES } from '../seizure/phase-table.ts';
import type { ExpectedHolding } from './deposit-rules.ts';

const SUBJECT = /^holding:(\d+)$/;

export function holdingSubject(holdingId: number): string {
  return `holding:${holdingId}`;
}

/** Every holding of an asset in a running case of which something demanded is outstanding, with the deadline of its demand. */
export async function expectedHoldings(tx: Transaction, asset: string): Promise<ExpectedHolding[]> {
  const outstanding = new Map(
    (await balances(tx, { chart: CHART.coinsOutstanding, asset })).flatMap(({ subject, balance }) => {
      const holdingId = SUBJECT.exec(subject)?.[1];
      return holdingId === undefined ? [] : [[Number(holdingId), CoinAmount.of(asset, balance)] as const];
    }),
  );
  const holdings = await tx.holding.findMany({
    where: { id: { in: [...outstanding.keys()] }, case: { phase: { notIn: [...ENDED_PHASES] } } },
    select: { id: true, caseId: true, venueAccountId: true, case: { select: { phase: true, phaseDeadlineOn: true } } },
    orderBy: { id: 'asc' },
  });
  return holdings.map((holding) => {
    const { phase, phaseDeadlineOn } = holding.case;
    return {
      holdingId: holding.id,
      caseId: holding.caseId,
      accountId: holding.venueAccountId ?? undefined,
      outstanding: outstanding.get(holding.id) ?? CoinAmount.zero(asset),
      deadlineOn: phase === 'transfer_demanded' && phaseDeadlineOn !== null ? dayFromColumn(phaseDeadlineOn) : undefined,
    };
  });
}

export interface Receipt {
  readonly received: CoinAmount;
  /** Still awaited. */
  readonly outstanding: CoinAmount;
  /** Declared not to come; the three add up to what was demanded (invariant 2). */
  readonly short: CoinAmount;
}

/** What became of a holding's demand. Only for a holding whose demand was served. */
export async function receiptOf(
  tx: Pick<Transaction, '$queryRaw' | 'depositMatch'>,
  holding: { readonly id: number; readonly asset: string; readonly demandedQuantity: { toFixed(): string } },
): Promise<Receipt> {
  const { asset } = holding;
  const matches = await tx.depositMatch.findMany({ where: { holdingId: holding.id }, select: { quantity: true } });
  const received = CoinAmount.sum(
    asset,
    matches.map(({ quantity }) => CoinAmount.of(asset, quantity.toFixed())),
  );
  const rows = await balances(tx, { chart: CHART.coinsOutstanding, asset, subject: holdingSubject(holding.id) });
  const outstanding = CoinAmount.of(asset, rows[0]?.balance ?? '0');
  return { received, outstanding, short: CoinAmount.of(asset, holding.demandedQuantity.toFixed()).minus(received).minus(outstanding) };
}

import type { HoldingState } from '../database/generated/enums.ts';
import type { Transaction } from '../database/work.ts';
import { type CivilDate, dayFromColumn, seoulDay } from '../kernel/civil-date.ts';
import { Decimal } from '../kernel/decimal.ts';
import type { CoinAmount } from '../kernel/money.ts';
import { type AccountBalance, balances } from '../ledger/balance.ts';
import { CHART } from '../ledger/chart.ts';
import { accountPlace, isVenueWon } from '../venue/ledger-asset.ts';
import { depositCodes } from './deposit-record.ts';
import { DEPOSIT_CODES, type DepositCode, type Resolution, resolutionsOf } from './deposit-rules.ts';
import { receiptOf } from './expectation.ts';

/** How a holding's demand stands: what came, what is missing, what is strange about it and what can be done. */
export interface HoldingReceipt {
  readonly holdingId: number;
  readonly asset: string;
  readonly state: HoldingState;
  readonly demanded: CoinAmount;
  readonly received: CoinAmount;
  readonly outstanding: CoinAmount;
  readonly short: CoinAmount;
  readonly deadlineOn: CivilDate | undefined;
  readonly isOverdue: boolean;
  readonly codes: readonly { readonly code: DepositCode; readonly title: string }[];
  readonly resolutions: readonly Resolution[];
}

/** Expected against received, for every holding of a case whose demand was served. */
export async function receiptsOfCase(reader: Transaction, caseId: number, now: Date): Promise<HoldingReceipt[]> {
  const holdings = await reader.holding.findMany({
    where: { caseId, state: { notIn: ['proposed', 'seized'] } },
    include: { case: { select: { phase: true, phaseDeadlineOn: true } } },
    orderBy: { id: 'asc' },
  });
  const receipts: HoldingReceipt[] = [];
  for (const holding of holdings) {
    const { received, outstanding, short } = await receiptOf(reader, holding);
    const { phase, phaseDeadlineOn } = holding.case;
    const deadlineOn = phase === 'transfer_demanded' && phaseDeadlineOn !== null ? dayFromColumn(phaseDeadlineOn) : undefined;
    const codes = await codesOf(reader, holding.id, outstanding);
    const isOverdue = deadlineOn !== undefined && outstanding.isPositive() && seoulDay(now) > deadlineOn;
    const said = codes.flatMap((code): readonly Resolution[] => DEPOSIT_CODES[code].resolutions);
    receipts.push({
      holdingId: holding.id,
      asset: holding.asset,
      state: holding.state,
      demanded: received.plus(outstanding).plus(short),
      received,
      outstanding,
      short,
      deadlineOn,
      isOverdue,
      codes: codes.map((code) => ({ code, title: DEPOSIT_CODES[code].title })),
      // What is late may have been sent where the account does not see it.
      resolutions: [...new Set<Resolution>([...said, ...(isOverdue ? (['venue_recovery'] as const) : [])])],
    });
  }
  return receipts;
}

/** What the deposits that reached the holding said; `short` holds as long as something is outstanding, and only then. */
async function codesOf(reader: Transaction, holdingId: number, outstanding: CoinAmount): Promise<DepositCode[]> {
  const deposits = await reader.venueDeposit.findMany({ where: { matches: { some: { holdingId } } }, select: { reasons: true } });
  const said = deposits.flatMap(({ reasons }) => depositCodes(reasons)).filter((code) => code !== 'short');
  return [...new Set([...said, ...(outstanding.isPositive() ? (['short'] as const) : [])])];
}

/** A deposit of which something belongs to nobody, with what can be done about it. */
export interface UnidentifiedDeposit {
  readonly depositRowId: number;
  readonly accountId: number;
  readonly asset: string;
  readonly quantity: string;
  readonly restQuantity: string;
  readonly creditedAt: Date;
  readonly transactionId: string | undefined;
  readonly codes: readonly { readonly code: DepositCode; readonly title: string }[];
  readonly resolutions: readonly Resolution[];
}

/** Deposits of which something is unidentified, oldest first. */
export async function unidentifiedDeposits(reader: Pick<Transaction, 'venueDeposit' | '$queryRaw'>): Promise<UnidentifiedDeposit[]> {
  const missing = await balances(reader, { chart: CHART.unexplained });
  const toBeRecovered = await balances(reader, { chart: CHART.withdrawnUninstructed });
  const rows = await reader.venueDeposit.findMany({ where: { state: 'unidentified' }, orderBy: [{ creditedAt: 'asc' }, { id: 'asc' }] });
  return rows.map((row) => {
    const codes = depositCodes(row.reasons);
    const isHere = ({ asset, place }: AccountBalance) => asset === row.asset && place === accountPlace(row.venueAccountId);
    const loss = {
      isMissing: missing.some((account) => isHere(account) && new Decimal(account.balance).isNegative()),
      isToBeRecovered: toBeRecovered.some(isHere),
    };
    return {
      depositRowId: row.id,
      accountId: row.venueAccountId,
      asset: row.asset,
      quantity: row.quantity.toFixed(),
      restQuantity: row.quantity.minus(row.matchedQuantity).minus(row.returnedQuantity).toFixed(),
      creditedAt: row.creditedAt,
      transactionId: row.transactionId ?? undefined,
      codes: codes.map((code) => ({ code, title: DEPOSIT_CODES[code].title })),
      resolutions: resolutionsOf(codes, isVenueWon(row.asset), loss),
    };
  });
}

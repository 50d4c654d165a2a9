import { Prisma } from '../database/generated/client.ts';
import type { Transaction } from '../database/work.ts';
import { CoinAmount, VenueWon, Won } from '../kernel/money.ts';
import type { ChartCode } from './chart.ts';

/** Narrows a balance to accounts of this kind; what is left out is summed over. */
export interface BalanceFilter {
  readonly chart: ChartCode;
  readonly asset?: string;
  readonly subject?: string;
  readonly place?: string;
}

export interface AccountBalance {
  readonly chart: string;
  readonly asset: string;
  readonly subject: string;
  readonly place: string;
  /** Debits less credits, plain decimal. */
  readonly balance: string;
}

interface BalanceRow {
  chart_code: string;
  asset: string;
  subject: string;
  place: string;
  balance: string;
}

type Reader = Pick<Transaction, '$queryRaw'>;

function condition(filter: BalanceFilter): Prisma.Sql {
  return Prisma.join(
    [
      Prisma.sql`a.chart_code = ${filter.chart}`,
      ...(filter.asset === undefined ? [] : [Prisma.sql`a.asset = ${filter.asset}`]),
      ...(filter.subject === undefined ? [] : [Prisma.sql`a.subject = ${filter.subject}`]),
      ...(filter.place === undefined ? [] : [Prisma.sql`a.place = ${filter.place}`]),
    ],
    ' AND ',
  );
}

/** Sub-accounts with a balance other than zero, as they stand now. */
export async function balances(reader: Reader, filter: BalanceFilter): Promise<AccountBalance[]> {
  const rows = await reader.$queryRaw<BalanceRow[]>`
    SELECT a.chart_code, a.asset, a.subject, a.place, trim_scale(b.balance)::text AS balance
      FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
     WHERE ${condition(filter)} AND b.balance <> 0 ORDER BY a.asset, a.id`;
  return rows.map(({ chart_code, ...row }) => ({ chart: chart_code, ...row }));
}

/** As `balances`, as they stood at an instant: every entry booked until then counts, none after. */
export async function balancesAt(reader: Reader, filter: BalanceFilter, instant: Date): Promise<AccountBalance[]> {
  const rows = await reader.$queryRaw<BalanceRow[]>`
    SELECT a.chart_code, a.asset, a.subject, a.place, trim_scale(sum(l.amount))::text AS balance
      FROM ledger_account a JOIN ledger_line l ON l.account_id = a.id JOIN ledger_entry e ON e.id = l.entry_id
     WHERE ${condition(filter)} AND e.booked_at <= ${instant}
     GROUP BY a.id HAVING sum(l.amount) <> 0 ORDER BY a.asset, a.id`;
  return rows.map(({ chart_code, ...row }) => ({ chart: chart_code, ...row }));
}

async function total(reader: Reader, filter: BalanceFilter): Promise<string> {
  const rows = await reader.$queryRaw<{ total: string }[]>`
    SELECT coalesce(trim_scale(sum(b.balance)), 0)::text AS total
      FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id WHERE ${condition(filter)}`;
  return rows[0]?.total ?? '0';
}

/** Debits less credits in whole won over all matching accounts. */
export async function wonBalance(reader: Reader, filter: BalanceFilter): Promise<Won> {
  return Won.of(await total(reader, { ...filter, asset: 'KRW' }));
}

export async function venueWonBalance(reader: Reader, filter: BalanceFilter, venue: string): Promise<VenueWon> {
  return VenueWon.of(venue, await total(reader, { ...filter, asset: VenueWon.zero(venue).asset }));
}

export async function coinBalance(reader: Reader, filter: BalanceFilter, asset: string): Promise<CoinAmount> {
  return CoinAmount.of(asset, await total(reader, { ...filter, asset }));
}

/** Debit and credit totals per chart code and asset: the trial balance, as of an instant. */
export async function trialBalance(
  reader: Reader,
  instant: Date,
): Promise<{ chart: string; name: string; asset: string; debit: string; credit: string; balance: string }[]> {
  return reader.$queryRaw`
    SELECT c.code AS chart, c.name, a.asset,
           coalesce(trim_scale(sum(l.amount) FILTER (WHERE l.amount > 0)), 0)::text AS debit,
           coalesce(trim_scale(-sum(l.amount) FILTER (WHERE l.amount < 0)), 0)::text AS credit,
           trim_scale(sum(l.amount))::text AS balance
      FROM ledger_line l JOIN ledger_entry e ON e.id = l.entry_id
      JOIN ledger_account a ON a.id = l.account_id JOIN ledger_chart c ON c.code = a.chart_code
     WHERE e.booked_at <= ${instant}
     GROUP BY c.code, c.name, a.asset ORDER BY c.code, a.asset`;
}

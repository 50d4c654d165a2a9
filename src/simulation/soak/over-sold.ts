import type { Database } from '../../database/work.ts';
import { addDays, seoulDay } from '../../kernel/civil-date.ts';
import { Decimal } from '../../kernel/decimal.ts';
import { readPolicy } from '../../policy/book.ts';
import { accrualHorizonDays, expectedCosts } from '../../policy/definitions/sale.ts';
import { groupBy } from '../../registers/execution/group.ts';
import { loadBillStates, owedOnBills } from '../../tax/bill-state.ts';
import { taxRules } from '../../tax/rules.ts';
import type { Stall } from './stall.ts';

/** A smallest order, counted at the lower edge of the band, may bring this much more at the upper one. */
const BAND_WIDTH = '1.03';

/** What one case has sold, and what it was for. */
interface CaseSold {
  readonly caseId: number;
  readonly personId: number;
  readonly billIds: readonly number[];
  readonly asset: string;
  readonly net: Decimal;
}

/**
 * Where more was sold than was needed or held, in words. No taxpayer's cases bring more than their bills owe at the expected settlement
 * with the cost of bringing the won home, but for one smallest order a case; no holding sold more units than had come.
 */
export async function overSoldAt(stall: Stall): Promise<string[]> {
  const { database, venue } = stall;
  const policy = await readPolicy(database.read);
  const today = seoulDay(database.clock.now());
  const asOf = addDays(today, policy.get(accrualHorizonDays, today));
  const withdrawal = policy.get(expectedCosts, today).withdrawal.value;
  const found: string[] = [];
  for (const cases of groupBy(await soldByCase(stall), ({ personId }) => personId).values()) {
    for (const set of subsets(cases)) {
      const bills = await loadBillStates(database.read, [...new Set(set.flatMap(({ billIds }) => billIds))]);
      const owed = owedOnBills(bills, asOf, taxRules(policy)).total.value;
      let most = owed.plus(withdrawal.times(set.length));
      for (const { asset } of set) most = most.plus(await smallestOrder(stall, asset));
      const net = set.reduce((sum, each) => sum.plus(each.net), new Decimal(0));
      const names = set.map(({ caseId }) => `case:${caseId}`).join(', ');
      if (net.isGreaterThan(most)) found.push(`${venue} ${names}: sold for ${net.toFixed()}, needed ${owed.toFixed()}`);
    }
  }
  return [...found, ...(await overdrawn(database, stall.accountId))];
}

/** What the venue's least order can bring: its minimum in whole units of quantity, at the band's upper edge. */
async function smallestOrder({ port, exchange, database, accountId }: Stall, asset: string): Promise<Decimal> {
  const symbols = await database.read.saleOrder.findFirst({ where: { venueAccountId: accountId, asset }, select: { symbol: true } });
  if (symbols === null) return new Decimal(0);
  const terms = await port.sellingTerms(symbols.symbol);
  const highest = (await exchange.operator.orders({}))
    .filter((order) => order.asset === asset)
    .flatMap(({ fills }) => fills)
    .reduce((most, { price }) => Decimal.max(most, price), new Decimal(0));
  const step = highest.shiftedBy(-terms.quantityDecimalPlaces);
  return terms.minimumOrder.value.plus(step).times(BAND_WIDTH);
}

async function soldByCase({ database, accountId }: Stall): Promise<CaseSold[]> {
  const rows = await database.read.$queryRaw<{ id: number; person: number; bills: number[]; asset: string; net: string }[]>`
    SELECT c.id, c.person_id AS person, min(o.asset) AS asset, trim_scale(sum(f.proceeds - f.fee))::text AS net,
           (SELECT array_agg(b.bill_id) FROM case_bill b WHERE b.case_id = c.id) AS bills
      FROM order_fill f JOIN sale_order o ON o.id = f.order_id JOIN seizure_case c ON c.id = f.case_id
     WHERE f.venue_account_id = ${accountId} GROUP BY c.id ORDER BY c.id`;
  return rows.map(({ id, person, bills, asset, net }) => ({ caseId: id, personId: person, billIds: bills, asset, net: new Decimal(net) }));
}

async function overdrawn({ read }: Database, accountId: number): Promise<string[]> {
  const rows = await read.$queryRaw<{ id: number; sold: string; received: string }[]>`
    SELECT h.id, trim_scale(s.units)::text AS sold, trim_scale(coalesce(m.units, 0))::text AS received FROM holding h
      JOIN (SELECT holding_id, sum(quantity) AS units FROM order_fill GROUP BY 1) s ON s.holding_id = h.id
      LEFT JOIN (SELECT holding_id, sum(quantity) AS units FROM deposit_match GROUP BY 1) m ON m.holding_id = h.id
     WHERE h.venue_account_id = ${accountId} AND s.units > coalesce(m.units, 0)`;
  return rows.map(({ id, sold, received }) => `holding:${id}: sold ${sold} of ${received}`);
}

function subsets<T>(items: readonly T[]): T[][] {
  let sets: T[][] = [[]];
  for (const item of items) sets = sets.concat(sets.map((set) => [...set, item]));
  return sets.filter(({ length }) => length > 0);
}

import { AT_VENUE } from '../custody/booked-balances.ts';
import type { Database } from '../database/work.ts';
import type { VenueCode } from '../exchange/port.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import { Decimal } from '../kernel/decimal.ts';
import { VenueWon, Won } from '../kernel/money.ts';
import { CHART } from '../ledger/chart.ts';
import { readPolicy } from '../policy/book.ts';
import { groupBy } from '../registers/execution/group.ts';
import { checkInvariants, type InvariantResult } from '../registers/invariants.ts';
import { loadBillStates, owedOnBills } from '../tax/bill-state.ts';
import { taxRules } from '../tax/rules.ts';
import { readCaseMoney } from '../treasury/case-money.ts';
import { accountPlace } from '../venue/ledger-asset.ts';
import { referenceOf } from './soak/order-reference.ts';
import type { StageVenue } from './story/stage.ts';

/** The last line of a demo. Won as text. */
export interface DemoSummary {
  /** Where the city sold. */
  readonly venues: readonly VenueCode[];
  readonly taxpayers: number;
  readonly casesOpened: number;
  readonly casesClosed: number;
  /** What was owed on all imported bills on the first day. */
  readonly claimKrw: string;
  /** What the sales brought before costs at all exchanges together, with their decimals. */
  readonly proceedsKrw: string;
  /** The same by exchange. */
  readonly proceedsByVenueKrw: Readonly<Partial<Record<VenueCode, string>>>;
  readonly creditedKrw: string;
  readonly costsKrw: string;
  readonly surplusRefundedKrw: string;
  readonly returnedInKindCount: number;
  readonly unexplainedKrw: string;
  readonly auditEvents: number;
  readonly invariantsChecked: number;
  readonly invariantsBroken: number;
  readonly seconds: number;
}

/** What is owed on all imported bills as of a day, with accrued penalty. */
export async function owedOnEverything(database: Database, day: CivilDate): Promise<Won> {
  const bills = await database.read.bill.findMany({ select: { id: true }, orderBy: { id: 'asc' } });
  const states = await loadBillStates(
    database.read,
    bills.map(({ id }) => id),
  );
  return owedOnBills(states, day, taxRules(await readPolicy(database.read))).total;
}

export interface DemoResult {
  readonly summary: Omit<DemoSummary, 'seconds' | 'claimKrw'>;
  readonly broken: readonly InvariantResult[];
}

/** Reads the sums from the books, checks every invariant, and compares the books with each exchange's own. */
export async function summarise(database: Database, venues: readonly StageVenue[]): Promise<DemoResult> {
  const cases = await database.read.seizureCase.findMany({ select: { id: true, closedAt: true, phase: true }, orderBy: { id: 'asc' } });
  const monies = [];
  for (const { id } of cases) monies.push(await readCaseMoney(database.read, id));
  const gross = monies.map((money) => money.gross);
  const invariants = [
    ...(await checkInvariants(database)),
    {
      // The money of every case adds up at the venue and at the bank.
      code: 'case_money_agrees',
      statement: '모든 사건의 돈이 거래소와 은행에서 맞는다.',
      offending: monies.filter(({ agrees }) => !agrees).map(({ caseNumber }) => `case:${caseNumber}`),
    },
    await matchesExchanges(database, venues),
    await ordersOnce(database, venues),
    await namesNobody(database),
  ];
  const broken = invariants.filter(({ offending }) => offending.length > 0);
  return {
    broken,
    summary: {
      venues: venues.map(({ code }) => code),
      taxpayers: await database.read.person.count(),
      casesOpened: cases.length,
      casesClosed: cases.filter(({ phase }) => phase === 'closed').length,
      proceedsKrw: overVenues(gross),
      proceedsByVenueKrw: Object.fromEntries(venues.map(({ code }) => [code, overVenues(gross.filter(({ venue }) => venue === code))])),
      creditedKrw: Won.sum(monies.map(({ creditedTotal }) => creditedTotal)).toString(),
      costsKrw: overVenues(monies.flatMap(({ tradingFees, withdrawalFees }) => [tradingFees, withdrawalFees])),
      surplusRefundedKrw: Won.sum(monies.map(({ refunded }) => refunded)).toString(),
      returnedInKindCount: await database.read.coinTransfer.count({ where: { state: 'done', caseId: { not: null } } }),
      unexplainedKrw: (await unexplained(database)).toString(),
      auditEvents: await database.read.auditEvent.count(),
      invariantsChecked: invariants.length,
      invariantsBroken: broken.length,
    },
  };
}

/** Won of different exchanges are different assets: each is summed by itself, and what they have in common is the figure alone. */
function overVenues(amounts: readonly VenueWon[]): string {
  const byVenue = groupBy(amounts, ({ venue }) => venue);
  const sums = [...byVenue].map(([venue, ofVenue]) => VenueWon.sum(venue, ofVenue));
  return sums.reduce((total, { value }) => total.plus(value), new Decimal(0)).toFixed();
}

/** Everything on *unexplained*, coins at the price of their last valuation. */
async function unexplained(database: Database): Promise<Won> {
  const rows = await database.read.$queryRaw<{ krw: string }[]>`
    SELECT coalesce(ceil(sum(abs(b.balance) * CASE WHEN a.asset LIKE 'KRW%' THEN 1 ELSE (
             SELECT v.price FROM valuation v JOIN holding h ON h.id = v.holding_id WHERE h.asset = a.asset ORDER BY v.id DESC LIMIT 1) END)), 0)::text AS krw
      FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id WHERE a.chart_code = ${CHART.unexplained}`;
  return Won.of(rows[0]?.krw ?? '0');
}

/** What each exchange says the city has there is what the books say, and nothing stands in the books at any other place. */
async function matchesExchanges(database: Database, venues: readonly StageVenue[]): Promise<InvariantResult> {
  const rows = await database.read.$queryRaw<{ place: string; asset: string; quantity: string }[]>`
    SELECT a.place, CASE WHEN a.asset LIKE 'KRW@%' THEN 'KRW' ELSE a.asset END AS asset, trim_scale(sum(b.balance))::text AS quantity
      FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
     WHERE a.chart_code = ANY (${[...AT_VENUE]}) GROUP BY 1, 2 HAVING sum(b.balance) <> 0`;
  const booked = new Map(rows.map(({ place, asset, quantity }) => [`${place}/${asset}`, new Decimal(quantity)]));
  const shown = new Map<string, Decimal>();
  for (const { exchange, venueAccountId, cityAccountId } of venues) {
    for (const { asset, free, locked } of await exchange.operator.balances({ accountId: cityAccountId }))
      shown.set(`${accountPlace(venueAccountId)}/${asset}`, new Decimal(free).plus(locked));
  }
  const zero = new Decimal(0);
  return {
    // What an exchange holds for the city is what the books say.
    code: 'books_match_exchange',
    statement: '거래소에 있는 시의 자산은 장부와 같다.',
    offending: [...new Set([...booked.keys(), ...shown.keys()])].filter((name) => !(booked.get(name) ?? zero).eq(shown.get(name) ?? zero)),
  };
}

/** Each exchange's own list of orders: each of our intents at most once, and none that we do not know. */
async function ordersOnce(database: Database, venues: readonly StageVenue[]): Promise<InvariantResult> {
  const offending: string[] = [];
  for (const venue of venues) offending.push(...(await strangeOrders(database, venue)).map((reference) => `${venue.code}:${reference}`));
  return {
    // Every order the exchange accepted is one intent of ours, and no intent was accepted twice.
    code: 'one_intent_one_order',
    statement: '거래소가 받은 주문마다 우리의 실행 의도가 하나씩 있고, 두 번 받은 것은 없다.',
    offending,
  };
}

async function strangeOrders(database: Database, { code, exchange, venueAccountId, cityAccountId }: StageVenue): Promise<string[]> {
  const accepted = (await exchange.operator.orders({ accountId: cityAccountId })).map(({ identifier }) => identifier ?? 'none');
  const orders = await database.read.saleOrder.findMany({ where: { venueAccountId }, select: { intentId: true } });
  const intents = await database.read.intent.findMany({
    where: { id: { in: orders.map(({ intentId }) => intentId) } },
    select: { identifier: true },
  });
  const ours = new Set(intents.map(({ identifier }) => referenceOf(code, identifier)));
  const twice = accepted.filter((reference, index) => accepted.indexOf(reference) !== index);
  return [...twice, ...accepted.filter((reference) => !ours.has(reference))];
}

/** Sample persons have names that are easy to look for; none may stand in an audit payload, an alert or a decision. */
async function namesNobody(database: Database): Promise<InvariantResult> {
  const rows = await database.read.$queryRaw<{ row: string }[]>`
    SELECT 'audit_event:' || id AS row FROM audit_event WHERE payload ~ '표본-[0-9]{3}|010-?0000'
    UNION ALL SELECT 'alert:' || id FROM alert WHERE text ~ '표본-[0-9]{3}|010-?0000' OR facts::text ~ '표본-[0-9]{3}|010-?0000'
    UNION ALL SELECT 'approval:' || id FROM approval WHERE summary ~ '표본-[0-9]{3}$|010-?0000' OR content::text ~ '010-?0000'
    UNION ALL SELECT 'sale_decision:' || id FROM sale_decision WHERE inputs::text ~ '표본-[0-9]{3}|010-?0000' LIMIT 20`;
  return {
    // No audit payload, alert, approval or decision names a person.
    code: 'names_nobody',
    statement: '감사 기록, 알림, 결재, 매각 결정의 내용에는 사람을 가리키는 것이 없다.',
    offending: rows.map(({ row }) => row),
  };
}

import type { HoldingsReplyRow } from '../database/generated/client.ts';
import type { Transaction, Work } from '../database/work.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount, Won } from '../kernel/money.ts';
import { type BillState, loadBillStates } from '../tax/bill-state.ts';
import type { BookSnapshots } from '../valuation/book-snapshot.ts';
import { valueAgainstBook } from '../valuation/book-value.ts';
import { WITH_VENUE_PHASES } from './phase-table.ts';
import type { ProposalFacts } from './proposal.ts';
import { staysOfKinds } from './stay.ts';

/** Won at an exchange is a claim for money and no coin: it is collected another way and never seized here. */
const WON = 'KRW';

/** One account of one person with the newest word of the exchange on each asset in it. */
export interface HeldAccount {
  readonly personId: number;
  readonly accountReference: string;
  readonly rows: readonly ReplyRow[];
}

export type ReplyRow = HoldingsReplyRow & { readonly reply: { readonly createdAt: Date } };

/** States in which a row names its person beyond doubt. */
const SURE_STATES = ['matched', 'confirmed'] as const;

/**
 * Accounts that may be proposed for, in the order of persons and accounts: rows whose person is certain and that no standing case
 * has used. Error: `MATCH_UNCONFIRMED` when a row named in `rowIds` is not certain, `NOT_FOUND`.
 */
export async function heldAccounts(
  reader: Pick<Transaction, 'holdingsReplyRow' | 'seizureCase'>,
  venueCode: string,
  rowIds: readonly number[] | undefined,
): Promise<HeldAccount[]> {
  const rows = await reader.holdingsReplyRow.findMany({
    where: {
      reply: { request: { venueCode } },
      ...(rowIds === undefined ? { state: { in: [...SURE_STATES] } } : { id: { in: [...rowIds] } }),
    },
    include: { reply: { select: { createdAt: true } } },
    orderBy: { id: 'asc' },
  });
  if (rowIds !== undefined) assertSure(rows, rowIds);
  const used = await casesThatStand(
    reader,
    rows.flatMap(({ caseId }) => caseId ?? []),
  );
  const newest = new Map<string, ReplyRow & { readonly personId: number }>();
  for (const row of rows) {
    if (row.personId === null || row.asset === WON) continue;
    newest.set(`${row.personId}\u001f${row.accountReference}\u001f${row.asset}`, { ...row, personId: row.personId });
  }
  return byAccount([...newest.values()].filter(({ caseId }) => caseId === null || !used.has(caseId)));
}

/** Assets of standing cases of these persons that nobody has valued yet: a proposal values them by the books it is made with. */
export async function unvaluedAssets(reader: Pick<Transaction, 'holding'>, personIds: readonly number[]): Promise<string[]> {
  const holdings = await reader.holding.findMany({
    where: { case: { personId: { in: [...personIds] }, phase: { notIn: ['refused', 'closed'] }, valuations: { none: {} } } },
    select: { asset: true },
  });
  return holdings.map(({ asset }) => asset);
}

function assertSure(rows: readonly ReplyRow[], rowIds: readonly number[]): void {
  const found = new Set(rows.map(({ id }) => id));
  const missing = rowIds.filter((id) => !found.has(id));
  if (missing.length > 0) throw new CheongsanError('NOT_FOUND', `This venue has no reply row ${missing.join(', ')}.`);
  const unsure = rows.filter(({ state }) => !SURE_STATES.some((sure) => sure === state));
  if (unsure.length === 0) return;
  throw new CheongsanError(
    'MATCH_UNCONFIRMED',
    `Reply rows ${unsure.map(({ id, state }) => `${id} (${state})`).join(', ')} do not name their person for certain; have the exchange confirm and decide them first.`,
    { facts: { rows: unsure.map(({ id, state }) => ({ id, state })) } },
  );
}

/** A refused case used nothing up: its rows may be proposed again. */
async function casesThatStand(reader: Pick<Transaction, 'seizureCase'>, ids: readonly number[]): Promise<ReadonlySet<number>> {
  const cases = await reader.seizureCase.findMany({ where: { id: { in: [...ids] }, phase: { not: 'refused' } }, select: { id: true } });
  return new Set(cases.map(({ id }) => id));
}

function byAccount(rows: readonly (ReplyRow & { readonly personId: number })[]): HeldAccount[] {
  const accounts = new Map<string, { personId: number; accountReference: string; rows: ReplyRow[] }>();
  for (const row of rows) {
    const key = `${row.personId}\u001f${row.accountReference}`;
    const account = accounts.get(key);
    if (account === undefined) accounts.set(key, { personId: row.personId, accountReference: row.accountReference, rows: [row] });
    else account.rows.push(row);
  }
  return [...accounts.values()].sort(
    (a, b) => a.personId - b.personId || (a.accountReference < b.accountReference ? -1 : a.accountReference > b.accountReference ? 1 : 0),
  );
}

/** Proceedings over a person's whole property, in which nothing more of his is seized (DRBA 58(3), 349). */
const BARRING_PROCEEDINGS = ['rehabilitation', 'bankruptcy'] as const;
export type BarringProceeding = (typeof BARRING_PROCEEDINGS)[number];

/** What is known of many persons at once, read under their locks. */
export interface PersonsFacts {
  readonly barredBy: ReadonlyMap<number, BarringProceeding>;
  factsFor(account: HeldAccount): ProposalFacts;
}

/** Loads what proposals for these accounts are decided from. The caller holds the persons' locks. */
export async function loadProposalFacts(
  work: Work,
  venueCode: string,
  accounts: readonly HeldAccount[],
  snapshots: BookSnapshots,
): Promise<PersonsFacts> {
  const personIds = [...new Set(accounts.map(({ personId }) => personId))];
  const billRows = await work.tx.bill.findMany({ where: { personId: { in: personIds } }, select: { id: true } });
  const bills = groupBy(
    await loadBillStates(
      work.tx,
      billRows.map(({ id }) => id),
    ),
    ({ personId }) => personId,
  );
  const cases = await openCases(work.tx, personIds);
  const casesOfPerson = groupBy(cases, ({ personId }) => personId);
  const personOf = new Map(cases.map(({ id, personId }) => [id, personId]));
  const barring = await staysOfKinds(work.tx, [...personOf.keys()], BARRING_PROCEEDINGS, seoulDay(work.at));
  const barredBy = new Map(
    barring.flatMap(({ caseId, kind }) => {
      const personId = personOf.get(caseId);
      return personId === undefined ? [] : [[personId, kind] as const];
    }),
  );
  return {
    barredBy,
    factsFor: (account) => {
      const others = casesOfPerson.get(account.personId) ?? [];
      return {
        bills: bills.get(account.personId) ?? ([] satisfies BillState[]),
        coveredElsewhere: new Set(others.flatMap((each) => each.bills.map(({ billId }) => billId))),
        securedElsewhere: Won.sum(others.map((each) => securedBy(each, snapshots))),
        available: account.rows.map((row) => availableOf(row, others, venueCode)),
        snapshots,
      };
    },
  };
}

type OpenCase = Awaited<ReturnType<typeof openCases>>[number];

function openCases(tx: Transaction, personIds: readonly number[]) {
  return tx.seizureCase.findMany({
    where: { personId: { in: [...personIds] }, phase: { notIn: ['refused', 'closed'] } },
    include: {
      bills: { select: { billId: true } },
      holdings: true,
      valuations: { orderBy: { id: 'asc' } },
    },
    orderBy: { id: 'asc' },
  });
}

/** What a case's holdings were last valued at; a holding nobody valued yet is valued now where its market is known. */
function securedBy({ holdings, valuations }: OpenCase, snapshots: BookSnapshots): Won {
  return Won.sum(
    holdings.map(({ id, asset, seizedQuantity }) => {
      const last = valuations.findLast(({ holdingId }) => holdingId === id);
      if (last !== undefined) return Won.of(last.valueKrw);
      const snapshot = snapshots.get(asset);
      return snapshot === undefined ? Won.zero : valueAgainstBook(CoinAmount.of(asset, seizedQuantity.toFixed()), snapshot).value;
    }),
  );
}

/**
 * What the exchange reported less what open cases have seized of it: coins still in the account, and coins moved out of it after
 * the exchange answered.
 */
function availableOf(row: ReplyRow, others: readonly OpenCase[], venueCode: string): CoinAmount {
  const reported = CoinAmount.of(row.asset, row.quantity.toFixed());
  const seized = others
    .filter((each) => each.venueCode === venueCode && takenFrom(each, row.reply.createdAt))
    .flatMap(({ holdings }) =>
      holdings.filter(({ asset, accountReference }) => asset === row.asset && accountReference === row.accountReference),
    )
    .map(({ seizedQuantity }) => CoinAmount.of(row.asset, seizedQuantity.toFixed()));
  return reported.minus(CoinAmount.sum(row.asset, seized)).larger(CoinAmount.zero(row.asset));
}

function takenFrom({ phase, inCustodyAt }: OpenCase, repliedAt: Date): boolean {
  return WITH_VENUE_PHASES.some((withVenue) => withVenue === phase) || (inCustodyAt !== null && inCustodyAt > repliedAt);
}

function groupBy<Row>(rows: readonly Row[], keyOf: (row: Row) => number): ReadonlyMap<number, readonly Row[]> {
  const groups = new Map<number, Row[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group === undefined) groups.set(keyOf(row), [row]);
    else group.push(row);
  }
  return groups;
}

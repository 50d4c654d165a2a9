import { z } from 'zod';
import { appendAudit } from '../audit/append.ts';
import type { Work } from '../database/work.ts';
import type { CheckedRow, RowError } from '../document/row-check.ts';
import type { Judged } from '../import/table.ts';
import { dayFromColumn, dayToColumn, seoulDay } from '../kernel/civil-date.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { CoinAmount } from '../kernel/money.ts';
import { findPersonsByRegistrationNumber } from '../person/find.ts';
import { readPolicy } from '../policy/book.ts';
import { type BillState, loadBillStates, owedOnBills } from '../tax/bill-state.ts';
import { taxRules } from '../tax/rules.ts';
import { nextNumbers } from './numbers.ts';
import type { OldSeizureColumn, OldSeizureRow } from './old-seizure-file.ts';
import { phaseDeadline } from './phase.ts';

/** Cases that were taken over, and those known before. */
export const countsSchema = z.object({ cases: z.int(), known: z.int() });
export type SeizureCounts = z.infer<typeof countsSchema>;

/** A seizure whose person and bills are known. */
export interface JudgedSeizure {
  readonly seizureNumber: string;
  readonly personId: number;
  readonly bills: readonly BillState[];
  readonly rows: readonly OldSeizureRow[];
  /** True when the case stands already, with the same particulars. */
  readonly isKnown: boolean;
}

type Refuse = (column: OldSeizureColumn, code: ErrorCode, reason: string) => RowError[];

interface BadSeizures {
  /** Numbers of which a line is bad already. */
  readonly torn: ReadonlySet<string>;
  /** Those of the bad lines that can be read. */
  readonly readable: readonly CheckedRow<OldSeizureRow>[];
}

/** Judges seizures as wholes: one bad line refuses all lines of its number. Of lines that are bad already it says what else is wrong. */
export async function judgeOldSeizures(
  work: Work,
  keys: MasterKey,
  rows: readonly CheckedRow<OldSeizureRow>[],
  { torn, readable }: BadSeizures,
): Promise<Judged<JudgedSeizure>> {
  const persons = await personsOf(work, keys, [...rows, ...readable]);
  const bills = await billsOf(work, [...rows, ...readable]);
  const today = seoulDay(work.at);
  const known = await knownCases(
    work,
    rows.map(({ value }) => value.seizureNumber),
  );
  const good: JudgedSeizure[] = [];
  const errors = readable.flatMap(({ line, value }) => {
    const judged = judgeOne(value, persons, bills, today, (column, code, reason) => [{ line, column, code, reason }]);
    return 'errors' in judged ? judged.errors : [];
  });
  for (const [seizureNumber, lines] of grouped(rows)) {
    const [first] = lines;
    if (first === undefined) continue;
    const refuse: Refuse = (column, code, reason) => lines.map(({ line }) => ({ line, column, code, reason }));
    const judged = judgeOne(first.value, persons, bills, today, refuse);
    if ('errors' in judged) {
      errors.push(...judged.errors);
      continue;
    }
    if (torn.has(seizureNumber)) {
      errors.push(...refuse('압류번호', 'CONFLICT', '같은 압류번호의 다른 행에 오류가 있음.'));
      continue;
    }
    const seizure = { seizureNumber, ...judged, rows: lines.map(({ value }) => value) };
    const before = known.get(seizureNumber);
    if (before !== undefined && before !== particulars(seizure)) {
      errors.push(...refuse('압류번호', 'CONFLICT', '같은 압류번호로 다른 내용이 이미 등록되어 있음.'));
      continue;
    }
    good.push({ ...seizure, isKnown: before !== undefined });
  }
  return { good, errors };
}

function judgeOne(
  row: OldSeizureRow,
  persons: ReadonlyMap<string, readonly number[]>,
  bills: ReadonlyMap<string, BillState>,
  today: string,
  refuse: Refuse,
): { readonly personId: number; readonly bills: readonly BillState[] } | { readonly errors: readonly RowError[] } {
  const [personId, ...others] = persons.get(row.registrationNumber) ?? [];
  const covered = row.noticeNumbers.flatMap((number) => bills.get(number) ?? []);
  const isSomebodyElses = personId !== undefined && others.length === 0 && covered.some((bill) => bill.personId !== personId);
  const isWithheld = covered.some(({ lines }) => lines.some(({ isWithholdingAgent }) => isWithholdingAgent));
  const errors = [
    ...(personId === undefined ? refuse('등록번호', 'NOT_FOUND', '체납자로 등록되지 않은 등록번호임.') : []),
    ...(others.length > 0 ? refuse('등록번호', 'CONFLICT', '같은 등록번호의 개인과 법인이 함께 등록되어 있음.') : []),
    ...(row.seizedOn > today ? refuse('압류일', 'INPUT_INVALID', '압류일이 오늘보다 늦음.') : []),
    ...(covered.length < row.noticeNumbers.length ? refuse('고지번호', 'NOT_FOUND', '등록되지 않은 고지번호가 있음.') : []),
    ...(isSomebodyElses ? refuse('고지번호', 'CONFLICT', '다른 사람의 고지번호가 있음.') : []),
    ...(isWithheld ? refuse('고지번호', 'PENALTY_WITHHOLDING_AGENT', '특별징수의무자의 고지는 다룰 수 없음.') : []),
  ];
  return personId === undefined || errors.length > 0 ? { errors } : { personId, bills: covered };
}

async function personsOf(
  work: Work,
  keys: MasterKey,
  rows: readonly CheckedRow<OldSeizureRow>[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  const numbers = [...new Set(rows.map(({ value }) => value.registrationNumber))];
  const found = await findPersonsByRegistrationNumber(work, keys, numbers, 'old_seizure.import');
  return new Map(numbers.map((number, index) => [number, found[index] ?? []]));
}

async function billsOf(work: Work, rows: readonly CheckedRow<OldSeizureRow>[]): Promise<ReadonlyMap<string, BillState>> {
  const numbers = [...new Set(rows.flatMap(({ value }) => value.noticeNumbers))];
  const bills = await work.tx.bill.findMany({ where: { noticeNumber: { in: numbers } }, select: { id: true } });
  const states = await loadBillStates(
    work.tx,
    bills.map(({ id }) => id),
  );
  return new Map(states.map((state) => [state.noticeNumber, state]));
}

async function knownCases(work: Work, seizureNumbers: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const cases = await work.tx.seizureCase.findMany({
    where: { oldSeizureNumber: { in: [...new Set(seizureNumbers)] } },
    include: { bills: { include: { bill: { select: { noticeNumber: true } } } }, holdings: true },
  });
  return new Map(
    cases.map(({ oldSeizureNumber, personId, venueCode, seizedOn, bills, holdings }) => [
      oldSeizureNumber ?? '',
      particularsText({
        personId,
        venueCode,
        seizedOn: seizedOn === null ? '' : dayFromColumn(seizedOn),
        notices: bills.map(({ bill }) => bill.noticeNumber),
        holdings: holdings.map(({ accountReference, asset, seizedQuantity }) => ({
          accountReference,
          quantity: CoinAmount.of(asset, seizedQuantity.toFixed()),
        })),
      }),
    ]),
  );
}

function particulars({ personId, bills, rows }: Omit<JudgedSeizure, 'isKnown'>): string {
  return particularsText({
    personId,
    venueCode: rows[0]?.venueCode ?? '',
    seizedOn: rows[0]?.seizedOn ?? '',
    notices: bills.map(({ noticeNumber }) => noticeNumber),
    holdings: rows.map(({ accountReference, quantity }) => ({ accountReference, quantity })),
  });
}

interface Particulars {
  readonly personId: number;
  readonly venueCode: string;
  readonly seizedOn: string;
  readonly notices: readonly string[];
  readonly holdings: readonly { readonly accountReference: string; readonly quantity: CoinAmount }[];
}

/** The same text for the same seizure, whatever order its lines come in. */
function particularsText({ personId, venueCode, seizedOn, notices, holdings }: Particulars): string {
  const held = holdings.map(({ accountReference, quantity }) => `${quantity.asset} ${quantity.toString()} ${accountReference}`);
  return JSON.stringify([personId, venueCode, seizedOn, [...notices].sort(), held.sort()]);
}

function grouped(rows: readonly CheckedRow<OldSeizureRow>[]): ReadonlyMap<string, readonly CheckedRow<OldSeizureRow>[]> {
  const groups = new Map<string, CheckedRow<OldSeizureRow>[]>();
  for (const row of rows) {
    const group = groups.get(row.value.seizureNumber);
    if (group === undefined) groups.set(row.value.seizureNumber, [row]);
    else group.push(row);
  }
  return groups;
}

/** Stores the seizures that are new, numbered in the order of the file. */
export async function storeOldSeizures(work: Work, seizures: readonly JudgedSeizure[], officerId: number): Promise<SeizureCounts> {
  const fresh = seizures.filter(({ isKnown }) => !isKnown);
  const numbers = fresh.length === 0 ? [] : await nextNumbers(work, 'seizure_case', fresh.length);
  const deadlineOn = await phaseDeadline(work, 'seized');
  const rules = taxRules(await readPolicy(work.tx));
  const today = seoulDay(work.at);
  for (const [index, { seizureNumber, personId, bills, rows }] of fresh.entries()) {
    const [first] = rows;
    const number = numbers[index];
    if (first === undefined || number === undefined) throw new CheongsanError('INTERNAL', `Seizure ${index} lost its rows or number.`);
    const covered = bills.map((bill) => ({ billId: bill.billId, amountAtSeizure: owedOnBills([bill], today, rules).total.toBigInt() }));
    const { id } = await work.tx.seizureCase.create({
      data: {
        number,
        personId,
        venueCode: first.venueCode,
        origin: 'old_seizure',
        phase: 'seized',
        phaseSince: work.at,
        phaseDeadlineOn: deadlineOn === undefined ? null : dayToColumn(deadlineOn),
        officerId,
        openedAt: work.at,
        seizedOn: dayToColumn(first.seizedOn),
        oldSeizureNumber: seizureNumber,
        bills: { createMany: { data: covered } },
        holdings: {
          createMany: {
            data: rows.map(({ quantity, accountReference }) => ({
              asset: quantity.asset,
              accountReference,
              seizedQuantity: quantity.toString(),
              demandedQuantity: 0,
              state: 'seized' as const,
              stateSince: work.at,
            })),
          },
        },
      },
      select: { id: true },
    });
    await appendAudit(work, {
      stream: `case:${id}`,
      action: 'seizure.taken_over',
      subject: `case:${id}`,
      after: { number, seizureNumber, personId, venueCode: first.venueCode, seizedOn: first.seizedOn },
      payload: {
        number,
        bills: covered.map(({ billId }) => billId),
        holdings: rows.map(({ quantity }) => ({ asset: quantity.asset, quantity: quantity.toString() })),
        seizedOn: first.seizedOn,
        officer: officerId,
      },
    });
    work.ring('cases', id);
  }
  return { cases: fresh.length, known: seizures.length - fresh.length };
}

import { z } from 'zod';
import type { BankLine } from '../database/generated/client.ts';
import type { Actor, Database, Work } from '../database/work.ts';
import type { FileContent } from '../document/byte-source.ts';
import type { CheckedRow, RowError, RowProblem } from '../document/row-check.ts';
import { importTable, type Judged, type TableImport, type TablePlan } from '../import/table.ts';
import { type CivilDate, dayFromColumn, dayToColumn, seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { readPolicy } from '../policy/book.ts';
import { bankAccountLabel, bankStatementColumns } from '../policy/definitions/treasury.ts';
import { alertOutgoing, type StrangeLine } from './bank-alerts.ts';
import { sealCounterpart } from './bank-counterpart.ts';
import { bookMatch, bookUnidentified, lockTargets } from './bank-line.ts';
import { isSingle, mismatchOf, type TargetFacts, targetNamed, targetText, UNMATCHED_REASONS, type UnmatchedReason } from './bank-match.ts';
import { type BankReference, referencesIn } from './bank-reference.ts';
import { type StatementLayout, type StatementLine, statementColumns, statementRow } from './bank-statement-file.ts';
import { targetsOf } from './bank-targets.ts';

const ROWS_MAX = 20_000;
const LINES_NAMED_MAX = 20;

const countsSchema = z.object({ matched: z.int(), unmatched: z.int() });
type StatementCounts = z.infer<typeof countsSchema>;

export interface StatementOptions {
  /** Stores lines that match nothing too, as unidentified receipts for an officer to look at. */
  readonly acceptUnmatched?: boolean;
  /** Headers of this file, where they are not those of the policy. */
  readonly layout?: StatementLayout;
  /** Which of the city's accounts it is, where it is not the one of the policy; serials are unique per account. */
  readonly accountLabel?: string;
}

type Judgement = { readonly target: TargetFacts } | { readonly reason: UnmatchedReason; readonly named?: TargetFacts };

interface FreshLine {
  readonly lineNumber: number;
  readonly bankSerial: string;
  readonly line: StatementLine;
  readonly references: readonly BankReference[];
  readonly judgement: Judgement;
}

/**
 * Takes a statement of the city's bank account. Every line is checked before any is stored; a line is matched by the reference in
 * its remark with its amount to the won, and never guessed. A line the bank has told of before changes nothing; statements are taken
 * one at a time, so that a line in two files is stored once. Errors:
 * `BANK_LINE_UNMATCHED` naming the lines that match nothing, unless they are accepted, and then nothing is stored;
 * those of `importTable`.
 */
export async function importBankStatement(
  database: Database,
  keys: MasterKey,
  actor: Actor,
  content: FileContent,
  options: StatementOptions = {},
): Promise<TableImport<StatementCounts>> {
  const policy = await readPolicy(database.read);
  const today = seoulDay(database.clock.now());
  const account = options.accountLabel ?? policy.get(bankAccountLabel, today);
  const plan: TablePlan<string, StatementLine, FreshLine, StatementCounts> = {
    kind: 'bank_statement',
    columns: statementColumns(options.layout ?? policy.get(bankStatementColumns, today)),
    schema: statementRow,
    rowsMax: ROWS_MAX,
    examiner: repeatedSerials,
    judge: (work, rows) => judgeLines(work, account, rows),
    store: (work, lines, importFileId) =>
      storeLines(work, keys, lines, { importFileId, acceptUnmatched: options.acceptUnmatched === true }),
    counts: countsSchema,
    nothing: { matched: 0, unmatched: 0 },
  };
  return importTable(database, plan, { content, actor });
}

function repeatedSerials(): (row: CheckedRow<StatementLine>) => RowProblem<string>[] {
  const lineOf = new Map<string, number>();
  return ({ line, value }) => {
    const earlier = lineOf.get(value.serial);
    if (earlier === undefined) lineOf.set(value.serial, line);
    return earlier === undefined ? [] : [{ column: '거래번호', code: 'CONFLICT', reason: `${earlier}행과 같은 거래번호임.` }];
  };
}

async function judgeLines(work: Work, account: string, rows: readonly CheckedRow<StatementLine>[]): Promise<Judged<FreshLine>> {
  const serialOf = (line: StatementLine) => `${account}:${line.serial}`;
  const stored = await work.tx.bankLine.findMany({ where: { bankSerial: { in: rows.map(({ value }) => serialOf(value)) } } });
  const known = new Map(stored.map((line) => [line.bankSerial, line]));
  const today = seoulDay(work.at);
  const elsewhere = await namedElsewhere(work, account, rows);
  const errors = rows.flatMap(({ line, value }) => rowErrors(line, value, known.get(serialOf(value)), today));
  errors.push(...rows.flatMap(({ line, value }) => twinErrors(line, value, elsewhere)));
  const bad = new Set(errors.map(({ line }) => line));
  const fresh = rows.filter(({ line, value }) => !bad.has(line) && !known.has(serialOf(value)));
  const references = fresh.flatMap(({ value }) => referencesIn(value.remark));
  await lockTargets(work, [...(await targetsOf(work.tx, references)).values()]);
  // Read again behind the locks: what somebody else has matched meanwhile is no target any more.
  const targets = await targetsOf(work.tx, references);
  const taken = new Set<string>();
  const good = fresh.map(({ line, value }): FreshLine => {
    const named = referencesIn(value.remark);
    const judgement = judge(value, named, targets, taken);
    if ('target' in judgement) taken.add(targetText(judgement.target));
    return { lineNumber: line, bankSerial: serialOf(value), line: value, references: named, judgement };
  });
  return { good, errors };
}

/** Lines with these serials that were taken under another name of the account. */
async function namedElsewhere(work: Work, account: string, rows: readonly CheckedRow<StatementLine>[]): Promise<BankLine[]> {
  const days = [...new Set(rows.map(({ value }) => value.occurredOn))].map(dayToColumn);
  const sameDays = await work.tx.bankLine.findMany({ where: { occurredOn: { in: days } } });
  return sameDays.filter(({ bankSerial }) => !bankSerial.startsWith(`${account}:`));
}

/** One line of the bank under two names of its account would be booked twice. */
function twinErrors(line: number, value: StatementLine, elsewhere: readonly BankLine[]): RowError[] {
  const twin = elsewhere.find((other) => other.bankSerial.endsWith(`:${value.serial}`) && isSameLine(value, other));
  if (twin === undefined) return [];
  const reason = '같은 거래번호·날짜·금액의 거래를 다른 계좌 이름으로 이미 가져옴. 계좌 이름을 확인할 것.';
  return [{ line, column: '거래번호', code: 'CONFLICT', reason, value: value.serial }];
}

function rowErrors(line: number, value: StatementLine, known: BankLine | undefined, today: CivilDate): RowError[] {
  if (value.occurredOn > today) {
    return [{ line, column: '거래일자', code: 'INPUT_INVALID', reason: '오늘보다 나중의 거래임.', value: value.occurredOn }];
  }
  if (known === undefined || isSameLine(value, known)) return [];
  return [
    { line, column: '거래번호', code: 'IMPORT_FIGURES_DIFFER', reason: '이미 가져온 거래와 날짜·방향·금액이 다름.', value: value.serial },
  ];
}

function isSameLine(value: StatementLine, known: BankLine): boolean {
  const isSameMovement = known.direction === value.direction && known.amountKrw === value.amount.toBigInt();
  return isSameMovement && dayFromColumn(known.occurredOn) === value.occurredOn;
}

/** What a line is, by its one reference, as the earlier lines of the file leave it: a withdrawal one of them ended is over. */
function judge(
  line: StatementLine,
  references: readonly BankReference[],
  targets: ReadonlyMap<string, TargetFacts>,
  taken: ReadonlySet<string>,
): Judgement {
  const [reference, ...others] = references;
  if (reference === undefined) return { reason: 'no_reference' };
  if (others.length > 0) return { reason: 'several_references' };
  const known = targets.get(reference.number);
  if (known === undefined) return { reason: 'unknown_reference' };
  const named = targetNamed(line.direction, known);
  const isPaidAbove = named.kind === 'refund_returned' && taken.has(targetText({ kind: 'refund', id: named.id }));
  const target = isPaidAbove ? { ...named, state: 'paid' as const } : named;
  const mismatch = mismatchOf(line, target, 'remark');
  if (mismatch !== undefined) return { reason: mismatch, named };
  return isSingle(target.kind) && taken.has(targetText(target)) ? { reason: 'done_already', named } : { target };
}

async function storeLines(
  work: Work,
  keys: MasterKey,
  lines: readonly FreshLine[],
  { importFileId, acceptUnmatched }: { readonly importFileId: number; readonly acceptUnmatched: boolean },
): Promise<StatementCounts> {
  const strange = lines.flatMap(({ lineNumber, judgement }) =>
    'reason' in judgement ? [{ line: lineNumber, reason: judgement.reason }] : [],
  );
  if (strange.length > 0 && !acceptUnmatched) throw unmatched(strange);
  const unmatchedLines: StrangeLine[] = [];
  for (const fresh of lines) {
    const stored = await storeLine(work, keys, fresh, importFileId);
    const { lineNumber, judgement } = fresh;
    if ('target' in judgement) {
      await bookMatch(work, stored, judgement.target);
    } else {
      await bookUnidentified(work, stored);
      const { reason, named } = judgement;
      unmatchedLines.push({ lineNumber, bankLineId: stored.id, direction: stored.direction, reason, named });
    }
  }
  await alertOutgoing(work, importFileId, unmatchedLines);
  return { matched: lines.length - strange.length, unmatched: strange.length };
}

async function storeLine(work: Work, keys: MasterKey, fresh: FreshLine, importFileId: number): Promise<BankLine> {
  const { line, bankSerial, references, judgement } = fresh;
  return work.tx.bankLine.create({
    data: {
      importFileId,
      lineNumber: fresh.lineNumber,
      bankSerial,
      occurredOn: dayToColumn(line.occurredOn),
      direction: line.direction,
      amountKrw: line.amount.toBigInt(),
      reference: references.length === 1 ? (references[0]?.number ?? null) : null,
      counterpartCipher: sealCounterpart(keys, bankSerial, { counterpart: line.counterpart, remark: line.remark }),
      unmatchedReason: 'reason' in judgement ? judgement.reason : null,
    },
  });
}

/** The refusal that names each line by its number and reason. */
function unmatched(lines: readonly { readonly line: number; readonly reason: UnmatchedReason }[]): CheongsanError {
  const named = lines.slice(0, LINES_NAMED_MAX).map(({ line, reason }) => `${line} (${UNMATCHED_REASONS[reason]})`);
  const more = lines.length > named.length ? ` and ${lines.length - named.length} more` : '';
  return new CheongsanError(
    'BANK_LINE_UNMATCHED',
    `Lines of the bank statement match nothing: ${named.join(', ')}${more}. Nothing was stored; correct the books first, or accept them as unidentified.`,
    { facts: { lines: lines.map(({ line, reason }) => ({ line, reason })) } },
  );
}

import { appendAudit } from '../audit/append.ts';
import type { Actor, Database, Work } from '../database/work.ts';
import type { FileContent } from '../document/byte-source.ts';
import {
  assertHasRows,
  assertUnchanged,
  checkedAgain,
  type FileIdentity,
  type ImportOutcome,
  identifyFile,
  lockImports,
  nextImportFileId,
  recordImport,
  storedBefore,
} from '../import/record.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { judgeKnownBills, knownBills } from './known-bills.ts';
import type { LedgerBook } from './ledger-book.ts';
import { readLedger } from './read-ledger.ts';
import { countLedger, type LedgerImportReport, ledgerReportSchema, NOTHING_STORED, storeLedger } from './store-ledger.ts';

/** How far an import is: bytes of the file while it is read, notices while they are stored. */
export interface ImportProgress {
  readonly phase: 'read' | 'store';
  readonly done: number;
  readonly total: number;
}

export interface LedgerImportInput {
  readonly content: FileContent;
  readonly actor: Actor;
  /** Stores the good notices although others are bad; otherwise one bad row keeps all of them out. */
  readonly acceptGoodRows?: boolean;
  /** Only says what an import of the good notices would store. */
  readonly checkOnly?: boolean;
  readonly onProgress?: (progress: ImportProgress) => void;
}

export type LedgerImport = ImportOutcome<LedgerImportReport>;

const TIMEOUT_MS = 1_800_000;

/**
 * Imports a delinquent ledger (docs/formats.md, 체납 자료). Every row is checked before any is stored; nothing is stored while one
 * is bad, unless the good notices are asked for; a notice is stored whole or not at all. A notice we have with the same figures
 * is left as it is, with other figures it is bad (`IMPORT_FIGURES_DIFFER`): the difference must come as an update. All of a
 * file is one transaction; the same file again changes nothing. Errors: `FILE_TORN`, `FILE_ENCODING`, `FILE_FORMAT`,
 * `FILE_TOO_LARGE`, `NOT_FOUND` for a file that is unusable as a whole, of which nothing is noted.
 */
export async function importDelinquentLedger(
  { database, keys }: { readonly database: Database; readonly keys: MasterKey },
  input: LedgerImportInput,
): Promise<LedgerImport> {
  const file = await identifyFile('delinquent_ledger', input.content);
  const before = await storedBefore(database.read, file, ledgerReportSchema);
  if (before !== undefined) return answerAgain(before, input);
  const today = seoulDay(database.clock.now());
  const readBook = () =>
    readLedger(input.content, today, ({ bytesRead, bytesTotal }) => {
      input.onProgress?.({ phase: 'read', done: bytesRead, total: bytesTotal });
    });
  let firstBook: LedgerBook | undefined = await readBook();
  assertHasRows(firstBook.rowCount);
  await assertUnchanged(file, input.content);
  return database.work(
    input.actor,
    async (work) => {
      // An attempt marks the book with what it found, so another one must read anew.
      const book = firstBook ?? (await readBook());
      firstBook = undefined;
      await lockImports(work, file.kind);
      const meanwhile = await storedBefore(work.tx, file, ledgerReportSchema);
      return meanwhile === undefined ? take(work, keys, file, book, input) : answerAgain(meanwhile, input);
    },
    { timeoutMs: TIMEOUT_MS },
  );
}

/** Of a file that was stored before: all it tells of is known by now. */
function answerAgain(before: LedgerImport, { checkOnly }: LedgerImportInput): LedgerImport {
  if (checkOnly !== true) return before;
  const { errors, errorCount, created, unchangedBills, refreshedBills } = before.report;
  return checkedAgain(before, {
    ...NOTHING_STORED,
    errors,
    errorCount,
    unchangedBills: created.bills + unchangedBills + refreshedBills,
  });
}

async function take(work: Work, keys: MasterKey, file: FileIdentity, book: LedgerBook, input: LedgerImportInput): Promise<LedgerImport> {
  const known = await refuseContradicted(work, keys, book);
  await refuseMisdatedSecondaries(work, book);
  book.close();
  const good = book.goodNotices();
  const { badCount } = book.errors;
  const isTaken = input.checkOnly !== true && (badCount === 0 || (input.acceptGoodRows === true && good.length > 0));
  const state = input.checkOnly === true ? 'checked' : isTaken ? 'stored' : 'refused';
  const importFileId = await nextImportFileId(work);
  const onStored = (done: number) => input.onProgress?.({ phase: 'store', done, total: good.length });
  const { batchDigest = '', ...report }: Counted = isTaken
    ? await storeLedger(work, keys, { book, good, known, importFileId, onStored })
    : input.checkOnly === true
      ? await countLedger(work, keys, { book, good, known })
      : NOTHING_STORED;
  const outcome = await recordImport(work, file, {
    importFileId,
    state,
    rowCount: book.rowCount,
    goodCount: book.rowCount - badCount,
    badCount,
    report: { errorCount: book.errors.count, errors: book.errors.list().map((error) => ({ ...error })), ...report },
  });
  await appendAudit(work, {
    stream: 'system',
    action: `delinquent_ledger.${state === 'stored' ? 'imported' : state}`,
    subject: `import_file:${importFileId}`,
    recordDigest: batchDigest === '' ? file.digest : batchDigest,
    payload: {
      file: file.digest,
      rows: book.rowCount,
      bad: badCount,
      ...(isTaken ? { ...report.created, unchanged: report.unchangedBills, refreshed: report.refreshedBills } : {}),
    },
  });
  return outcome;
}

type Counted = Omit<LedgerImportReport, 'errors' | 'errorCount'> & { readonly batchDigest?: string };

/** Refuses notices that contradict what we have, and returns the numbers of those we have already. */
async function refuseContradicted(work: Work, keys: MasterKey, book: LedgerBook): Promise<ReadonlySet<string>> {
  const bills = await knownBills(work.tx, book.goodNotices());
  const verdicts = await judgeKnownBills(
    work,
    keys,
    bills.map((bill) => ({ bill, notice: book.notice(bill.noticeNumber) })),
  );
  for (const [noticeNumber, verdict] of verdicts) {
    if (verdict !== 'same') book.refuseNotice(noticeNumber, REFUSALS[verdict]);
  }
  return new Set(verdicts.keys());
}

/** A secondary taxpayer's liability counts from the day of the primary one's (Act 17768, addendum 6), where we can look it up. */
async function refuseMisdatedSecondaries(work: Work, book: LedgerBook): Promise<void> {
  const secondaries = book.goodSecondaries().map((noticeNumber) => book.notice(noticeNumber).head);
  const primaries = secondaries.flatMap(({ primaryNoticeNumber }) => primaryNoticeNumber ?? []);
  const arisenOn = new Map((await knownBills(work.tx, primaries)).map((bill) => [bill.noticeNumber, bill.arisenOn]));
  for (const primary of primaries) if (book.isGood(primary)) arisenOn.set(primary, book.notice(primary).head.arisenOn);
  for (const head of secondaries) {
    const primaryArisenOn = arisenOn.get(head.primaryNoticeNumber ?? '');
    if (primaryArisenOn !== undefined && primaryArisenOn !== head.arisenOn) book.refuseNotice(head.noticeNumber, REFUSALS.other_arisen_on);
  }
}

const REFUSALS = {
  other_arisen_on: {
    column: '납세의무성립일',
    code: 'CONFLICT',
    reason: '주된 납세의무자의 고지와 성립일이 다릅니다.',
  },
  other_figures: {
    column: '고지번호',
    code: 'IMPORT_FIGURES_DIFFER',
    reason: '이미 등록된 고지번호의 금액과 다릅니다. 달라진 금액은 체납액 변동 자료로 가져오십시오.',
  },
  other_person: {
    column: '주민(법인)등록번호',
    code: 'CONFLICT',
    reason: '이미 등록된 고지번호의 납세자와 다릅니다.',
  },
} as const;

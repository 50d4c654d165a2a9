import type { FileContent } from '../document/byte-source.ts';
import { checkRow } from '../document/row-check.ts';
import { type ReadProgress, readTable } from '../document/table-reader.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import { tidyNoticeNumber } from './file-cells.ts';
import { LedgerBook } from './ledger-book.ts';
import { LEDGER_COLUMNS, type LedgerColumn, ledgerCells } from './ledger-file.ts';
import { ledgerHead, ledgerLine } from './ledger-row.ts';
import { ledgerRowProblems, partialRowProblems } from './ledger-row-rules.ts';

/** Notices of a whole city fit; beyond it the rows laid aside would fill the memory. */
const ROWS_MAX = 400_000;

/**
 * Reads a delinquent ledger to its end and checks every row, by itself and against the others. A row without a notice number
 * may continue the notice above it, as merged cells do, so it is counted to that one. Errors: those of `readTable`, for a
 * file that is unusable as a whole.
 */
export async function readLedger(
  content: FileContent,
  today: CivilDate,
  onProgress: (progress: ReadProgress) => void,
): Promise<LedgerBook> {
  const book = new LedgerBook();
  let above = '';
  const options = { columns: LEDGER_COLUMNS, limits: { rows: ROWS_MAX }, onProgress };
  for await (const row of readTable<LedgerColumn>(content, options)) {
    const checked = checkRow(row, {
      columns: LEDGER_COLUMNS,
      schema: ledgerCells,
      examine: ({ value }) => ledgerRowProblems(value, today),
      examinePart: (readable) => partialRowProblems(readable, today),
    });
    const noticeNumber = tidyNoticeNumber(row.cells.고지번호);
    if ('value' in checked) book.take(checked.line, ledgerHead(checked.value), ledgerLine(checked.value));
    else book.refuse(row.line, noticeNumber === '' ? above : noticeNumber, checked.errors);
    if (noticeNumber !== '') above = noticeNumber;
  }
  return book;
}
